import DSP
import Testing

/// The recognizer hears what lies between the words more quietly.
@Suite struct PauseGateTests {
    /// The gains of the last sample of each frame, for probabilities frame by frame.
    private func gains(_ probabilities: [Double], floorDecibels: Int = -10) -> [Double] {
        var gate = PauseGate(floorDecibels: floorDecibels)
        return probabilities.map { probability in
            var samples = [Int16](repeating: 20_000, count: 160)
            gate.process(&samples, speechProbabilityQ15: Int16(probability * 32_767))
            return Double(samples[159]) / 20_000
        }
    }

    @Test func `a pause sinks to the floor 300 ms after the last word, 1 dB every 10 ms`() {
        let gains = gains([Double](repeating: 0.9, count: 5) + [Double](repeating: 0.1, count: 60))
        #expect(gains[..<34].allSatisfy { $0 == 1 })
        #expect(abs(gains[34] - 0.891) < 0.001 && abs(gains[38] - 0.562) < 0.002)
        #expect(gains[50...].allSatisfy { abs($0 - 0.316) < 0.001 })
    }

    @Test func `a word opens it within its first frame, and without a step`() {
        var gate = PauseGate(floorDecibels: -10)
        var samples = [Int16](repeating: 20_000, count: 160)
        for _ in 0..<60 {
            samples = [Int16](repeating: 20_000, count: 160)
            gate.process(&samples, speechProbabilityQ15: 0)
        }
        let before = samples[159]
        samples = [Int16](repeating: 20_000, count: 160)
        gate.process(&samples, speechProbabilityQ15: 30_000)
        #expect(samples[159] == 20_000 && samples[0] - before < 100)
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $1 - $0 < 100 })
    }

    @Test func `a floor of 0 leaves every sample as it is`() {
        var noise = SeededNoise(seed: 5)
        var gate = PauseGate(floorDecibels: 0)
        for _ in 0..<100 {
            let frame = noise.samples(160, peak: 32_767)
            var samples = frame
            gate.process(&samples, speechProbabilityQ15: 0)
            #expect(samples == frame)
        }
    }

    @Test func `in the whole front end noise is 10 dB quieter, and a voice is not`() {
        let scene = FrontEndScene(seed: 3, seconds: 8, nearDecibels: 0, nearFrom: 4, farFrom: 8)
        let far = EchoRoom.quantized(scene.far)
        let run = { (floor: Int) in
            FrontEndRun(
                scene.microphones, far: far,
                change: {
                    $0.pauseFloorDecibels = floor
                    $0.controlsGain = false
                })
        }
        let (open, gated) = (run(0).output, run(-10).output)
        #expect(abs(decibels(open, over: gated, from: 1.5, to: 3.5) - 10) < 0.5)
        #expect(abs(decibels(open, over: gated, from: 4.2, to: 7.5)) < 0.3)
    }
}
