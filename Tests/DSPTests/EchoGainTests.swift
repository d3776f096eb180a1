import DSP
import DSPFuzz
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The rule of `EchoResidual` and `EchoSuppressor` in double precision.
private struct EchoGainModel {
    let edges = [0, 6, 9, 12, 16, 20, 24, 29, 34, 40, 47, 55, 64, 74, 86, 100, 117, 137, 160, 190, 257]
    var echo = [Double](repeating: 0, count: 257)
    var missed = [Double](repeating: 0, count: 257)
    var model = [Double](repeating: 0, count: 257)
    var (residual, factor) = ([Double](repeating: 0, count: 20), [Double](repeating: 8, count: 20))
    var noise = [Double](repeating: 0, count: 20)
    var learned = [Int](repeating: 0, count: 20)
    var clean = [Double](repeating: 0, count: 257)
    var (distortion, evidence, certainty) = (0.0, 0.0, 0.0)
    var frame = 0

    mutating func gains(
        echoPower: [Double], misalignment: [Double], power: [Double], noisePower: [Double], voice: Double
    ) -> [Double] {
        frame += 1
        for bin in 0..<257 {
            echo[bin] = max(echoPower[bin], 0.7 * echo[bin])
            missed[bin] = max(misalignment[bin], 0.7 * missed[bin])
            model[bin] = (model[bin] + missed[bin] + echo[bin] / 32) / 2
        }
        let bands = (0..<20).map { edges[$0]..<edges[$0 + 1] }
        let flat = bands.map { band in 1 / (1.81 - 1.8 * cos(2 * .pi * Double(band.lowerBound + band.upperBound) / 1024)) }
        distortion = (distortion + zip(bands, flat).reduce(0) { $0 + echo[$1.0].reduce(0, +) * $1.1 } / 2048) / 2
        var excess = 0.0
        for (index, band) in bands.enumerated() {
            residual[index] = (residual[index] + power[band].reduce(0, +)) / 2
            if index % 4 == frame % 4 { noise[index] = noisePower[band].reduce(0, +) }
            let expected = model[band].reduce(0, +) * flat[index] + distortion
            learn(index, expected)
            let ratio = log2((residual[index] + 1) / (factor[index] * expected + 2 * noise[index] + 1))
            if index < 15 { excess += min(max(ratio, 0), 12 / 3.0103) / 15 }
        }
        evidence = min(max(evidence + min(excess * voice, 5.25 / 3.0103) - 0.4375 / 3.0103, 0), 28 / 3.0103)
        certainty = min(max((evidence * 3.0103 - 1.225) / 1.4, 0), 1)
        let weight = exp2(2.25 - min(1.25 * evidence, 0.5) - 5.0659 * certainty)
        let memory = 0.8516 - 0.1523 * certainty
        var gains = [Double](repeating: 1, count: 257)
        for (index, band) in bands.enumerated() {
            for bin in band {
                let left = weight * factor[index] * (model[bin] * flat[index] + distortion / Double(band.count))
                let prior = memory * clean[bin] + (1 - memory) * max(power[bin] - left, 0)
                gains[bin] = (prior + 1) / (prior + 1 + left)
                clean[bin] = gains[bin] * gains[bin] * power[bin]
            }
        }
        return gains
    }

    private mutating func learn(_ index: Int, _ expected: Double) {
        guard factor[index] * expected > noise[index] else { return }
        let seen = max(residual[index] - 2 * noise[index], 0) / (expected + 1)
        let risen = factor[index] * (certainty > 0.5 ? 1 + 1.0 / 1024 : 1 + 1.0 / 21)
        let moved = seen < factor[index] ? factor[index] + (seen - factor[index]) / 256 : min(risen, seen)
        learned[index] = min(learned[index] + 1, 192)
        factor[index] = min(max(moved, exp2(Double(3 - learned[index] / 64))), 100)
    }
}

