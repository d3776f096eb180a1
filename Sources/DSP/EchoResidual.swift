/// How much of what the canceller left is still echo, and whether somebody talks over it.
///
/// The power R of the residual echo in a bin is expected to be
///
///     R = k (M + 1/32 Y + 1/2048 (Y of all bins) / (bins of the band)),     M and Y with a decay of 1.5 dB per 10 ms,
///
/// M being the misalignment that the canceller's own uncertainty predicts, Y its echo estimate; the last term stands for a
/// loudspeaker that distorts. From the first reply on M covers an echo path that is not learned yet. The factor k of each band
/// follows what is really left: down with a time constant of 2.5 s, up by 20 dB per second, and hardly while somebody talks. It
/// stays within 0...20 dB, and above 9, 6 and 3 dB for the first three times 0.64 s in which a new path is heard in the band.
///
/// Whether somebody talks is told by the fifteen bands below 4.3 kHz: x, the mean of their excess over R and twice the noise,
/// each within 0...12 dB. `nearEndQ15` is x alone, at once: one half at 1.05 dB, and at 0.45 where it is certain that somebody talks.
/// `certaintyQ15` adds up x times the probability that the frame before held a voice, less 0.44 dB per frame, within 0...28 dB, and
/// is 0 up to a sum of 1.2 dB and 1 from 2.6 dB on. A voice gets there one to three frames after the detector has heard it and
/// stays there between its syllables; an echo that breaks through for a moment does not, nor does a noise between two words of the
/// loudspeaker's, behind which the next word would come through. (A cumulative sum test: Page, "Continuous inspection schemes",
/// 1954.)
///
/// Formats: powers in squared steps of the analyzer's bins, Int64. The canceller's, in quarters of a step and limited to
/// 2^44, times factor, de-emphasis and weight stay below 2^60.
public struct EchoResidual: ~Copyable {
    private static var bands: Int { EchoBands.count }
    /// 100 in Q8.
    private static var greatestFactorQ8: Int64 { 25_600 }
    private static var limit: Int64 { 1 << 44 }

    let map = EchoBands()
    /// Power of each bin in the newest frame.
    let power = FixedArray<Int64>(count: 257, repeating: 0)
    /// M + Y / 32, mean of two frames, pre-emphasised, quarters of a squared step.
    let model = FixedArray<Int64>(count: 257, repeating: 0)
    private let decayingEcho = FixedArray<Int64>(count: 257, repeating: 0)
    private let decayingMisalignment = FixedArray<Int64>(count: 257, repeating: 0)
    /// By band: the residual's power, mean of two frames, and the sums of `model` and of the noise.
    private let residual = FixedArray<Int64>(count: 20, repeating: 0)
    private let modelSum = FixedArray<Int64>(count: 20, repeating: 0)
    private let noise = FixedArray<Int64>(count: 20, repeating: 0)
    let factorQ8 = FixedArray<Int64>(count: 20, repeating: 2_048)
    /// Frames in which echo stood out of the noise since the echo path was new.
    let learnedFrames = FixedArray<Int>(count: 20, repeating: 0)
    /// Y of all bins / 2048, mean of two frames, squared steps.
    private var distortion: Int64 = 0
    /// The sum that `certaintyQ15` tells of, octaves of power in Q16.
    private var evidenceQ16: Int32 = 0
    private var noiseTurn = 0

    /// Whether the residual is more than echo and noise in this frame, 0...32767 = 0...1.
    public private(set) var nearEndQ15: Int16 = 0
    /// Whether the residual is a talker's by now, 0...32768 = 0...1.
    public private(set) var certaintyQ15: Int32 = 0
    /// Whether anything speaks for a talker at all: 1 where `certaintyQ15` begins, 0...32768.
    public var suspicionQ15: Int32 { min(evidenceQ16 &+ evidenceQ16 &>> 2, 32_768) }
    /// Whether the residual echo is expected to stand above the noise.
    public private(set) var isAudible = false

    public init() {}

