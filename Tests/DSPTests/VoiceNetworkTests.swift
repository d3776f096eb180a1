import DSP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct VoiceNetworkTests {
    @Test func `the fixed-point network is the double-precision network`() {
        var network = VoiceNetwork()
        var reference = Reference.Network()
        var (gains, right, errors): ([Double], [Double], [Double]) = ([], [], [])
        for features in Self.wanderingFeatures(frames: 400) {
            Self.feed(&network, features)
            let (rightGains, rightProbability) = reference.step(features.map { Double($0) / 2_048 })
            gains += (0..<VoiceNetwork.gainCount).map { Double(network.gainsQ15[$0]) / 32_768 }
            right += rightGains
            errors.append(abs(Double(network.probabilityQ15) / 32_768 - rightProbability))
        }
        #expect(Reference.signalToNoise(gains, right) > 50)
        #expect((errors.max() ?? 1) < 0.02)
    }

    /// `VoiceLayer` does not saturate.
    @Test func `whatever the network hears, no sum in it leaves its 32 bits`() {
        let layers = [
            VoiceWeights.dense, VoiceWeights.updateFromInputs, VoiceWeights.updateFromState, VoiceWeights.resetFromInputs,
            VoiceWeights.resetFromState, VoiceWeights.candidateFromInputs, VoiceWeights.candidateFromState, VoiceWeights.speech,
            VoiceWeights.bandGains, VoiceWeights.binGains,
        ]
        for (number, layer) in layers.enumerated() {
            let loudest = Double(1 << 15) / Double(1 << layer.inputBits)
            for output in layer.scalesQ24.indices {
                let weights = (0..<layer.inputs).reduce(0.0) { $0 + abs(Double(layer.weight(output: output, input: $1))) }
                let scale = Double(layer.scalesQ24[output]) / Double(1 << 24)
                let reach = weights * loudest * scale + abs(Double(layer.biasesQ16[output])) / 65_536
                #expect(reach < 32_768, "output \(output) of layer \(number)")
            }
        }
    }

    @Test func `the fixed-point features are the double-precision features`() {
        var (reference, worst, deviations) = (Reference.VoiceDescription(), 0.0, 0.0)
        let features = FixedArray<Int16>(count: VoiceNetwork.featureCount, repeating: 0)
        let frames = Self.describe(Scene(decibelsOverNoise: 10, seconds: 3).samples, into: features) { power, noise in
            for (index, right) in reference.features(power: power, noise: noise).enumerated() {
                let deviation = abs(Double(features[index]) / 2_048 - right)
                worst = max(worst, deviation)
                deviations += deviation * deviation
            }
        }
        #expect(worst < 0.02)
        #expect((deviations / Double(frames * VoiceNetwork.featureCount)).squareRoot() < 0.001)
    }

    @Test func `random bits leave the memory as they found it able to judge: within three seconds it agrees with a fresh one`() {
        var noise = SeededNoise(seed: 5)
        var shaken = VoiceNetwork()
        var fresh = VoiceNetwork()
        for _ in 0..<500 {
            Self.feed(&shaken, (0..<132).map { _ in Bool.random(using: &noise) ? 16_384 : -16_384 })
            #expect((0..<VoiceNetwork.gainCount).allSatisfy { (0...32_768).contains(shaken.gainsQ15[$0]) })
        }
        let ordinary = Self.wanderingFeatures(frames: 300)
        for features in ordinary {
            Self.feed(&shaken, features)
            Self.feed(&fresh, features)
        }
        #expect(abs(Int(shaken.probabilityQ15) - Int(fresh.probabilityQ15)) < 6_000)
    }

    @Test func `the table's sigmoid and tanh are within a ten-thousandth of the functions'`() {
        let logistic = Logistic()
        for argument in stride(from: Int32(-20 * 65_536), through: 20 * 65_536, by: 777) {
            let x = Double(argument) / 65_536
            #expect(abs(Double(logistic.sigmoidQ20(argument)) / 0x1p20 - Reference.sigmoid(x)) < 0.5e-4)
            #expect(abs(Double(logistic.tanhQ20(argument)) / 0x1p20 - tanh(x)) < 1e-4)
        }
        for argument in [Int32.min, .max] {
            #expect((0...1 << 20).contains(logistic.sigmoidQ20(argument)))
            #expect(abs(logistic.tanhQ20(argument)) <= 1 << 20)
        }
    }

    @Test func `gains of bands run straight between their centres, single bins have their own`() {
        let gains = FixedArray<Int32>(count: VoiceNetwork.gainCount, repeating: 0)
        for band in 0..<VoiceBands.count { gains[band] = Int32(band * 1_000) }
        for bin in VoiceBands.fineBins { gains[29 + bin] = 32_768 }
        let mask = FixedArray<Int32>(count: 257, repeating: -1)
        VoiceBands().spread(gains.base, into: mask.base)
        #expect(mask[0] == 0 && mask[2] == 0 && mask[256] == 31_000)
        #expect(VoiceBands.fineBins.allSatisfy { mask[$0] == 32_768 })
        #expect(zip(67..<256, 68..<257).allSatisfy { mask[$0] <= mask[$1] && mask[$1] - mask[$0] <= 130 })
        // Bands 68..<77 and 77..<87 have their centres at 72 and 81.5.
        #expect(mask[72] == 23_000 && abs(mask[77] - 23_526) < 2)
    }

    @Test func `the mask keeps a voice and closes on the noise around it`() {
        let scene = Scene(decibelsOverNoise: 10, seconds: 4)
        var (spoken, quiet): ([Int32], [Int32]) = ([], [])
        Self.masks(scene.samples) { frame, mask in
            if scene.spoken.contains(frame * 160), frame % 2 == 0 { spoken.append((3..<67).map { mask[$0] }.max() ?? 0) }
            if scene.quiet.contains(frame * 160 - 8_000) { quiet += (3..<200).map { mask[$0] } }
        }
        #expect(spoken.sorted()[spoken.count / 2] > 24_000)
        #expect(quiet.reduce(0, +) / Int32(quiet.count) < 3_000)
    }

    @Test(arguments: ["swells", "hum", "knocks", "steps of level"])
    func `a noise that moves is not taken for a voice`(name: String) {
        var probabilities: [Int16] = []
        Self.masks(Self.surroundings(name), probabilities: { probabilities.append($0) }, { _, _ in })
        let open = probabilities[60...].map { $0 > 16_384 }
        let startsSpeech = open.indices.dropLast(12).contains { frame in open[frame..<frame + 12].filter(\.self).count >= 8 }
        #expect(!startsSpeech)
    }

    @Test(arguments: ["full-scale square", "stuck low", "random bits", "clicks", "full-scale sine", "silence, then full scale"])
    func `signals that break fixed point leave every share between nothing and all`(name: String) {
        Self.masks(DenoiseTests.extremes(name)) { _, mask in
            #expect((0..<257).allSatisfy { (0...32_768).contains(mask[$0]) })
        }
    }

    // MARK: Rig

    /// Features that drift as a scene's do, every fifth frame with outliers up to the bounds.
    private static func wanderingFeatures(frames: Int) -> [[Int16]] {
        var noise = SeededNoise(seed: 12)
        var drift = [Double](repeating: 0, count: VoiceNetwork.featureCount)
        return (0..<frames).map { frame in
            drift.indices.map { index in
                drift[index] = 0.8 * drift[index] + Double(Int16.random(in: -1_200...1_200, using: &noise))
                let outlier = frame % 5 == 0 && Int.random(in: 0..<20, using: &noise) == 0
                return outlier ? (Bool.random(using: &noise) ? 16_384 : -16_384) : Int16(max(min(drift[index], 16_384), -16_384))
            }
        }
    }

    private static func feed(_ network: inout VoiceNetwork, _ features: [Int16]) {
        for (index, feature) in features.enumerated() { network.featuresQ11[index] = feature }
        network.step()
    }

    /// Hands each frame's bin powers and noise powers over; returns the number of frames.
    private static func describe(
        _ samples: [Int16], into features: borrowing FixedArray<Int16>, _ body: ([Double], [Double]) -> Void
    ) -> Int {
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var noise = NoiseEstimator()
        var description = VoiceFeatures()
        for start in stride(from: 0, to: samples.count - 160, by: 160) {
            analyzer.process(Array(samples[start..<start + 160]), into: &spectrum)
            noise.process(spectrum.logPowerQ16)
            description.process(spectrum, noise, into: features.base)
            let unit = exp2(Double(2 * spectrum.exponent))
            body(
                (0..<257).map { Double(spectrum.bins[$0].power) * unit },
                (0..<257).map { exp2(Double(noise.logNoiseQ16[$0]) / 65_536) })
        }
        return samples.count / 160
    }

    /// Ten seconds.
    private static func surroundings(_ name: String) -> [Int16] {
        var white = SeededNoise(seed: 21)
        var low = 0.0
        return (0..<160_000).map { n in
            let seconds = Double(n) / 16_000
            let sample = Double(Int16.random(in: -1_000...1_000, using: &white))
            low = 0.95 * low + 0.3 * sample
            switch name {
            case "swells": return Int16(low * (1.1 + sin(2 * Double.pi * 0.7 * seconds)))
            case "hum":
                return Int16(0.1 * low + [1.0, 2, 3, 5].reduce(0) { $0 + Reference.sine(100 * $1, at: seconds, peak: 400 / $1) })
            case "knocks": return Int16(0.1 * low + 20 * low * exp(-30 * seconds.truncatingRemainder(dividingBy: 0.9)))
            default: return Int16(n / 40_000 % 2 == 0 ? 0.2 * low : 2 * low)
            }
        }
    }

    private static func masks(
        _ samples: [Int16], probabilities: (Int16) -> Void = { _ in }, _ body: (Int, UnsafePointer<Int32>) -> Void
    ) {
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var noise = NoiseEstimator()
        var detector = VoiceDetector()
        for start in stride(from: 0, through: samples.count - 160, by: 160) {
            analyzer.process(Array(samples[start..<start + 160]), into: &spectrum)
            noise.process(spectrum.logPowerQ16)
            probabilities(detector.process(spectrum, noise))
            body(start / 160, detector.maskQ15)
        }
    }
}
