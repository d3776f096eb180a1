// Complex values as the passes of `FFT` take them: four at a time where the processor has vectors, one elsewhere; bit for bit the same.
//
// A rotation by w takes z as 2^16 h + 2 l, h and l below 2^15, and w as w' + w" 2^-15 in Q15 (`Rotations`):
//
//     z w / 2 = h w' + (l w' + h w") / 2^15
//
// Products are of 16 bits each. They, sums of two and the inner sum stay below 2^31, because |h| is below 2^14.5 and |w"| below 2^14.5
// wherever neither part of w' is small. What is left out, l w", is below one unit.

#if arch(x86_64) || arch(arm64)
    struct ComplexLanes {
        static var count: Int { 4 }
        private let parts: SIMD8<Int32>

        @_noAllocation @_noLocks @inline(__always)
        private init(_ parts: SIMD8<Int32>) { self.parts = parts }

        @_noAllocation @_noLocks @inline(__always)
        init(_ values: UnsafePointer<ComplexInt32>) {
            parts = UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Int32>.self)
        }

        @_noAllocation @_noLocks @inline(__always)
        func store(_ target: UnsafeMutablePointer<ComplexInt32>) {
            UnsafeMutableRawPointer(target).storeBytes(of: parts, as: SIMD8<Int32>.self)
        }

        /// Lane by lane, `a`, `b`, `c` and `d` of each side by side: sixteen values.
        @_noAllocation @_noLocks @inline(__always)
        static func store(_ a: Self, _ b: Self, _ c: Self, _ d: Self, _ target: UnsafeMutablePointer<ComplexInt32>) {
            let (a, b, c, d) = (a.whole, b.whole, c.whole, d.whole)
            let raw = UnsafeMutableRawPointer(target)
            for lane in 0..<4 {
                raw.storeBytes(of: SIMD4(a[lane], b[lane], c[lane], d[lane]), toByteOffset: 32 &* lane, as: SIMD4<Int64>.self)
            }
        }

        @inline(__always)
        private var whole: SIMD4<Int64> { unsafeBitCast(parts, to: SIMD4<Int64>.self) }

        @_noAllocation @_noLocks @inline(__always)
        static func + (a: Self, b: Self) -> Self { Self(a.parts &+ b.parts) }

        @_noAllocation @_noLocks @inline(__always)
        static func - (a: Self, b: Self) -> Self { Self(a.parts &- b.parts) }

        @_noAllocation @_noLocks @inline(__always)
        func shifted(right bits: Int32) -> Self { Self(parts &>> bits) }

        @_noAllocation @_noLocks @inline(__always)
        func shifted(left bits: Int32) -> Self { Self(parts &<< bits) }

        /// The last lane first.
        @inline(__always)
        var reversed: Self { Self(unsafeBitCast(SIMD4(whole[3], whole[2], whole[1], whole[0]), to: SIMD8<Int32>.self)) }

        @inline(__always)
        var conjugate: Self {
            // Imaginary parts are the upper halves.
            let turned = (whole ^ SIMD4(repeating: -1 &<< 32)) &+ SIMD4(repeating: 1 &<< 32)
            return Self(unsafeBitCast(turned, to: SIMD8<Int32>.self))
        }

        /// -i z.
        @inline(__always)
        var turnedBack: Self {
            Self(SIMD8(parts[1], parts[0], parts[3], parts[2], parts[5], parts[4], parts[7], parts[6])).conjugate
        }

        /// Half of z w.
        @_noAllocation @_noLocks @inline(__always)
        func halfTurned(_ w: Rotation) -> Self {
            let high = narrowed(parts &>> 16)
            let low = narrowed((parts &>> 1) & 0x7FFF)
            let re = pairSums(high, w.main) &+ (pairSums(low, w.main) &+ pairSums(high, w.rest)) &>> 15
            let im = pairSums(high, w.mainTurned) &+ (pairSums(low, w.mainTurned) &+ pairSums(high, w.restTurned)) &>> 15
            return Self(SIMD8(re[0], im[0], re[1], im[1], re[2], im[2], re[3], im[3]))
        }

        /// Four factors w: the words of `Rotations`.
        struct Rotation {
            fileprivate let main: SIMD8<Int16>
            fileprivate let mainTurned: SIMD8<Int16>
            fileprivate let rest: SIMD8<Int16>
            fileprivate let restTurned: SIMD8<Int16>

            @_noAllocation @_noLocks @inline(__always)
            init(_ words: UnsafePointer<Int32>) {
                let raw = UnsafeRawPointer(words)
                main = raw.loadUnaligned(as: SIMD8<Int16>.self)
                mainTurned = raw.loadUnaligned(fromByteOffset: 16, as: SIMD8<Int16>.self)
                rest = raw.loadUnaligned(fromByteOffset: 32, as: SIMD8<Int16>.self)
                restTurned = raw.loadUnaligned(fromByteOffset: 48, as: SIMD8<Int16>.self)
            }
        }
    }
