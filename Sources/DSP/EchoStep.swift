/// The division of one pair of bins' Kalman step, 1 / D, done once for all partitions and microphones in block floating point.
///
/// With D = 2^(61 - s) to 2^(63 - s), s even, an uncertainty becomes 5/4 U / D, a mantissa below 2^(32 + s/2); times X it is the gain K. As D
/// is at least U |X|^2 / 2, |K| is at most 5/4 sqrt(2 U / D): its mantissa stays below 2^31 and keeps the precision of a small U at
/// any level.
struct EchoStep: BitwiseCopyable {
    /// 5/8 of 2^61 over the upper half of D, at most 5/4 2^31.
    private let reciprocal: Int64
    /// s/2, 0...23: K's mantissa times E times 2^(s/2 - 34) is in the weights' Q26.
    let residualShift: Int64

    /// - Parameter divisor: D, at least 2^16, in twice |X|^2's Q8.
    @inline(__always)
    init(divisor: Int64) {
        let s = Int64(divisor.leadingZeroBitCount &- 1) & 62
        reciprocal = (Int64(5) &<< 58) / ((divisor &<< s) &>> 32)
        residualShift = s &>> 1
    }

    @inline(__always) private var shift: Int64 { 30 &- residualShift }

    /// 5/4 U / D.
    @inline(__always)
    func factor(uncertaintyQ30: Int32) -> Int64 { (Int64(uncertaintyQ30) &* reciprocal) &>> shift }

    /// 5/4 U X / D.
    @inline(__always)
    func gain(_ x: ComplexInt32, _ factor: Int64) -> ComplexInt32 {
        ComplexInt32(
            re: Int32(truncatingIfNeeded: (Int64(x.re) &* factor) &>> 31),
            im: Int32(truncatingIfNeeded: (Int64(x.im) &* factor) &>> 31))
    }

    /// 160/512 U U |X|^2 / D in Q30, less than a third of U.
    ///
    /// - Parameter product: U |X|^2 in D's unit.
    @inline(__always)
    func learned(_ product: Int64, _ factor: Int64) -> Int32 {
        Int32(truncatingIfNeeded: ((product &>> shift) &* factor) &>> 34)
    }
}
