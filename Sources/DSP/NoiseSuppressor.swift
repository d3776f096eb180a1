/// Suppresses steady and slowly changing noise in a spectrum; speech first.
///
/// Per bin: a-posteriori SNR g from `NoiseEstimator`, a-priori SNR x by the decision-directed rule
/// x = 0.92 |A'|^2 / N + 0.08 max(g - 1, 0) (A' the clean amplitude of the frame before) with a floor of -25 dB, and the gain
/// of the log-spectral amplitude estimator, x / (1 + x) exp(E1(v) / 2) with v = g x / (1 + x), kept between the floor and 1.
/// Source: Ephraim and Malah, "Speech enhancement using a minimum mean-square error log-spectral amplitude estimator", 1985.
///
/// All of it in base-2 logarithms (Q16), so that products are sums and every function of one variable is a look-up; a sum of powers
/// a + b, a the larger, is log a + log(1 + 2^(log b - log a)), a look-up too. Only the gain leaves the logarithm, as Q15.
///
/// With a voice detector these gains are one of the numbers from which `GainNetwork` makes its own: the statistics know each bin's
/// steady noise, the networks know what moves and is no speech. The memory A' stays that of the statistics alone, and noise is
/// estimated without the networks, into which speech would leak wherever they are wrong.
///
/// The smoothing of 0.92 is chosen for intelligibility, not for the deepest silence. Headroom: logarithms are within +-2^23, gains
/// at most 2^15.
public struct NoiseSuppressor: ~Copyable {
    private let logFloorQ16: Int32
    private let floorQ15: Int32
    /// log2 of the clean power of the frame before.
    private let logCleanQ16 = FixedArray<Int32>(count: 257, repeating: 0)
    private let logGainQ16 = FixedArray<Int32>(count: 257, repeating: 0)
    private let gains = FixedArray<Int32>(count: 257, repeating: 32_768)
    private let network = GainNetwork()
    /// Of log g: log2 of 0.08 (g - 1), not below -12.
    private let logExcessQ16 = Curve { weightedExcessQ16(logRatioQ16: $0) }
    /// Of the logarithms' difference d: log2 of 1 + 2^-|d|.
    private let logSumQ16 = Curve { Log2.ofQ16(onePlus(-abs($0))) - 16 * Log2.one }
    /// Of log x: log2 of x / (1 + x).
    private let logWienerQ16 = Curve { $0 - Log2.ofQ16(onePlus($0)) + 16 * Log2.one }
    /// Of log v: log2 of exp(E1(v) / 2), nothing from v = 8 on.
    private let logExpansionQ16 = Curve { $0 < 3 * Log2.one ? halfExponentialIntegralQ16(logQ16: $0) : 0 }
    /// 2^log, Q15.
    private let powerQ15 = Curve { Log2.power(min($0, 0) + 15 * Log2.one) }

    /// - Parameter floorDecibels: the least gain, -40...0 dB.
    public init(floorDecibels: Int = -15) {
        precondition((-40...0).contains(floorDecibels))
        // 1 dB is 0.16610 octaves of amplitude.
        logFloorQ16 = Int32(floorDecibels) * 10_885
        floorQ15 = Log2.power(logFloorQ16 + 15 * Log2.one)
    }

    /// Gain of each bin in the newest frame, Q15 (32768 is 1); 257 values.
    public var gainsQ15: UnsafePointer<Int32> { UnsafePointer(gains.base) }

    /// log2 of the statistics' gain of each bin in the newest frame, amplitude, Q16, without the floor; 257 values.
    public var statisticalLogGainQ16: UnsafePointer<Int32> { UnsafePointer(logGainQ16.base) }

    /// Renews `gainsQ15` by the statistics alone.
    ///
    /// - Parameters:
    ///   - spectrum: the frame.
    ///   - noise: has seen the frame.
    @_noAllocation @_noLocks
    public mutating func process(_ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator) {
        estimate(spectrum.logPowerQ16, noise.logNoiseQ16)
        let power = powerQ15.points()
        for k in 0..<257 {
            gains.base[k] = max(power.value(at: max(logGainQ16.base[k], logFloorQ16)), floorQ15)
        }
    }

    /// Renews `gainsQ15`.
    ///
    /// - Parameters:
    ///   - spectrum: the frame.
    ///   - noise: has seen the frame, as `voice` has.
    @_noAllocation @_noLocks
    public mutating func process(
        _ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator, _ voice: borrowing VoiceDetector
    ) {
        estimate(spectrum.logPowerQ16, noise.logNoiseQ16)
        network.step(spectrum, noise, voice, statisticalLogGainQ16: statisticalLogGainQ16, into: gains.base)
        for k in 0..<257 {
            gains.base[k] = max(gains.base[k], floorQ15)
        }
    }

    /// Renews `logGainQ16`.
    @_noAllocation @_noLocks
    private func estimate(_ logPowerQ16: UnsafePointer<Int32>, _ logNoiseQ16: UnsafePointer<Int32>) {
        let (cleanQ16, logGainQ16) = (logCleanQ16.base, logGainQ16.base)
        let (excess, sum, wiener) = (logExcessQ16.points(), logSumQ16.points(), logWienerQ16.points())
        let expansion = logExpansionQ16.points()
        for k in 0..<257 {
            let logRatio = logPowerQ16[k] &- logNoiseQ16[k]
            // log2 of 0.92 is -0.12029.
            let logBefore = cleanQ16[k] &- logNoiseQ16[k] &- 7_884
            let logExcess = excess.value(at: logRatio)
            let logSum = max(logBefore, logExcess) &+ sum.value(at: logBefore &- logExcess)
            // -25 dB is -8.3048 octaves of power.
            let logPrior = max(logSum, -544_265)
            let logWiener = wiener.value(at: logPrior)
            let logGain = min(logWiener &+ expansion.value(at: logWiener &+ logRatio), 0)
            cleanQ16[k] = logPowerQ16[k] &+ 2 &* logGain
            logGainQ16[k] = logGain
        }
    }
}

/// 1 + 2^log in Q16.
private func onePlus(_ logQ16: Int32) -> UInt64 {
    UInt64(Log2.power(logQ16 + 16 * Log2.one)) + UInt64(Log2.one)
}

/// log2 of 0.08 (2^log - 1), Q16, not below -12.
private func weightedExcessQ16(logRatioQ16: Int32) -> Int32 {
    let excessQ32 = (Int64(Log2.power(logRatioQ16 + 16 * Log2.one) - Log2.one) << 16) / 100 * 8
    return max(Log2.ofQ16(UInt64(max(excessQ32, 1))) - 32 * Log2.one, -12 * Log2.one)
}

/// log2 of exp(E1(v) / 2) for v = 2^log up to 8, Q16: E1(v) = -C - ln v - sum over k of (-v)^k / (k k!), in Q32.
private func halfExponentialIntegralQ16(logQ16: Int32) -> Int32 {
    let eulerQ32: Int64 = 2_479_122_403
    let ln2Q32: Int64 = 2_977_044_472
    let argumentQ16 = Int64(Log2.power(logQ16 + 16 * Log2.one))
    var sumQ32 = -eulerQ32 - (Int64(logQ16) * ln2Q32) >> 16
    var (powerQ32, k): (Int64, Int64) = (1 << 32, 1)
    while powerQ32 != 0 {
        powerQ32 = -((powerQ32 * argumentQ16) >> 16) / k
        sumQ32 -= powerQ32 / k
        k += 1
    }
    // Half, over ln 2.
    return max(Int32(truncatingIfNeeded: (sumQ32 << 15) / ln2Q32), 0)
}
