/// Base-2 logarithms and powers, the currency of the spectral stages: a ratio of powers is a difference, 1.0 is 3.01 dB.
///
/// Logarithms are Int32 in Q16, so the whole range of a 64-bit power is 0 ..< 64 x 65536. Both functions are exact at powers of
/// two and continuous there; between them they follow f(1 - f) times a least-squares polynomial in the fraction f.
public enum Log2 {
    /// 1.0 in Q16: a doubling of power.
    public static let one: Int32 = 65_536

    /// log2 of `value` in Q16, within 3e-5; 0 for 0, as for 1.
    @inlinable @inline(__always)
    public static func ofQ16(_ value: UInt64) -> Int32 {
        let bits = 63 &- Int32(truncatingIfNeeded: (value | 1).leadingZeroBitCount)
        let mantissa = (value | 1) &<< UInt64(truncatingIfNeeded: 63 &- bits)
        let fraction = Int32(truncatingIfNeeded: (mantissa &>> 47) & 0xFFFF)
        let half = fraction &>> 1
        var bend = 4_863 &- (1_479 &* half) &>> 15
        bend = -8_755 &+ (bend &* half) &>> 15
        bend = 14_481 &+ (bend &* half) &>> 15
        let bow = (half &* (32_768 &- half)) &>> 12
        return bits &<< 16 &+ fraction &+ (bow &* bend &+ 0x1_0000) &>> 17
    }

    /// 2^`logQ16` as an integer with relative error below 4e-5 plus half a unit, for results below 2^31; saturates there.
    ///
    /// To get the power in Qn, add n x 65536 before.
    @inlinable @inline(__always)
    public static func power(_ logQ16: Int32) -> Int32 {
        let exponent = logQ16 &>> 16
        if exponent >= 31 { return .max }
        if exponent < -1 { return 0 }
        let half = (logQ16 & 0xFFFF) &>> 1
        let curve = 10_060 &+ ((2_144 &+ (448 &* half) &>> 15) &* half) &>> 15
        let bow = (half &* (32_768 &- half)) &>> 14
        let mantissaQ16 = 65_536 &+ (logQ16 & 0xFFFF) &- (bow &* curve) &>> 15
        let mantissaQ30 = UInt32(truncatingIfNeeded: mantissaQ16) &<< 14
        let halfUnit = exponent == 30 ? 0 : UInt32(1) &<< UInt32(truncatingIfNeeded: 29 &- exponent)
        return Int32(truncatingIfNeeded: (mantissaQ30 &+ halfUnit) &>> UInt32(truncatingIfNeeded: 30 &- exponent))
    }
}

/// The largest integer whose square is at most `value`.
public func squareRoot(_ value: UInt64) -> UInt32 {
    var (rest, root): (UInt64, UInt64) = (value, 0)
    var bit: UInt64 = 1 &<< 62
    while bit > value {
        bit &>>= 2
    }
    while bit != 0 {
        if rest >= root &+ bit {
            rest &-= root &+ bit
            root = root &>> 1 &+ bit
        } else {
            root &>>= 1
        }
        bit &>>= 2
    }
    return UInt32(truncatingIfNeeded: root)
}
