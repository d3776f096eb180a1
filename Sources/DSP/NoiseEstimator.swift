/// Tracks the power of the noise in every bin through speech, from the spectra of `SpectrumAnalyzer`.
///
/// A bin holds speech with probability p = 1 / (1 + (1 + x) e^(-g x / (1 + x))), g being its power over the noise estimate and
/// x = 15 dB the SNR that speech is expected at; the estimate then moves towards (1 - p) |X|^2 + p N. In logarithms the step is
/// a function of log g alone, log2(1 + rate (1 - p)(g - 1)): a look-up, and so is p. A bin that has held "speech" for so long that
/// its smoothed probability passes 0.99 is taken down to that, so that a jump of the noise is followed in seconds.
/// The first 12 frames are averaged as noise; up to 0.6 s the tracker moves five times faster.
/// Source: Gerkmann and Hendriks, "Unbiased MMSE-based noise power estimation with low complexity and low tracking delay", 2012,
/// with a smoothing of 0.98 instead of 0.8, which keeps weak speech out of the estimate.
public struct NoiseEstimator: ~Copyable {
    /// log2 of the noise power of each bin in squared sample steps, Q16; 257 values.
    public var logNoiseQ16: UnsafePointer<Int32> { UnsafePointer(logNoise.base) }
    /// Smoothed probability of speech in each bin, Q15; 257 values.
    public var presenceQ15: UnsafePointer<Int32> { UnsafePointer(presence.base) }

    private static var averagedFrames: Int32 { 12 }
    private static var hurriedFrames: Int32 { 60 }

    private let logNoise = FixedArray<Int32>(count: 257, repeating: 0)
    private let presence = FixedArray<Int32>(count: 257, repeating: 0)
    private let probabilityQ15 = Curve { speechProbabilityQ15(logRatioQ16: $0) }
    private let stepQ16 = Curve {
        noiseStepQ16(logRatioQ16: $0, probabilityQ15: speechProbabilityQ15(logRatioQ16: $0))
    }
    private var frames: Int32 = 0

    public init() {}

    /// - Parameter logPowerQ16: 257 logarithms of the frame's bin powers.
    @_noAllocation @_noLocks
    public mutating func process(_ logPowerQ16: UnsafePointer<Int32>) {
        frames = min(frames &+ 1, Self.hurriedFrames &+ 1)
        if frames <= Self.averagedFrames {
            average(logPowerQ16)
        } else {
            track(logPowerQ16, hurry: frames <= Self.hurriedFrames ? 5 : 1)
        }
    }

    /// N += (|X|^2 - N) / frames.
    @_noAllocation @_noLocks
    private func average(_ logPowerQ16: UnsafePointer<Int32>) {
        guard frames > 1 else { return copy(logPowerQ16, to: logNoise.base, count: 257) }
        for k in 0..<257 {
            let ratioQ16 = Log2.power(min(logPowerQ16[k] &- logNoise.base[k], 13 &* Log2.one) &+ 16 &* Log2.one)
            let grownQ16 = Log2.one &+ (ratioQ16 &- Log2.one) / frames
            logNoise.base[k] &+= Log2.ofQ16(UInt64(UInt32(bitPattern: grownQ16))) &- 16 &* Log2.one
        }
    }

    @_noAllocation @_noLocks
    private func track(_ logPowerQ16: UnsafePointer<Int32>, hurry: Int32) {
        let (noiseQ16, presenceQ15) = (logNoise.base, presence.base)
        let (probability, steps) = (probabilityQ15.points(), stepQ16.points())
        for k in 0..<257 {
            let logRatioQ16 = logPowerQ16[k] &- noiseQ16[k]
            let smoothed = presenceQ15[k] &+ ((probability.value(at: logRatioQ16) &- presenceQ15[k]) &* 3_277) &>> 15
            presenceQ15[k] = smoothed
            var step = steps.value(at: logRatioQ16) &* hurry
            if smoothed > 32_440 {
                step = max(step, noiseStepQ16(logRatioQ16: min(logRatioQ16, 12 &* Log2.one), probabilityQ15: 32_440))
            }
            noiseQ16[k] = max(noiseQ16[k] &+ step, 0)
        }
    }
}

/// p of the estimator's description.
private func speechProbabilityQ15(logRatioQ16: Int32) -> Int32 {
    let ratioQ16 = Int64(Log2.power(logRatioQ16 + 16 * Log2.one))
    // log2(1 + x) = 5.0278 and x / (1 + x) log2 e = 1.3985 for x = 31.6.
    let againstQ16 = 329_505 - Int32(truncatingIfNeeded: (ratioQ16 * 91_651) >> 16)
    let oddsAgainstQ16 = Int64(Log2.power(againstQ16 + 16 * Log2.one))
    return Int32(32_768 * Int64(Log2.one) / (Int64(Log2.one) + oddsAgainstQ16))
}

/// log2(1 + 0.02 (1 - p)(g - 1)), Q16.
@_noAllocation @_noLocks
private func noiseStepQ16(logRatioQ16: Int32, probabilityQ15: Int32) -> Int32 {
    let excessQ16 = Int64(Log2.power(logRatioQ16 &+ 16 &* Log2.one) &- Log2.one)
    let moveQ16 = (((excessQ16 &* Int64(32_768 &- probabilityQ15)) &>> 15) &* 1_311) &>> 16
    return Log2.ofQ16(UInt64(bitPattern: Int64(Log2.one) &+ moveQ16)) &- 16 &* Log2.one
}
