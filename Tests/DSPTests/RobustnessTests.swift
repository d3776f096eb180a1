import DSP
import DSPFuzz
import Testing

/// What no microphone should give and some do. The far end is a voice-like square wave throughout.
@Suite struct RobustnessTests {
    @Test(arguments: 0..<24 as Range<UInt64>)
    func `no configuration, signal, played count or offset makes it trap`(seed: UInt64) {
        for life in seed * 4..<seed * 4 + 4 { _ = FuzzedFrontEnd.live(seed: life) }
    }

    @Test func `the same life gives the same samples`() {
        #expect(FuzzedFrontEnd.live(seed: 5) == FuzzedFrontEnd.live(seed: 5))
        #expect(FuzzedFrontEnd.live(seed: 5) != FuzzedFrontEnd.live(seed: 6))
    }

    @Test(arguments: [1, 2, 4, 8], [0, -15])
    func `silence in is silence out, and nobody speaks`(microphones: Int, noiseFloorDecibels: Int) {
        let silence = [Int16](repeating: 0, count: 48_000)
        let result = FrontEndRun(
            [[Int16]](repeating: silence, count: microphones), far: silence,
            change: { $0.noiseFloorDecibels = noiseFloorDecibels })
        #expect(result.output.allSatisfy { $0 == 0 })
        #expect(result.speech.allSatisfy { $0 < 0.5 })
    }

    @Test func `noise of one bit stays as quiet as it is`() {
        var noise = SeededNoise(seed: 101)
        let result = FrontEndRun([noise.samples(64_000, peak: 1)], far: [Int16](repeating: 0, count: 64_000))
        #expect(result.output.allSatisfy { abs($0) <= 16 })
        #expect(result.triggers == [])
    }

    @Test(arguments: [Int16.max, .min, 1, -1])
    func `a constant is gone within a second`(level: Int16) {
        let constant = [Int16](repeating: level, count: 48_000)
        let result = FrontEndRun([constant, constant], far: [Int16](repeating: 0, count: 48_000))
        #expect(result.output[16_000...].allSatisfy { abs($0) <= 2 })
    }

    @Test func `after full-scale squares and clicks silence returns within half a second`() {
        let count = 64_000
        let rude = (0..<count).map { n -> Int16 in
            n >= 32_000 ? 0 : n < 16_000 ? (n / 20 % 2 == 0 ? .max : .min) : (n % 1_000 == 0 ? .max : 0)
        }
        let result = FrontEndRun([rude], far: [Int16](repeating: 0, count: count))
        #expect(result.output[40_000...].allSatisfy { abs($0) <= 2 })
    }
}
