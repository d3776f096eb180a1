/// Fourier transform of 512 real samples, the one length that the front end needs, in block floating point.
///
/// It runs as one complex transform of 256 points (even samples real, odd ones imaginary) and a separation pass. The complex
/// transform is Stockham's self-sorting one in radix 4, so there is no bit reversal: a quarter fewer products than
/// in radix 2, and four passes over the memory instead of eight.
///
/// Formats: samples and bins are 32-bit integers that share one exponent per block, value = mantissa x 2^exponent. The input
/// is normalised once, to parts below 2^28 (2^27 where a spectrum comes in), so that |z| is below 2^28.5 as a vector. A radix-4
/// butterfly grows |z| by at most 4 and its pass takes those two bits away again, in the same shift that ends the rotation; so
/// sums stay below 2^30.5 in every pass whatever the signal, and no pass has to look for headroom. Twiddle factors are Q31.
/// Measured against a double-precision transform: above 125 dB SNR forward and forth and back, 16-bit noise of one bit included.
public struct FFT: ~Copyable {
    /// Real samples per block: 512.
    public static var size: Int { 512 }
    /// Bins of a spectrum: 257, from DC to half the sample rate; the first and last have no imaginary part.
    public static var binCount: Int { 257 }

    private static var points: Int { 256 }
    /// e^(-i 2 pi k / 512), k = 0 ..< 512, Q31.
    private let twiddles: FixedArray<ComplexInt32>
    /// Two blocks of 256 complex values, real and imaginary part in turn: even and odd samples lie as they come.
    private let work: FixedArray<Int32>

    public init() {
        twiddles = FixedArray(count: Self.size, repeating: ComplexInt32(re: 0, im: 0))
        work = FixedArray(count: 2 * Self.size, repeating: 0)
        for k in 0..<Self.size {
            twiddles[k] = phasorQ31(turnsQ32: 0 &- UInt32(k) << 23)
        }
    }

    /// X[k] = sum over n of x[n] e^(-i 2 pi k n / 512).
    ///
    /// - Parameters:
    ///   - samples: 512 values.
    ///   - spectrum: receives 257 bins.
    /// - Returns: the exponent: X[k] = spectrum[k] x 2^exponent, in the samples' unit. Silence gives zeros and 0.
    @_noAllocation @_noLocks
    public mutating func forward(_ samples: UnsafePointer<Int32>, into spectrum: UnsafeMutablePointer<ComplexInt32>) -> Int {
        var bits: Int32 = 0
        for n in 0..<Self.size {
            bits |= magnitudeBits(samples[n])
        }
        guard bits != 0 else { return silence(spectrum) }
        let left = Int32(truncatingIfNeeded: max(headroom(bits) &- 3, 0))
        let right = Int32(truncatingIfNeeded: max(3 &- headroom(bits), 0))
        let input = work.base
        for n in 0..<Self.size {
            input[n] = (samples[n] &<< left) &>> right
        }
        return transformAndSeparate(exponent: Int(right &- left), into: spectrum)
    }

    /// As the other `forward`, from 16-bit samples.
    @_noAllocation @_noLocks
    public mutating func forward(_ samples: UnsafePointer<Int16>, into spectrum: UnsafeMutablePointer<ComplexInt32>) -> Int {
        var bits: Int16 = 0
        for n in 0..<Self.size {
            bits |= samples[n] ^ (samples[n] &>> 15)
        }
        guard bits != 0 else { return silence(spectrum) }
        let left = Int32(truncatingIfNeeded: headroom(Int32(bits)) &- 3)
        let input = work.base
        for n in 0..<Self.size {
            input[n] = Int32(samples[n]) &<< left
        }
        return transformAndSeparate(exponent: 0 &- Int(left), into: spectrum)
    }

    /// x[n] = (1 / 512) sum over all k of X[k] e^(i 2 pi k n / 512), the upper half being the conjugate of the lower.
    ///
    /// - Parameters:
    ///   - spectrum: 257 bins; imaginary parts of the first and the last are ignored.
    ///   - samples: receives 512 mantissas below 2^29.
    /// - Returns: the exponent: x[n] = samples[n] x 2^exponent, in the spectrum's unit. Silence gives zeros and 0.
    @_noAllocation @_noLocks
    public mutating func inverse(_ spectrum: UnsafePointer<ComplexInt32>, into samples: UnsafeMutablePointer<Int32>) -> Int {
        let parts = UnsafeRawPointer(spectrum).assumingMemoryBound(to: Int32.self)
        var bits: Int32 = 0
        for n in 0..<2 &* Self.binCount {
            bits |= magnitudeBits(parts[n])
        }
        guard bits != 0 else {
            samples.update(repeating: 0, count: Self.size)
            return 0
        }
        let left = Int32(truncatingIfNeeded: max(headroom(bits) &- 4, 0))
        let right = Int32(truncatingIfNeeded: max(4 &- headroom(bits), 0))
        join(spectrum, left: left, right: right)
        complexTransform()
        let result = first
        // The parts went in swapped, so that the forward transform is an inverse one; they come out swapped again.
        for n in 0..<Self.points {
            let z = result[n]
            samples[2 &* n] = z.im
            samples[2 &* n &+ 1] = z.re
        }
        // What the passes shifted out is the division by 256; the separation's factor of two is in `join`.
        return Int(right &- left)
    }