    /// One frame during which the canceller was awake.
    ///
    /// - Parameters:
    ///   - echoPower: the canceller's, 257 values; 2^8 units are one squared step of a 512-sample pre-emphasised block.
    ///   - residualSpectrum: holds what it left.
    ///   - expectedMisalignment: the canceller's, 257 values; 2^9 units are one.
    ///   - isPathSuspect: the canceller's: what is left is echo, however loud.
    ///   - noiseEstimator: the noise in what it left.
    ///   - voiceProbabilityQ15: that what it left a frame ago held a voice, 0...32767.
    @_noAllocation @_noLocks
    public mutating func process(
        echoPower: UnsafePointer<Int64>, residualSpectrum: borrowing Spectrum, expectedMisalignment: UnsafePointer<Int64>,
        isPathSuspect: Bool, noiseEstimator: borrowing NoiseEstimator, voiceProbabilityQ15: Int16
    ) {
        let echo = model(echoPower, expectedMisalignment)
        distortion = (distortion &+ echo &>> 11) &>> 1
        measure(residualSpectrum)
        measure(noiseEstimator)
        if isPathSuspect { unlearn() }
        let excessQ16 = expectResidual()
        judge(isPathSuspect ? 0 : excessQ16, voiceProbabilityQ15, forgets: isPathSuspect)
    }

    /// The far end has slept for so long that nothing echoes.
    @_noAllocation @_noLocks
    public mutating func sleep() { judge(0, 0, forgets: true) }

    /// Renews `model`; returns Y of all bins, squared steps.
    @_noAllocation @_noLocks
    private func model(_ echoPower: UnsafePointer<Int64>, _ misalignment: UnsafePointer<Int64>) -> Int64 {
        var everywhere: Int64 = 0
        for band in 0..<Self.bands {
            var (echoes, sum): (Int64, Int64) = (0, 0)
            for bin in map.edges.base[band]..<map.edges.base[band &+ 1] {
                // 2^9 and 2^10 units are a squared step under the analyzer's window; 0.7 of power per frame.
                let echo = max(min(echoPower[bin] &>> 7, Self.limit), (decayingEcho.base[bin] &* 179) &>> 8)
                let missed = max(min(misalignment[bin] &>> 8, Self.limit), (decayingMisalignment.base[bin] &* 179) &>> 8)
                decayingEcho.base[bin] = echo
                decayingMisalignment.base[bin] = missed
                model.base[bin] = (model.base[bin] &+ missed &+ echo &>> 5) &>> 1
                sum &+= model.base[bin]
                echoes &+= echo
            }
            modelSum.base[band] = sum
            everywhere &+= wholeSteps(echoes, map.deemphasisQ8.base[band] &<< 6)
        }
        return everywhere
    }

    @_noAllocation @_noLocks
    private func measure(_ spectrum: borrowing Spectrum) {
        let bins = spectrum.bins.base
        let (up, down) = (Int64(min(max(2 &* spectrum.exponent, 0), 16)), Int64(min(max(-2 &* spectrum.exponent, 0), 63)))
        for band in 0..<Self.bands {
            var sum: Int64 = 0
            for bin in map.edges.base[band]..<map.edges.base[band &+ 1] {
                let value = min((bins[bin].power &>> down) &<< up, 1 &<< 47)
                power.base[bin] = value
                sum &+= value
            }
            residual.base[band] = (residual.base[band] &+ sum) &>> 1
        }
    }

    /// The noise changes slowly: a quarter of the bands per frame, in turn.
    @_noAllocation @_noLocks
    private mutating func measure(_ estimator: borrowing NoiseEstimator) {
        noiseTurn = (noiseTurn &+ 1) & 3
        let logNoiseQ16 = estimator.logNoiseQ16
        for band in stride(from: noiseTurn, to: Self.bands, by: 4) {
            var sum: Int64 = 0
            for bin in map.edges.base[band]..<map.edges.base[band &+ 1] {
                sum &+= Int64(Log2.power(logNoiseQ16[bin]))
            }
            noise.base[band] = sum
        }
    }

