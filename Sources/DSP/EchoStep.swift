/// The division of one pair of bins' Kalman step, 1 / D, done once for all partitions and microphones in block floating point.
///
/// With D = 2^(62 - s) to 2^(63 - s) an uncertainty becomes 5/4 U / D with a mantissa below 5/4 2^30; times X it is the gain
/// K. As D is at least U |X|^2 / 2, |K| is at most 5/4 sqrt(2 U / D): shifted right by 31 - s/2 it stays below 2^31 and keeps the
/// precision of a small U at any level.
struct EchoStep {
    /// s.
    private let shift: Int64
    /// 5/8 of 2^61 over the upper half of D, below 5/8 2^31.
    private let reciprocal: Int64

    /// - Parameter divisor: D, at least 2^16, in twice |X|^2's Q8.
    @inline(__always)
    init(divisor: Int64) {
        shift = Int64(divisor.leadingZeroBitCount &- 1)
        reciprocal = (Int64(5) &<< 58) / ((divisor &<< shift) &>> 32)
    }

    /// Right shift, 11...34, that brings K's mantissa times E to the weights' Q26.
    @inline(__always) var weightShift: Int32 { Int32(truncatingIfNeeded: 34 &- (shift &+ 1) / 2) }

    /// 5/4 U / D.
    @inline(__always)
    func factor(uncertaintyQ30: Int32) -> Int64 { (Int64(uncertaintyQ30) &* reciprocal) &>> 30 }

    /// 5/4 U X / D.
    @inline(__always)
    func gain(_ x: ComplexInt32, _ factor: Int64) -> ComplexInt32 {
        let down = 31 &- shift &>> 1
        return ComplexInt32(
            re: Int32(truncatingIfNeeded: (Int64(x.re) &* factor) &>> down),
            im: Int32(truncatingIfNeeded: (Int64(x.im) &* factor) &>> down))
    }

    /// 160/512 U U |X|^2 / D in Q30, less than a third of U.
    ///
    /// - Parameter product: U |X|^2 in D's unit.
    @inline(__always)
    func learned(_ product: Int64, _ factor: Int64) -> Int32 {
        Int32(truncatingIfNeeded: (((product &<< shift) &>> 32) &* factor) &>> 32)
    }
}