@Suite struct EchoGainTests {
    /// A residual of echo and noise, over which somebody talks from the 150th of 300 frames on.
    @Test func `the gains are those of the double-precision rule within 25 dB, with and without a talker`() {
        var room = EchoRoom(seed: 261)
        let (far, voice) = (room.voice(48_000, rms: 500, pitchHz: 110), room.voice(48_000, rms: 900, pitchHz: 190))
        let left = EchoRoom.quantized(
            mixed(far.map { $0 * 0.2 }, room.noise(48_000, rms: 20), voice.indices.map { $0 < 24_000 ? 0 : voice[$0] }))
        let echo = EchoRoom.quantized(far)
        var analyzer = SpectrumAnalyzer()
        var farAnalyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var played = Spectrum()
        var noise = NoiseEstimator()
        var residual = EchoResidual()
        var suppressor = EchoSuppressor()
        var model = EchoGainModel()
        var (measured, right, certain) = ([Double](), [Double](), [Int32]())
        for frame in 0..<300 {
            left.withUnsafeBufferPointer { analyzer.process($0.baseAddress! + frame * 160, into: &spectrum) }
            echo.withUnsafeBufferPointer { farAnalyzer.process($0.baseAddress! + frame * 160, into: &played) }
            if frame < 30 { noise.process(spectrum.logPowerQ16) }
            let unit = exp2(2 * Double(spectrum.exponent))
            let emphasised = (0..<257).map { bin -> Double in
                let flat = 1.81 - 1.8 * cos(2 * .pi * Double(bin) / 512)
                return Double(played.bins[bin].power) * exp2(2 * Double(played.exponent)) * flat
            }
            let misaligned = emphasised.map { ($0 / 50).rounded() }
            residual.process(
                echoPower: emphasised.map { Int64($0 * 512) }, residualSpectrum: spectrum,
                expectedMisalignment: misaligned.map { Int64($0 * 1024) }, isPathSuspect: false, noiseEstimator: noise,
                voiceProbabilityQ15: frame < 150 ? 6_554 : 29_491)
            suppressor.process(residual)
            let gains = model.gains(
                echoPower: emphasised, misalignment: misaligned, power: (0..<257).map { Double(spectrum.bins[$0].power) * unit },
                noisePower: (0..<257).map { exp2(Double(noise.logNoiseQ16[$0]) / 65_536) }, voice: frame < 150 ? 0.2 : 0.9)
            measured += (0..<257).map { Double(suppressor.gainsQ15[$0]) / 32_768 }
            right += gains
            certain.append(residual.certaintyQ15)
        }
        #expect(Reference.signalToNoise(measured, right) > 25)
        #expect(certain[20..<150].allSatisfy { $0 == 0 })
        #expect(certain[180...].filter { $0 == 32_768 }.count > 80)
    }

    /// 3.5 dB over the noise for one frame, then 9.5 dB for good.
    private func stirringPeak(_ frame: Int) -> Int16 { frame >= 240 ? 300 : frame == 200 ? 150 : 100 }

    @Test func `one frame that stirs is no talker, a voice is one within 30 ms`() {
        var residual = EchoResidual()
        let certainty = certainties(of: &residual, voiceProbabilityQ15: 32_767)
        #expect(certainty[60..<235].allSatisfy { $0 < 16_384 }, "\(certainty[60..<235].max()!)")
        #expect(certainty[242...].allSatisfy { $0 == 32_768 })
        residual.sleep()
        #expect(residual.certaintyQ15 == 0 && residual.suspicionQ15 == 0 && residual.nearEndQ15 == 0)
    }

    @Test func `music that begins between two words of the loudspeaker's is no talker, however loud`() {
        var residual = EchoResidual()
        let certainty = certainties(of: &residual, voiceProbabilityQ15: 1_000)
        #expect(certainty[60...].allSatisfy { $0 == 0 })
        #expect(residual.nearEndQ15 > 16_384, "that there is something is still told")
    }

    /// The certainty of 260 frames of `stirringPeak` without an echo; the noise is learnt from the first 200.
    private func certainties(of residual: inout EchoResidual, voiceProbabilityQ15: Int16) -> [Int32] {
        var noise = NoiseEstimator()
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var random = SeededNoise(seed: 271)
        let nothing = [Int64](repeating: 0, count: 257)
        return (0..<260).map { frame in
            analyzer.process(random.samples(160, peak: stirringPeak(frame)), into: &spectrum)
            if frame < 200 { noise.process(spectrum.logPowerQ16) }
            residual.process(
                echoPower: nothing, residualSpectrum: spectrum, expectedMisalignment: nothing, isPathSuspect: false,
                noiseEstimator: noise, voiceProbabilityQ15: voiceProbabilityQ15)
            return residual.certaintyQ15
        }
    }
}
