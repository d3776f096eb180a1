/// Suppresses steady and slowly changing noise in a spectrum; speech first.
///
/// Per bin: a-posteriori SNR g from `NoiseEstimator`, a-priori SNR x by the decision-directed rule
/// x = 0.92 |A'|^2 / N + 0.08 max(g - 1, 0) (A' the clean amplitude of the frame before) with a floor of -25 dB, and the gain
/// of the log-spectral amplitude estimator, x / (1 + x) exp(E1(v) / 2) with v = g x / (1 + x), kept between the floor and 1.
/// All of it in base-2 logarithms (Q16), so that products are sums; gains Q15.
/// Source: Ephraim and Malah, "Speech enhancement using a minimum mean-square error log-spectral amplitude estimator", 1985.
///
/// With a mask m (share of speech in the bin's amplitude, `VoiceDetector.maskQ15`) the gain is multiplied by sin(pi m / 2): the statistics
/// know each bin's steady noise, the network knows what moves and is no speech. The curve is gentler than m itself where speech is likely;
/// the memory A' stays that of the statistics alone, because a mask in it would feed on itself (both tried on recordings: less PESQ).
/// Noise is estimated without the mask, into which speech would leak wherever the mask is low.
///
/// The smoothing of 0.92 is chosen for intelligibility, not for the deepest silence. Headroom: gains and mask are at most 2^15, their
/// product at most 2^30.
public struct NoiseSuppressor: ~Copyable {
    private static var bins: Int { 257 }

    private let logFloorQ16: Int32
    private let floorQ15: Int32
    /// sin(pi m / 2) at 64 steps of m, Q15; one more for the interpolation at 1.
    private let maskCurveQ15 = FixedArray<Int32>(count: 66, repeating: 32_768)
    /// log2 of the clean power of the frame before.
    private let logCleanQ16 = FixedArray<Int32>(count: 257, repeating: 0)
    private let gains = FixedArray<Int32>(count: 257, repeating: 32_768)
    private let logWienerQ16 = Curve(from: -9, to: 12) { $0 - Log2.ofQ16(onePlus($0)) + 16 * Log2.one }
    private let logExpansionQ16 = Curve(from: -10, to: 3) { halfExponentialIntegralQ16(logQ16: $0) }

    /// - Parameter floorDecibels: the least gain, -40...0 dB.
    public init(floorDecibels: Int = -15) {
        precondition((-40...0).contains(floorDecibels))
        // 1 dB is 0.16610 octaves of amplitude.
        logFloorQ16 = Int32(floorDecibels) * 10_885
        floorQ15 = Log2.power(logFloorQ16 + 15 * Log2.one)
        for step in 0..<64 {
            maskCurveQ15[step] = Int32(roundingShift(Int64(phasorQ31(turnsQ32: UInt32(step) << 24).im), 16))
        }
    }

    /// Gain of each bin in the newest frame, Q15 (32768 is 1); 257 values.
    public var gainsQ15: UnsafePointer<Int32> { UnsafePointer(gains.base) }

    /// Renews `gainsQ15`.
    ///
    /// - Parameters:
    ///   - spectrum: the frame.
    ///   - noise: has seen the frame.
    ///   - maskQ15: 257 values in 0...32768; nil for the statistics alone.
    @_noAllocation @_noLocks
    public mutating func process(
        _ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator, maskQ15: UnsafePointer<Int32>? = nil
    ) {
        updateGains(spectrum.logPowerQ16, noise.logNoiseQ16)
        if let maskQ15 { applyMask(maskQ15) }
    }

    @_noAllocation @_noLocks
    private func applyMask(_ maskQ15: UnsafePointer<Int32>) {
        for k in 0..<Self.bins {
            let mask = max(min(maskQ15[k], 32_768), 0)
            let step = Int(truncatingIfNeeded: mask &>> 9)
            let (left, right) = (maskCurveQ15.base[step], maskCurveQ15.base[step &+ 1])
            let curve = left &+ ((right &- left) &* (mask & 0x1FF)) &>> 9
            gains.base[k] = max((gains.base[k] &* (curve &>> 1)) &>> 14, floorQ15)
        }
    }

    @_noAllocation @_noLocks
    private mutating func updateGains(_ logPowerQ16: UnsafePointer<Int32>, _ logNoiseQ16: UnsafePointer<Int32>) {
        let unit = 16 &* Log2.one
        for k in 0..<Self.bins {
            let logRatio = max(min(logPowerQ16[k] &- logNoiseQ16[k], 13 &* Log2.one), -20 &* Log2.one)
            let excessQ16 = max(Log2.power(logRatio &+ unit) &- Log2.one, 0)
            let logBefore = max(min(logCleanQ16.base[k] &- logNoiseQ16[k], 13 &* Log2.one), -20 &* Log2.one)
            let beforeQ16 = Log2.power(logBefore &+ unit)
            let priorQ16 = (Int64(beforeQ16) &* 30_147 &+ Int64(excessQ16) &* 2_621) &>> 15
            // -25 dB is -8.3048 octaves of power.
            let logPrior = max(Log2.ofQ16(UInt64(bitPattern: priorQ16)) &- unit, -544_265)
            let logWiener = logWienerQ16.value(at: logPrior)
            let logGain = min(logWiener &+ logExpansionQ16.value(at: logWiener &+ logRatio), 0)
            logCleanQ16.base[k] = logPowerQ16[k] &+ 2 &* logGain
            gains.base[k] = Log2.power(max(logGain, logFloorQ16) &+ 15 &* Log2.one)
        }
    }
}

/// 1 + 2^log in Q16.
private func onePlus(_ logQ16: Int32) -> UInt64 {
    UInt64(Log2.power(logQ16 + 16 * Log2.one)) + UInt64(Log2.one)
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
