/// Takes out of a spectrum what the canceller left of the echo, down to somewhat below the noise; the near end first.
///
/// A Wiener gain per band, 1 - o R / E, with R from `EchoResidual`. The weight o is 4 while nobody but the loudspeaker talks and
/// falls to 1/2 as near-end speech shows. A band is never pushed more than 6 dB below the noise, so that echo ends in the
/// room's own hush and not in holes.
struct EchoSuppressor: ~Copyable {
    private let bandGains = FixedArray<Int32>(count: 20, repeating: 32_768)
    private let gains = FixedArray<Int32>(count: 257, repeating: 32_768)
    /// `EchoResidual.nearEndQ15`, falling with a time constant of 0.16 s, so that the ends of words survive.
    private var heldNearEndQ15: Int64 = 0

    init() {}

    /// Gain of each bin in the newest frame, Q15 (32768 is 1); 257 values.
    var gainsQ15: UnsafePointer<Int32> { UnsafePointer(gains.base) }

    /// Renews `gainsQ15`.
    ///
    /// - Parameter residual: has seen the frame.
    @_noAllocation @_noLocks
    mutating func process(_ residual: borrowing EchoResidual) {
        heldNearEndQ15 = max(Int64(residual.nearEndQ15), (heldNearEndQ15 &* 15) &>> 4)
        let weightQ8 = 1_024 &- (896 &* heldNearEndQ15) &>> 15
        for band in 0..<EchoBands.count {
            let gain = Self.gain(
                residual: residual.smoothedResidual.base[band], expected: residual.expected.base[band],
                noise: residual.noise.base[band],
                weightQ8: weightQ8)
            bandGains.base[band] = max(gain, bandGains.base[band] &>> 1)
        }
        residual.spread(UnsafePointer(bandGains.base), into: gains.base)
    }

    /// Nothing can echo: every gain is 1.
    @_noAllocation @_noLocks
    mutating func open() {
        bandGains.base.update(repeating: 32_768, count: bandGains.count)
        gains.base.update(repeating: 32_768, count: gains.count)
    }

    /// Amplitude gain of one band, Q15.
    @_noAllocation @_noLocks
    private static func gain(residual: Int64, expected: Int64, noise: Int64, weightQ8: Int64) -> Int32 {
        let echo = (min(expected, 1 &<< 52) &* weightQ8) &>> 8
        let heard = max(min(residual, 1 &<< 47), 1)
        let wiener = echo >= heard ? 0 : ((heard &- echo) &<< 15) / heard
        let belowNoise = Log2.ofQ16(UInt64(bitPattern: max(noise, 1))) &- Log2.ofQ16(UInt64(bitPattern: heard)) &- 2 &* Log2.one
        let floor = Log2.power(min(belowNoise, 0) / 2 &+ 15 &* Log2.one)
        return max(Int32(truncatingIfNeeded: wiener), floor)
    }
}