    @_noAllocation @_noLocks
    private func silence(_ spectrum: UnsafeMutablePointer<ComplexInt32>) -> Int {
        spectrum.update(repeating: ComplexInt32(re: 0, im: 0), count: Self.binCount)
        return 0
    }

    /// 2 X[k] = Z[k] + Z*[-k] - i W^k (Z[k] - Z*[-k]), with Z the transform of even samples plus i times that of the odd ones.
    @_noAllocation @_noLocks
    private func transformAndSeparate(exponent: Int, into spectrum: UnsafeMutablePointer<ComplexInt32>) -> Int {
        complexTransform()
        let (z, points) = (first, Self.points)
        spectrum[0] = ComplexInt32(re: z[0].re &+ z[0].im, im: 0)
        spectrum[points] = ComplexInt32(re: z[0].re &- z[0].im, im: 0)
        for low in 1...points / 2 {
            let high = points &- low
            let (a, b) = (z[low], z[high])
            let (w, evenRe, evenIm) = (twiddles.base[low], (a.re &+ b.re) &>> 1, (a.im &- b.im) &>> 1)
            let odd = Self.turned(a.im &+ b.im, b.re &- a.re, w, 32)
            spectrum[low] = ComplexInt32(re: evenRe &+ odd.re, im: evenIm &+ odd.im)
            spectrum[high] = ComplexInt32(re: evenRe &- odd.re, im: odd.im &- evenIm)
        }
        return exponent &+ points.trailingZeroBitCount
    }

    /// Z[k] with its parts swapped, where the transform begins: 2 Z[k] = X[k] + X*[-k] + i W^-k (X[k] - X*[-k]).
    @_noAllocation @_noLocks
    private func join(_ spectrum: UnsafePointer<ComplexInt32>, left: Int32, right: Int32) {
        let (z, points) = (first, Self.points)
        let lowest = (spectrum[0].re &<< left) &>> right
        let highest = (spectrum[points].re &<< left) &>> right
        z[0] = ComplexInt32(re: (lowest &- highest) &>> 1, im: (lowest &+ highest) &>> 1)
        for low in 1...points / 2 {
            let high = points &- low
            let (x, y) = (spectrum[low], spectrum[high])
            let (ar, ai) = ((x.re &<< left) &>> right, (x.im &<< left) &>> right)
            let (br, bi) = ((y.re &<< left) &>> right, (y.im &<< left) &>> right)
            let (w, evenRe, evenIm) = (twiddles.base[low], (ar &+ br) &>> 1, (ai &- bi) &>> 1)
            // i W^-k (X - Y*) as a rotation by W^-k.
            let odd = Self.turned(0 &- (ai &+ bi), ar &- br, ComplexInt32(re: w.re, im: 0 &- w.im), 32)
            z[low] = ComplexInt32(re: evenIm &+ odd.im, im: evenRe &+ odd.re)
            z[high] = ComplexInt32(re: odd.im &- evenIm, im: evenRe &- odd.re)
        }
    }

    /// (re + i im) w / 2^`shift`.
    @_noAllocation @_noLocks @inline(__always)
    private static func turned(_ re: Int32, _ im: Int32, _ w: ComplexInt32, _ shift: Int64) -> ComplexInt32 {
        let real = Int64(re) &* Int64(w.re) &- Int64(im) &* Int64(w.im)
        let imaginary = Int64(re) &* Int64(w.im) &+ Int64(im) &* Int64(w.re)
        return ComplexInt32(re: Int32(truncatingIfNeeded: real &>> shift), im: Int32(truncatingIfNeeded: imaginary &>> shift))
    }

    /// Where the block stands that `complexTransform` takes.
    private var first: UnsafeMutablePointer<ComplexInt32> {
        UnsafeMutableRawPointer(work.base).assumingMemoryBound(to: ComplexInt32.self)
    }

