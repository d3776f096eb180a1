/// How much of what the canceller left is still echo, band by band, and whether somebody talks over it.
///
/// The residual echo R of a band is expected to be
///
///     R = k (M + 0.03 Y + 0.0005 (Y of all bands)),     each with a reverberant decay of 1.5 dB per 10 ms,
///
/// M being the misalignment that the canceller's own uncertainty predicts, Y its echo estimate; the last term stands for a
/// loudspeaker that distorts. From the first reply on M covers an echo path that is not learned yet. The factor k follows what
/// is really left: down with a time constant of 0.5 s, up by 20 dB per second, slower while somebody talks. It stays within
/// 0...20 dB, and above 9, 6 and 3 dB for the first three times 0.64 s in which a new path is heard in the band.
///
/// `nearEndQ15` compares the residual with R and the noise in the fifteen bands below 4.3 kHz: the mean excess in dB, each band's
/// within 0...12, is 0 for an excess of 0 dB and 1 for 1.75 dB. One band where the echo breaks through stays below one half.
public struct EchoResidual: ~Copyable {
    private static var bands: Int { EchoBands.count }
    /// 100 in Q8.
    private static var greatestFactorQ8: Int64 { 25_600 }

    private let map = EchoBands()
    /// Power of the residual in the newest frame, and smoothed over two.
    let residual = FixedArray<Int64>(count: 20, repeating: 0)
    let smoothedResidual = FixedArray<Int64>(count: 20, repeating: 0)
    /// R of the newest frame, k included.
    let expected = FixedArray<Int64>(count: 20, repeating: 0)
    let noise = FixedArray<Int64>(count: 20, repeating: 0)
    private let echo = FixedArray<Int64>(count: 20, repeating: 0)
    private let misalignment = FixedArray<Int64>(count: 20, repeating: 0)
    private let decayingEcho = FixedArray<Int64>(count: 20, repeating: 0)
    private let decayingMisalignment = FixedArray<Int64>(count: 20, repeating: 0)
    private let smoothedModel = FixedArray<Int64>(count: 20, repeating: 0)
    private let factorQ8 = FixedArray<Int64>(count: 20, repeating: 2_048)
    /// Frames in which echo stood out of the noise since the echo path was new.
    private let learnedFrames = FixedArray<Int>(count: 20, repeating: 0)
    private var analyzer = SpectrumAnalyzer()
    private var echoSpectrum = Spectrum()

    /// Whether the residual is more than echo and noise, 0...32767 = 0...1.
    public private(set) var nearEndQ15: Int16 = 0
    /// Whether the residual echo is expected to stand above the noise.
    public private(set) var isAudible = false

    public init() {}

    /// One frame during which the canceller was awake.
    ///
    /// - Parameters:
    ///   - echoEstimate: what the canceller took away, 160 samples.
    ///   - residualSpectrum: holds what it left.
    ///   - expectedMisalignment: the canceller's.
    ///   - isPathSuspect: the canceller's.
    ///   - noiseEstimator: the noise in what it left.
    @_noAllocation @_noLocks
    mutating func process(
        echoEstimate: UnsafePointer<Int16>, residualSpectrum: borrowing Spectrum,
        expectedMisalignment: UnsafePointer<Int64>,
        isPathSuspect: Bool, noiseEstimator: borrowing NoiseEstimator
    ) {
        analyzer.transform(echoEstimate, into: &echoSpectrum)
        map.measure(echoSpectrum, into: echo.base)
        map.measure(residualSpectrum, into: residual.base)
        map.measure(misalignment: expectedMisalignment, into: misalignment.base)
        map.measure(noiseEstimator, into: noise.base)
        if isPathSuspect { unlearn() }
        expectResidual()
        compare()
        if isPathSuspect { nearEndQ15 = 0 }
    }

    @_noAllocation @_noLocks
    private mutating func expectResidual() {
        var everywhere: Int64 = 0
        for band in 0..<Self.bands {
            // 0.7 of power per frame.
            decayingEcho.base[band] = max(echo.base[band], (decayingEcho.base[band] &* 179) &>> 8)
            decayingMisalignment.base[band] = max(misalignment.base[band], (decayingMisalignment.base[band] &* 179) &>> 8)
            everywhere &+= decayingEcho.base[band]
        }
        isAudible = false
        for band in 0..<Self.bands {
            let leak = (decayingEcho.base[band] &+ everywhere &>> 6) &>> 5
            let model = decayingMisalignment.base[band] &+ leak
            smoothedModel.base[band] = (smoothedModel.base[band] &+ model) &>> 1
            smoothedResidual.base[band] = (smoothedResidual.base[band] &+ residual.base[band]) &>> 1
            learnFactor(band)
            expected.base[band] = (min(smoothedModel.base[band], 1 &<< 47) &* factorQ8.base[band]) &>> 8
            if expected.base[band] > noise.base[band] { isAudible = true }
        }
    }

    @_noAllocation @_noLocks
    private func unlearn() {
        for band in 0..<Self.bands {
            learnedFrames.base[band] = min(learnedFrames.base[band], 64)
        }
    }

    /// Moves k towards what was left in this frame, where the echo stands out of the noise.
    @_noAllocation @_noLocks
    private func learnFactor(_ band: Int) {
        let factor = factorQ8.base[band]
        let model = min(smoothedModel.base[band], 1 &<< 47)
        guard (model &* factor) &>> 8 > noise.base[band] else { return }
        let left = max(min(smoothedResidual.base[band], 1 &<< 53) &- 2 &* noise.base[band], 0)
        let seenQ8 = (left &<< 8) / (model &+ 1)
        let risen = factor &+ factor / (nearEndQ15 > 16_384 ? 85 : 21) &+ 1
        let moved = seenQ8 < factor ? factor &- ((factor &- seenQ8) &* 5) &>> 8 : min(risen, seenQ8)
        learnedFrames.base[band] = min(learnedFrames.base[band] &+ 1, 192)
        let least: Int64 = 2_048 &>> Int64(learnedFrames.base[band] / 64)
        factorQ8.base[band] = max(min(moved, Self.greatestFactorQ8), least)
    }

    @_noAllocation @_noLocks
    private mutating func compare() {
        var excessQ16: Int32 = 0
        for band in 0..<EchoBands.speechCount {
            let explained = expected.base[band] &+ 4 &* noise.base[band] &+ 1
            let ratio =
                Log2.ofQ16(UInt64(bitPattern: smoothedResidual.base[band] &+ 1)) &- Log2.ofQ16(UInt64(bitPattern: explained))
            // 12 dB are 3.986 octaves of power.
            excessQ16 &+= max(min(ratio, 261_226), 0)
        }
        // 1.75 dB are 0.5813 octaves, 38099 in Q16.
        let mean = Int64(excessQ16) / Int64(EchoBands.speechCount)
        nearEndQ15 = saturatedInt16((mean &* 32_767) / 38_099)
    }

    /// Gains that leave the near end, one per bin, Q15 (32768 is 1).
    @_noAllocation @_noLocks
    func spread(_ bandGainsQ15: UnsafePointer<Int32>, into binGainsQ15: UnsafeMutablePointer<Int32>) {
        map.spread(bandGainsQ15, into: binGainsQ15)
    }
}
