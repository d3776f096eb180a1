/// Fixed-point arithmetic of the front end.
///
/// A value "in Qn" is an integer that stands for itself divided by 2^n: `Int16` Q15 and `Int32` Q31 cover -1 ..< 1.
/// Everything here wraps instead of trapping where it cannot overflow by construction, and saturates where the world decides.

/// The nearest value that sixteen bits hold.
@inlinable @inline(__always)
public func saturatedInt16(_ value: Int32) -> Int16 {
    Int16(truncatingIfNeeded: max(min(value, 32_767), -32_768))
}

/// The nearest value that sixteen bits hold.
@inlinable @inline(__always)
public func saturatedInt16(_ value: Int64) -> Int16 {
    Int16(truncatingIfNeeded: max(min(value, 32_767), -32_768))
}

/// The nearest value that thirty-two bits hold.
@inlinable @inline(__always)
public func saturatedInt32(_ value: Int64) -> Int32 {
    Int32(truncatingIfNeeded: max(min(value, 0x7FFF_FFFF), -0x8000_0000))
}

/// `value` / 2^`bits`, rounded to nearest, halves upwards. `bits` is 0...30 and |value| at most 2^31 - 2^(bits - 1).
@inlinable @inline(__always)
public func roundingShift(_ value: Int32, _ bits: Int32) -> Int32 {
    (value &+ ((1 &<< bits) &>> 1)) &>> bits
}

/// `value` / 2^`bits`, rounded to nearest, halves upwards. `bits` is 0...62 and |value| at most 2^63 - 2^(bits - 1).
@inlinable @inline(__always)
public func roundingShift(_ value: Int64, _ bits: Int64) -> Int64 {
    (value &+ ((1 &<< bits) &>> 1)) &>> bits
}

/// `value` x 2^`exponent` for any exponent, rounded to nearest and saturated to 32 bits.
@inlinable @inline(__always)
public func scaled(_ value: Int32, byPowerOfTwo exponent: Int) -> Int32 {
    if exponent >= 0 {
        return saturatedInt32(exponent > 31 ? Int64(value.signum()) &<< 62 : Int64(value) &<< Int64(exponent))
    }
    return exponent < -32 ? 0 : Int32(truncatingIfNeeded: roundingShift(Int64(value), Int64(0 &- exponent)))
}

/// A block x 2^`exponent`, in place, rounded to nearest and held within +-`limit`.
///
/// - Parameters:
///   - values: `count` values below 2^30.
///   - limit: below 2^31.
@_noAllocation @_noLocks @inline(never)
func scale(_ values: UnsafeMutablePointer<Int32>, count: Int, byPowerOfTwo exponent: Int, within limit: Int32) {
    let up = Int32(truncatingIfNeeded: max(min(exponent, 31), 0))
    let down = Int32(truncatingIfNeeded: max(min(0 &- exponent, 31), 0))
    let half: Int32 = (1 &<< down) &>> 1 & 0x7FFF_FFFF
    // What the limit is before the shift.
    let edge = Int32(truncatingIfNeeded: min((Int64(limit) &<< Int64(down)) &>> Int64(up), 0x3FFF_FFFF))
    // No value can be beyond it then, and nothing is shifted left.
    if up == 0 && edge == 0x3FFF_FFFF {
        for n in 0..<count { values[n] = (values[n] &+ half) &>> down }
        return
    }
    for n in 0..<count {
        let value = max(min(values[n], edge), 0 &- edge)
        values[n] = ((value &<< up) &+ half) &>> down
    }
}

/// `value` times a Q15 factor, rounded; the result has the format of `value`. Only Int32.min x -1 wraps.
@inlinable @inline(__always)
public func multiplyQ15(_ value: Int32, _ factorQ15: Int32) -> Int32 {
    Int32(truncatingIfNeeded: (Int64(value) &* Int64(factorQ15) &+ 0x4000) &>> 15)
}

/// How many bits `magnitudes` (an OR of `value ^ (value >> 31)` over a block) leaves unused below the sign: 0...31.
@inlinable @inline(__always)
public func headroom(_ magnitudes: Int32) -> Int {
    magnitudes.leadingZeroBitCount &- 1
}

/// What a value adds to the OR from which `headroom` is read.
@inlinable @inline(__always)
public func magnitudeBits(_ value: Int32) -> Int32 {
    value ^ (value &>> 31)
}

/// One complex value; the format of its parts is its owner's.
@frozen
public struct ComplexInt32: BitwiseCopyable, Sendable, Equatable {
    public var re: Int32
    public var im: Int32

    @inlinable @inline(__always)
    public init(re: Int32, im: Int32) {
        self.re = re
        self.im = im
    }

    /// |z|^2 in the square of the parts' format; at most 2^63 - 1 (-2^31 in both parts would be 2^63: transforms never give it).
    @inlinable @inline(__always)
    public var power: Int64 { Int64(re) &* Int64(re) &+ Int64(im) &* Int64(im) }
}

/// Sums of neighbours' products, what `pmaddwd` does; only four times -2^15 wrap.
@_noAllocation @_noLocks @inline(__always)
func pairSums(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD4<Int32> {
    let products = widened(left) &* widened(right)
    return products.evenHalf &+ products.oddHalf
}

/// Lane by lane, because the library's conversion is not always inlined.
@_noAllocation @_noLocks @inline(__always)
func widened(_ v: SIMD8<Int16>) -> SIMD8<Int32> {
    SIMD8(Int32(v[0]), Int32(v[1]), Int32(v[2]), Int32(v[3]), Int32(v[4]), Int32(v[5]), Int32(v[6]), Int32(v[7]))
}

/// The lower halves.
@_noAllocation @_noLocks @inline(__always)
func narrowed(_ v: SIMD8<Int32>) -> SIMD8<Int16> {
    let (a, b) = (v.lowHalf, v.highHalf)
    return SIMD8(
        Int16(truncatingIfNeeded: a[0]), Int16(truncatingIfNeeded: a[1]), Int16(truncatingIfNeeded: a[2]),
        Int16(truncatingIfNeeded: a[3]), Int16(truncatingIfNeeded: b[0]), Int16(truncatingIfNeeded: b[1]),
        Int16(truncatingIfNeeded: b[2]), Int16(truncatingIfNeeded: b[3]))
}
