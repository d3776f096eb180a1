import DSP
import Testing

@Suite struct InputStageTests {
    @Test(arguments: [(16_000, 160), (44_100, 441), (48_000, 480)])
    func `each microphone gets its own device channel, 10 ms at a time`(rate: Int, blockFrames: Int) throws {
        let map = [5, 2, 7]
        var stage = try made(InputStage(rateHz: rate, channels: 8, channelMap: map))
        #expect(stage.blockFrames == blockFrames)
        let hertz = (0..<8).map { 300.0 + 400 * Double($0) }
        var heard = [[Int16]](repeating: [], count: 3)
        var planar = [Int16](repeating: 0, count: 3 * 160)
        for block in 0..<40 {
            var device = [Int32](repeating: 0, count: blockFrames * 8)
            for frame in 0..<blockFrames {
                for channel in 0..<8 {
                    let at = Double(block * blockFrames + frame) / Double(rate)
                    device[frame * 8 + channel] = Int32(Reference.sine(hertz[channel], at: at, peak: 0x4000_0000))
                }
            }
            stage.process(device, into: &planar)
            for microphone in 0..<3 {
                heard[microphone] += planar[microphone * 160..<microphone * 160 + 160]
            }
        }
        for microphone in 0..<3 {
            let right = (0..<heard[microphone].count).map { k in
                let at = Double(k) / 16_000 - Double(stage.delayFrames) / Double(rate)
                return Reference.sine(hertz[map[microphone]], at: at, peak: 16_384)
            }
            let settled = heard[microphone][800...].map(Double.init)
            #expect(Reference.signalToNoise(settled, Array(right[800...])) > 45)
        }
    }

    @Test func `sixteen-bit samples that were shifted left come out bit for bit`() throws {
        var stage = try made(InputStage(rateHz: 16_000, channels: 2, channelMap: [1]))
        var noise = SeededNoise(seed: 2)
        let samples = noise.samples(160, peak: 32_767)
        let device = samples.flatMap { [Int32.min, Int32($0) << 16] }
        var output = [Int16](repeating: 0, count: 160)
        stage.process(device, into: &output)
        #expect(output == samples)
    }

    @Test(arguments: [16_000, 44_100, 48_000])
    func `full-scale squares and random bits saturate and never wrap`(rate: Int) throws {
        var stage = try made(InputStage(rateHz: rate, channels: 1, channelMap: [0]))
        var output = [Int16](repeating: 0, count: 160)
        stage.process([Int32](repeating: .max, count: stage.blockFrames), into: &output)
        for _ in 0..<3 {
            stage.process([Int32](repeating: .max, count: stage.blockFrames), into: &output)
            #expect(output.allSatisfy { $0 >= 32_766 })
        }
        var noise = SeededNoise(seed: 9)
        for _ in 0..<100 {
            let bits = (0..<stage.blockFrames).map { _ in Int32(truncatingIfNeeded: noise.next()) }
            stage.process(bits.map { $0 < 0 ? Int32.min : Int32.max }, into: &output)
            stage.process(bits, into: &output)
        }
    }

    @Test func `rates, channels and maps outside the range are refused`() {
        #expect(refuses(8_000, 1, [0]))
        #expect(refuses(16_000, 9, [0]))
        #expect(refuses(16_000, 2, [2]))
        #expect(refuses(16_000, 2, []))
    }

    private func refuses(_ rateHz: Int, _ channels: Int, _ channelMap: [Int]) -> Bool {
        isRefused(InputStage(rateHz: rateHz, channels: channels, channelMap: channelMap))
    }
}
