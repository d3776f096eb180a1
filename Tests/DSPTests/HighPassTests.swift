import DSP
import Testing

@Suite struct HighPassTests {
    @Test func `the fixed-point filter is the double-precision filter`() {
        var noise = SeededNoise(seed: 11)
        let samples = noise.samples(32_000, peak: 5_676)  // -20 dB full scale
        let filtered = Self.filter(samples)
        let right = Reference.highPass(samples.map(Double.init))
        #expect(Reference.signalToNoise(filtered.map(Double.init), right) > 80)
    }

    @Test(arguments: [Int16.min, -7, 1, 12_345, .max])
    func `a constant input ends in exact silence`(level: Int16) {
        let filtered = Self.filter([Int16](repeating: level, count: 16_000))
        #expect(filtered[8_000...].allSatisfy { $0 == 0 })
    }

    @Test func `rumble of 20 Hz falls by 24 dB, speech of 300 Hz by less than a tenth of a decibel`() {
        let low = Reference.sine(hertz: 20, peak: 10_000, count: 16_000)
        let high = Reference.sine(hertz: 300, peak: 10_000, count: 16_000)
        let fall = { (samples: [Int16]) in
            Reference.decibels(
                Reference.power(Self.filter(samples)[8_000...]) / Reference.power(samples[8_000...]))
        }
        #expect(fall(low) < -23.9)
        #expect(abs(fall(high)) < 0.1)
    }

    @Test func `full-scale squares of any period saturate and never wrap`() {
        for period in [1, 2, 50, 160, 999] {
            let square = (0..<16_000).map { $0 / period % 2 == 0 ? Int16.max : Int16.min }
            let right = Reference.highPass(square.map(Double.init)).map { max(min($0, 32_767), -32_768) }
            #expect(Reference.signalToNoise(Self.filter(square).map(Double.init), right) > 60)
        }
    }

    static func filter(_ samples: [Int16]) -> [Int16] {
        var stage = HighPass()
        var output = [Int16](repeating: 0, count: samples.count)
        stage.process(samples, count: samples.count, into: &output)
        return output
    }
}