    @_noAllocation @_noLocks
    private func unlearn() {
        for band in 0..<Self.bands {
            learnedFrames.base[band] = min(learnedFrames.base[band], 64)
        }
    }

    /// Learns k and renews `isAudible`; returns x, octaves of power in Q16.
    @_noAllocation @_noLocks
    private mutating func expectResidual() -> Int32 {
        isAudible = false
        var excessQ16: Int32 = 0
        for band in 0..<Self.bands {
            let model = wholeSteps(modelSum.base[band], map.deemphasisQ8.base[band] &<< 6) &+ distortion
            learnFactor(band, min(model, 1 &<< 47))
            let expected = (min(model, 1 &<< 47) &* factorQ8.base[band]) &>> 8
            if expected > noise.base[band] { isAudible = true }
            guard band < EchoBands.speechCount else { continue }
            let explained = expected &+ 2 &* noise.base[band] &+ 1
            let ratioQ16 = Log2.ofQ16(UInt64(bitPattern: residual.base[band] &+ 1)) &- Log2.ofQ16(UInt64(bitPattern: explained))
            // 12 dB are 3.986 octaves of power.
            excessQ16 &+= max(min(ratioQ16, 261_226), 0)
        }
        return excessQ16 / Int32(truncatingIfNeeded: EchoBands.speechCount)
    }

    /// Moves k towards what was left in this frame, where the echo stands out of the noise.
    @_noAllocation @_noLocks
    private func learnFactor(_ band: Int, _ model: Int64) {
        let factor = factorQ8.base[band]
        guard (model &* factor) &>> 8 > noise.base[band] else { return }
        let left = max(min(residual.base[band], 1 &<< 53) &- 2 &* noise.base[band], 0)
        let seenQ8 = (left &<< 8) / (model &+ 1)
        let risen = factor &+ (certaintyQ15 > 16_384 ? factor &>> 10 : factor / 21 &+ 1)
        // Rounded away from k, or it would stop short of what is seen.
        let moved = seenQ8 < factor ? factor &- (factor &- seenQ8 &+ 255) &>> 8 : min(risen, seenQ8)
        learnedFrames.base[band] = min(learnedFrames.base[band] &+ 1, 192)
        let least: Int64 = 2_048 &>> Int64(learnedFrames.base[band] / 64)
        factorQ8.base[band] = max(min(moved, Self.greatestFactorQ8), least)
    }

    /// Octaves in Q16: 1 dB is 21771.
    @_noAllocation @_noLocks
    private mutating func judge(_ excessQ16: Int32, _ voiceProbabilityQ15: Int16, forgets: Bool) {
        let sum = evidenceQ16 &+ min(multiplyQ15(excessQ16, Int32(voiceProbabilityQ15)), 114_300) &- 9_525
        evidenceQ16 = forgets ? 0 : max(min(sum, 609_600), 0)
        certaintyQ15 = Int32(truncatingIfNeeded: (Int64(max(min(evidenceQ16 &- 26_670, 30_480), 0)) &<< 15) / 30_480)
        // 2.1 dB, less 1.2 dB.
        let whole = 45_719 &- multiplyQ15(26_125, certaintyQ15)
        nearEndQ15 = saturatedInt16(Int64(excessQ16) &* 32_767 / Int64(whole))
    }

    /// `weightQ8` R in a band is `model` x `factorQ14` (`wholeSteps`) + `spread`.
    ///
    /// - Parameter weightQ8: 0...1280.
    @_noAllocation @_noLocks
    func expectation(_ band: Int, weightQ8: Int64) -> (factorQ14: Int64, spread: Int64) {
        let weighted = factorQ8.base[band] &* weightQ8
        let width = Int64(truncatingIfNeeded: map.edges.base[band &+ 1] &- map.edges.base[band])
        let spread = (min(distortion, 1 &<< 36) &* weighted) &>> 16
        return ((weighted &* map.deemphasisQ8.base[band]) &>> 10, spread / width)
    }
}