    /// The complex transform of the first half of `work`, ping-pong with the second, divided by 256. The result is `first` again.
    ///
    /// The strides are literals and `rotated` is inlined, so that the compiler knows all distances: registers are what a butterfly lacks.
    @_noAllocation @_noLocks
    private func complexTransform() {
        let (front, back) = (first, first + Self.points)
        unrotated(front, back)
        rotated(front, back, stride: 1)
        unrotatedPairs(back, front, stride: 4)
        rotated(back, front, stride: 4)
        unrotatedPairs(front, back, stride: 16)
        rotated(front, back, stride: 16)
        unrotatedPairs(back, front, stride: 64)
    }

    /// The butterflies of a pass that rotate, all but the first `stride`.
    @_noAllocation @_noLocks @inline(__always)
    private func rotated(_ x: UnsafeMutablePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>, stride: Int) {
        var (from, to) = (x + stride, y + 4 &* stride)
        var turn = 2 &* stride
        while turn < Self.points / 2 {
            let w = twiddles.base
            let (w1, w2, w3) = (w[turn], w[2 &* turn], w[3 &* turn])
            for _ in 0..<stride {
                let (a, b, c, d) = (from[0], from[64], from[128], from[192])
                let (sumRe, sumIm, otherRe, otherIm) = (a.re &+ c.re, a.im &+ c.im, b.re &+ d.re, b.im &+ d.im)
                to[0] = ComplexInt32(re: (sumRe &+ otherRe) &>> 2, im: (sumIm &+ otherIm) &>> 2)
                to[2 &* stride] = Self.turned(sumRe &- otherRe, sumIm &- otherIm, w2, 33)
                let (gapRe, gapIm, crossRe, crossIm) = (a.re &- c.re, a.im &- c.im, b.im &- d.im, d.re &- b.re)
                to[stride] = Self.turned(gapRe &+ crossRe, gapIm &+ crossIm, w1, 33)
                to[3 &* stride] = Self.turned(gapRe &- crossRe, gapIm &- crossIm, w3, 33)
                from += 1
                to += 1
            }
            to += 3 &* stride
            turn &+= 2 &* stride
        }
    }

    /// The first butterfly of the first pass, which does not rotate.
    @_noAllocation @_noLocks
    private func unrotated(_ x: UnsafeMutablePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>) {
        let (a, b, c, d) = (x[0], x[64], x[128], x[192])
        y[0] = ComplexInt32(re: (a.re &+ c.re &+ b.re &+ d.re) &>> 2, im: (a.im &+ c.im &+ b.im &+ d.im) &>> 2)
        y[1] = ComplexInt32(re: (a.re &- c.re &+ b.im &- d.im) &>> 2, im: (a.im &- c.im &- b.re &+ d.re) &>> 2)
        y[2] = ComplexInt32(re: (a.re &+ c.re &- b.re &- d.re) &>> 2, im: (a.im &+ c.im &- b.im &- d.im) &>> 2)
        y[3] = ComplexInt32(re: (a.re &- c.re &- b.im &+ d.im) &>> 2, im: (a.im &- c.im &+ b.re &- d.re) &>> 2)
    }

    /// The first `stride` butterflies of another pass, which do not rotate either: two at a time. One copy serves all
    /// passes: inlined it would make the page's module larger and this no faster.
    @_noAllocation @_noLocks @inline(never)
    private func unrotatedPairs(
        _ x: UnsafeMutablePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>, stride: Int
    ) {
        var (from, to) = (UnsafeRawPointer(x), UnsafeMutableRawPointer(y))
        for _ in 0..<stride / 2 {
            let a = from.loadUnaligned(as: SIMD4<Int32>.self)
            let b = from.loadUnaligned(fromByteOffset: 512, as: SIMD4<Int32>.self)
            let c = from.loadUnaligned(fromByteOffset: 1024, as: SIMD4<Int32>.self)
            let d = from.loadUnaligned(fromByteOffset: 1536, as: SIMD4<Int32>.self)
            let (sum, other, gap, turn) = (a &+ c, b &+ d, a &- c, b &- d)
            // -i times what turns.
            let cross = SIMD4(turn.y, 0 &- turn.x, turn.w, 0 &- turn.z)
            to.storeBytes(of: (sum &+ other) &>> 2, as: SIMD4<Int32>.self)
            to.storeBytes(of: (gap &+ cross) &>> 2, toByteOffset: 8 &* stride, as: SIMD4<Int32>.self)
            to.storeBytes(of: (sum &- other) &>> 2, toByteOffset: 16 &* stride, as: SIMD4<Int32>.self)
            to.storeBytes(of: (gap &- cross) &>> 2, toByteOffset: 24 &* stride, as: SIMD4<Int32>.self)
            from += 16
            to += 16
        }
    }
}
