/// The division of one bin's Kalman step, E / D, done once for all partitions in block floating point.
struct EchoStep {
    /// 5/4 E / D: mantissa below 5/4 2^30.
    private let quotient: ComplexInt32
    /// Right shift that brings U x gradient to the weights' Q26; may be negative.
    private let weightShift: Int64
    /// D normalised to [2^62, 2^63): left shift, and 2^61 over its upper half.
    private let divisorShift: Int64
    private let reciprocal: Int64

    /// - Parameters:
    ///   - dividend: E, Q4, parts within +-2^28.
    ///   - divisor: D, at least 2^16, in twice |X|^2's Q8.
    @inline(__always)
    init(dividend: ComplexInt32, divisor: Int64) {
        divisorShift = Int64(divisor.leadingZeroBitCount &- 1)
        reciprocal = (1 &<< 61) / ((divisor &<< divisorShift) &>> 32)
        let lift = Int32(truncatingIfNeeded: headroom(magnitudeBits(dividend.re) | magnitudeBits(dividend.im)) &- 1)
        let re = (Int64(dividend.re &<< lift) &* reciprocal) &>> 30
        let im = (Int64(dividend.im &<< lift) &* reciprocal) &>> 30
        quotient = ComplexInt32(
            re: Int32(truncatingIfNeeded: (re &* 5) &>> 3), im: Int32(truncatingIfNeeded: (im &* 5) &>> 3))
        weightShift = 36 &- divisorShift &+ Int64(lift)
    }

    /// X* E / D: the mantissa keeps the precision of X.
    @inline(__always)
    func gradient(_ x: ComplexInt32) -> (re: Int64, im: Int64) {
        let re = Int64(x.re) &* Int64(quotient.re) &+ Int64(x.im) &* Int64(quotient.im)
        let im = Int64(x.re) &* Int64(quotient.im) &- Int64(x.im) &* Int64(quotient.re)
        return (re &>> 29, im &>> 29)
    }

    /// U X* E / D in Q26.
    @inline(__always)
    func weightChange(_ gradient: Int64, uncertaintyQ30: Int32) -> Int64 {
        let product = gradient &* Int64(uncertaintyQ30)
        if weightShift >= 0 { return product &>> min(weightShift, 63) }
        return max(min(product, 1 &<< 30), -1 &<< 30) &<< min(0 &- weightShift, 30)
    }

    /// The share of D that one partition's U |X|^2 makes, Q15.
    @inline(__always)
    func shareQ15(_ product: Int64) -> Int64 {
        (((product &<< divisorShift) &>> 32) &* reciprocal) &>> 46
    }
}