#else
    struct ComplexLanes {
        static var count: Int { 1 }
        private let re: Int32
        private let im: Int32

        @_noAllocation @_noLocks @inline(__always)
        private init(_ re: Int32, _ im: Int32) { (self.re, self.im) = (re, im) }

        @_noAllocation @_noLocks @inline(__always)
        init(_ values: UnsafePointer<ComplexInt32>) { (re, im) = (values[0].re, values[0].im) }

        @_noAllocation @_noLocks @inline(__always)
        func store(_ target: UnsafeMutablePointer<ComplexInt32>) { target[0] = ComplexInt32(re: re, im: im) }

        @_noAllocation @_noLocks @inline(__always)
        static func store(_ a: Self, _ b: Self, _ c: Self, _ d: Self, _ target: UnsafeMutablePointer<ComplexInt32>) {
            a.store(target)
            b.store(target + 1)
            c.store(target + 2)
            d.store(target + 3)
        }

        @_noAllocation @_noLocks @inline(__always)
        static func + (a: Self, b: Self) -> Self { Self(a.re &+ b.re, a.im &+ b.im) }

        @_noAllocation @_noLocks @inline(__always)
        static func - (a: Self, b: Self) -> Self { Self(a.re &- b.re, a.im &- b.im) }

        @_noAllocation @_noLocks @inline(__always)
        func shifted(right bits: Int32) -> Self { Self(re &>> bits, im &>> bits) }

        @_noAllocation @_noLocks @inline(__always)
        func shifted(left bits: Int32) -> Self { Self(re &<< bits, im &<< bits) }

        @inline(__always) var reversed: Self { self }
        @inline(__always) var conjugate: Self { Self(re, 0 &- im) }
        @inline(__always) var turnedBack: Self { Self(im, 0 &- re) }

        @_noAllocation @_noLocks @inline(__always)
        func halfTurned(_ w: Rotation) -> Self {
            let (highRe, highIm, lowRe, lowIm) = (re &>> 16, im &>> 16, (re &>> 1) & 0x7FFF, (im &>> 1) & 0x7FFF)
            let fineRe = lowRe &* w.re &- lowIm &* w.im &+ highRe &* w.restRe &- highIm &* w.restIm
            let fineIm = lowRe &* w.im &+ lowIm &* w.re &+ highRe &* w.restIm &+ highIm &* w.restRe
            return Self(
                highRe &* w.re &- highIm &* w.im &+ fineRe &>> 15, highRe &* w.im &+ highIm &* w.re &+ fineIm &>> 15)
        }

        struct Rotation {
            fileprivate let re: Int32
            fileprivate let im: Int32
            fileprivate let restRe: Int32
            fileprivate let restIm: Int32

            @_noAllocation @_noLocks @inline(__always)
            init(_ words: UnsafePointer<Int32>) {
                (re, im) = (words[1] &>> 16, Int32(Int16(truncatingIfNeeded: words[1])))
                (restRe, restIm) = (words[3] &>> 16, Int32(Int16(truncatingIfNeeded: words[3])))
            }
        }
    }
#endif
