import DSP
import Testing

@Suite struct CausalityTests {
    @Test(arguments: [1, 2, 4, 8], [true, false])
    func `whatever comes later, what came before stays bit for bit`(microphones: Int, hasGeometry: Bool) {
        let cut = 16_000 * 2
        let scene = FrontEndScene(seed: 71, seconds: 3, nearDecibels: 0, nearFrom: 1)
        let far = EchoRoom.quantized(scene.far)
        let heard = (0..<microphones).map { scene.microphones[$0 % 4] }
        var noise = SeededNoise(seed: 72)
        let altered = heard.map { Array($0[..<cut]) + noise.samples(16_000, peak: 32_767) }
        let change: (inout FrontEnd.Configuration) -> Void = {
            $0.noiseFloorDecibels = -15
            $0.geometry = hasGeometry ? .linear(count: microphones, spacingMicrometres: 25_000) : nil
        }
        let whole = FrontEndRun(heard, far: far, change: change)
        let other = FrontEndRun(altered, far: Array(far[..<cut]) + noise.samples(16_000, peak: 32_767), change: change)
        #expect(whole.output[..<cut] == other.output[..<cut])
        #expect(whole.verdicts[..<200] == other.verdicts[..<200])
        #expect(whole.output[cut...] != other.output[cut...])
    }

    @Test(arguments: [0, -15])
    func `a voice comes out at most 16 ms later, where the correlation peaks`(noiseFloorDecibels: Int) {
        let scene = FrontEndScene(seed: 73, seconds: 4, nearDecibels: 10, farFrom: 4)
        let result = FrontEndRun(
            scene.microphones, far: EchoRoom.quantized(scene.far), change: { $0.noiseFloorDecibels = noiseFloorDecibels })
        let voice = average(scene.near)
        let count = voice.count
        let lags = (0..<480).map { lag in
            correlation(result.output, [Double](repeating: 0, count: lag) + voice[..<(count - lag)], from: 1, to: 4)
        }
        let peak = lags.indices.max { lags[$0] < lags[$1] } ?? 480
        #expect(peak <= 256, "\(Double(peak) / 16) ms")
        #expect(abs(peak - FrontEnd.delaySamples) <= 8)
    }
}
