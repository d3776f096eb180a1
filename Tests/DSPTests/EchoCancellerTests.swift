import DSP
import Testing

@Suite struct EchoCancellerTests {
    /// One microphone through the adaptive filter alone.
    private func cancel(_ microphone: [Double], far: [Double], tailMilliseconds: Int = 200) -> [Double] {
        cancel(EchoRoom.quantized(microphone), far: EchoRoom.quantized(far), tailMilliseconds: tailMilliseconds).map(Double.init)
    }

    private func cancel(_ microphone: [Int16], far: [Int16], tailMilliseconds: Int = 200) -> [Int16] {
        var spectra = FarEndSpectra(tailMilliseconds: tailMilliseconds)
        var canceller = EchoCanceller(tailMilliseconds: tailMilliseconds)
        var output = [Int16](repeating: 0, count: microphone.count)
        for frame in 0..<microphone.count / 160 {
            far.withUnsafeBufferPointer { spectra.process($0.baseAddress! + frame * 160) }
            microphone.withUnsafeBufferPointer { source in
                output.withUnsafeMutableBufferPointer { target in
                    canceller.process(
                        source.baseAddress! + frame * 160, far: spectra, into: target.baseAddress! + frame * 160)
                }
            }
        }
        return output
    }

    /// A voice at -20 dB full scale and its echo, 10 dB below, with noise at -58 dB full scale.
    private func scene(_ room: inout EchoRoom, seconds: Int, delay: Double, reverberation: Double) -> (
        far: [Double], echo: [Double], noise: [Double]
    ) {
        let far = room.voice(seconds * 16_000, rms: 3_277, pitchHz: 110)
        let path = room.path(delayMilliseconds: delay, reverberationSeconds: reverberation, gainDecibels: -10)
        return (far, EchoRoom.filter(far, path), room.noise(seconds * 16_000, rms: 41))
    }

    @Test(arguments: [(5.0, 0.3), (30, 0.2), (60, 0.4)])
    func `the filter alone takes 15 dB of echo out of a living room`(delay: Double, reverberation: Double) {
        var room = EchoRoom(seed: 11)
        let (far, echo, noise) = scene(&room, seconds: 8, delay: delay, reverberation: reverberation)
        let output = cancel(mixed(echo, noise), far: far)
        let left = mixed(output, noise.map { -$0 })
        #expect(decibels(echo, over: left, from: 0.3, to: 1.3) > 5)
        #expect(decibels(echo, over: left, from: 3, to: 8) > 15)
    }

    @Test func `white noise is cancelled down to the room's own noise`() {
        var room = EchoRoom(seed: 12)
        let far = room.noise(80_000, rms: 3_277)
        let path = room.path(delayMilliseconds: 20, reverberationSeconds: 0.2, gainDecibels: -10)
        let (echo, noise) = (EchoRoom.filter(far, path), room.noise(80_000, rms: 10))
        let output = cancel(mixed(echo, noise), far: far)
        #expect(decibels(echo, over: mixed(output, noise.map { -$0 }), from: 2, to: 5) > 22)
    }

    @Test func `a person who talks over the echo is left alone, and the filter does not run away`() {
        var room = EchoRoom(seed: 13)
        let (far, echo, noise) = scene(&room, seconds: 14, delay: 12, reverberation: 0.3)
        var near = room.voice(14 * 16_000, rms: 1_036, pitchHz: 190)
        for n in near.indices where n < 5 * 16_000 || n >= 10 * 16_000 { near[n] = 0 }
        let output = cancel(mixed(echo, noise, near), far: far)
        let error = mixed(output, near.map { -$0 }, noise.map { -$0 })
        let settled = decibels(echo, over: error, from: 3, to: 5)
        #expect(decibels(echo, over: error, from: 5, to: 10) > 10)
        #expect(decibels(near, over: error, from: 5, to: 10) > 10)
        #expect(decibels(echo, over: error, from: 10, to: 14) > settled - 4)
    }

    @Test func `a path that changes is learned anew within a second`() {
        var room = EchoRoom(seed: 14)
        let (far, first, noise) = scene(&room, seconds: 10, delay: 12, reverberation: 0.3)
        let second = EchoRoom.filter(far, room.path(delayMilliseconds: 40, reverberationSeconds: 0.3, gainDecibels: -10))
        let echo = first.indices.map { $0 < 5 * 16_000 ? first[$0] : second[$0] }
        let left = mixed(cancel(mixed(echo, noise), far: far), noise.map { -$0 })
        #expect(decibels(echo, over: left, from: 5, to: 5.5) > 0)
        #expect(decibels(echo, over: left, from: 6, to: 7) > 12)
    }

    @Test func `without a far end the microphone passes bit by bit, before and after`() {
        var noise = SeededNoise(seed: 15)
        let microphone = noise.samples(32_000, peak: 32_767)
        var far = [Int16](repeating: 0, count: 32_000)
        #expect(cancel(microphone, far: far) == microphone)
        far.replaceSubrange(8_000..<9_600, with: noise.samples(1_600, peak: 8_000))
        let output = cancel(microphone, far: far)
        #expect(output[..<7_840] == microphone[..<7_840])
        #expect(output[18_000...] == microphone[18_000...])
    }

    @Test(arguments: [20, 200, 320])
    func `nothing makes it trap`(tailMilliseconds: Int) {
        var noise = SeededNoise(seed: 16)
        let count = 160 * 200
        let square = (0..<count).map { $0 / 8 % 2 == 0 ? Int16.max : Int16.min }
        let alternating = (0..<count).map { $0 % 2 == 0 ? Int16.max : Int16.min }
        let signals: [[Int16]] = [
            square, alternating, [Int16](repeating: .min, count: count), [Int16](repeating: 0, count: count),
            [Int16](repeating: 1, count: count), noise.samples(count, peak: 32_767), noise.samples(count, peak: 1),
        ]
        for far in signals {
            for microphone in signals {
                _ = cancel(microphone, far: far, tailMilliseconds: tailMilliseconds)
            }
        }
        // From silence to full scale and back, with an echo of 20 dB of gain that saturates.
        let bursts = square.indices.map { $0 / 4_000 % 2 == 0 ? square[$0] : 0 }
        _ = cancel(bursts, far: bursts.map { $0 / 10 }, tailMilliseconds: tailMilliseconds)
    }
}
