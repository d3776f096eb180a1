import DSP
import Testing

@Suite struct GainNetworkTests {
    @Test func `the fixed-point gains are the double-precision gains`() {
        var reference = Reference.GainNetwork()
        var (gains, right): ([Double], [Double]) = ([], [])
        Self.run(Scene(decibelsOverNoise: 5, seconds: 3).samples) { frame in
            right += reference.step(frame)
            gains += frame.gains
        }
        #expect(Reference.signalToNoise(gains, right) > 40)
    }

    /// `BinLayer` does not saturate.
    @Test func `whatever a bin shows, no sum of its layers leaves its 32 bits`() {
        // Q11: the widest of GainFeatures, a unit, a state.
        let (feature, unit, state) = (6_144.0, 16_384.0, 2_048.0)
        let hidden = [Double](repeating: unit, count: 12) + [Double](repeating: state, count: 8)
        let layers = [
            (GainWeights.units, [Double](repeating: feature, count: 22), 0x1p30), (GainWeights.states, hidden, 0),
            (GainWeights.gain, hidden, 0),
        ]
        for (number, (layer, most, bias)) in layers.enumerated() {
            let reaches = layer.biasesQ22.indices.map { output in
                most.indices.reduce(abs(Double(layer.biasesQ22[output])) + bias) {
                    $0 + abs(Double(layer.valuesQ11[output * most.count + $1])) * most[$1]
                }
            }
            // The three sums of the last layer are added up.
            let reach = number == 2 ? reaches.reduce(0, +) : reaches.max() ?? 0
            #expect(reach < 0x1p31, "layer \(number)")
        }
    }

    @Test func `a voice passes, and the noise around it falls by more than the statistics alone make it`() {
        let scene = Scene(decibelsOverNoise: 10, seconds: 6)
        var (spoken, quiet, statistical): ([Double], [Double], [Double]) = ([], [], [])
        Self.run(scene.samples) { frame in
            let gains = frame.gains[3..<120]
            if scene.spoken.contains(frame.start) { spoken.append(gains.max() ?? 0) }
            if scene.quiet.contains(frame.start - 8_000) {
                quiet += gains
                statistical += frame.statisticalLogGains[3..<120].map { Reference.power(ofTwo: max($0, -5)) }
            }
        }
        #expect(spoken.sorted()[spoken.count / 2] > 0.8)
        #expect(quiet.reduce(0, +) < 0.7 * statistical.reduce(0, +))
    }

    @Test(arguments: ["full-scale square", "stuck low", "random bits", "clicks", "full-scale sine", "silence, then full scale"])
    func `signals that break fixed point leave every gain between nothing and all`(name: String) {
        Self.run(DenoiseTests.extremes(name)) { frame in
            #expect(frame.gains.allSatisfy { (0...1).contains($0) })
        }
    }

    /// What one frame shows the network, and what it made of it.
    struct Frame {
        let start: Int
        /// log2 of power.
        let power: [Double]
        let noise: [Double]
        let slowLevel: Double
        let mask: [Double]
        let hidden: [Double]
        /// log2 of amplitude.
        let statisticalLogGains: [Double]
        let gains: [Double]
    }

    private static func run(_ samples: [Int16], _ body: (Frame) -> Void) {
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var noise = NoiseEstimator()
        var detector = VoiceDetector()
        var suppressor = NoiseSuppressor(floorDecibels: -40)
        let network = GainNetwork()
        let gains = FixedArray<Int32>(count: 257, repeating: 0)
        let octaves = { (values: UnsafePointer<Int32>) in (0..<257).map { Double(values[$0]) / 65_536 } }
        let shares = { (values: UnsafePointer<Int32>) in (0..<257).map { Double(values[$0]) / 32_768 } }
        for start in stride(from: 0, through: samples.count - 160, by: 160) {
            analyzer.process(Array(samples[start..<start + 160]), into: &spectrum)
            noise.process(spectrum.logPowerQ16)
            _ = detector.process(spectrum, noise)
            suppressor.process(spectrum, noise)
            network.step(
                spectrum, noise, detector, statisticalLogGainQ16: suppressor.statisticalLogGainQ16, into: gains.base)
            body(
                Frame(
                    start: start, power: octaves(spectrum.logPowerQ16), noise: octaves(noise.logNoiseQ16),
                    slowLevel: Double(detector.slowLevelQ16) / 65_536, mask: shares(detector.maskQ15),
                    hidden: (0..<176).map { Double(detector.hiddenQ12[$0]) / 4_096 },
                    statisticalLogGains: octaves(suppressor.statisticalLogGainQ16), gains: shares(gains.base)))
        }
    }
}
