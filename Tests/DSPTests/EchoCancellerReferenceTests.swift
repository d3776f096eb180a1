import DSP
import Testing

/// The canceller against its equations in double precision, with several microphones, and behind two clocks.
@Suite struct EchoCancellerReferenceTests {
    /// What the canceller takes away from each microphone.
    private func taken(_ microphones: [[Int16]], far: [Int16], tailMilliseconds: Int) -> [[Double]] {
        var spectra = FarEndSpectra(tailMilliseconds: tailMilliseconds)
        var canceller = EchoCanceller(tailMilliseconds: tailMilliseconds, microphones: microphones.count)
        var taken = Array(repeating: [Double](), count: microphones.count)
        for start in stride(from: 0, to: far.count - 159, by: 160) {
            far.withUnsafeBufferPointer { spectra.process($0.baseAddress! + start) }
            let planar = microphones.flatMap { $0[start..<start + 160] }
            var residuals = planar
            canceller.process(planar, far: spectra, into: &residuals)
            for index in microphones.indices {
                for n in index * 160..<(index + 1) * 160 { taken[index].append(Double(planar[n]) - Double(residuals[n])) }
            }
        }
        return taken
    }

    private func reference(_ microphones: [[Int16]], far: [Int16], tailMilliseconds: Int) -> [[Double]] {
        var canceller = ReferenceEchoCanceller(tailMilliseconds: tailMilliseconds, microphones: microphones.count)
        var taken = Array(repeating: [Double](), count: microphones.count)
        for start in stride(from: 0, to: far.count - 159, by: 160) {
            let heard = microphones.map { $0[start..<start + 160].map(Double.init) }
            let left = canceller.process(heard, far: far[start..<start + 160].map(Double.init))
            for index in microphones.indices { taken[index] += zip(heard[index], left[index]).map { $0 - $1 } }
        }
        return taken
    }

    @Test(arguments: [1, 3])
    func `sixteen-bit speech and integer arithmetic lose nothing that double precision would keep`(count: Int) {
        var room = EchoRoom(seed: 21)
        let far = room.voice(4 * 16_000, rms: 3_277, pitchHz: 110)
        let heard = (0..<count).map { _ in
            let path = room.path(delayMilliseconds: 8, reverberationSeconds: 0.2, gainDecibels: -10)
            return EchoRoom.quantized(mixed(EchoRoom.filter(far, path), room.noise(far.count, rms: 41)))
        }
        let played = EchoRoom.quantized(far)
        let fixed = taken(heard, far: played, tailMilliseconds: 100)
        let double = reference(heard, far: played, tailMilliseconds: 100)
        for index in 0..<count {
            let ratio = Reference.signalToNoise(fixed[index], double[index])
            #expect(ratio > 50, "microphone \(index + 1) of \(count): \(ratio) dB")
        }
    }

    /// ERLE of each microphone from 3 s on, noise left out of what remains.
    private func enhancements(_ echoes: [[Double]], _ noises: [[Double]], far: [Double]) -> [Double] {
        let heard = zip(echoes, noises).map { EchoRoom.quantized(mixed($0, $1)) }
        let taken = taken(heard, far: EchoRoom.quantized(far), tailMilliseconds: 200)
        return zip(echoes, taken).map { decibels($0, over: mixed($0, $1.map { -$0 }), from: 3, to: 6) }
    }

    @Test func `four microphones that share what they learn cancel as well as each alone`() {
        var room = EchoRoom(seed: 22)
        let far = room.voice(6 * 16_000, rms: 3_277, pitchHz: 110)
        let echoes = (0..<4).map { _ in
            EchoRoom.filter(far, room.path(delayMilliseconds: 6, reverberationSeconds: 0.3, gainDecibels: -10))
        }
        let noises = echoes.map { _ in room.noise(far.count, rms: 41) }
        let together = enhancements(echoes, noises, far: far)
        for index in 0..<4 {
            let alone = enhancements([echoes[index]], [noises[index]], far: far)[0]
            #expect(together[index] > alone - 1.5, "microphone \(index + 1): \(together[index]) dB together, \(alone) dB alone")
        }
    }

    @Test func `a dead and a scratching microphone do not spoil the others`() {
        var room = EchoRoom(seed: 23)
        let far = room.voice(6 * 16_000, rms: 3_277, pitchHz: 110)
        let echoes = (0..<4).map { _ in
            EchoRoom.filter(far, room.path(delayMilliseconds: 6, reverberationSeconds: 0.3, gainDecibels: -10))
        }
        let silence = [Double](repeating: 0, count: far.count)
        let noises = [
            room.noise(far.count, rms: 41), silence.enumerated().map { -echoes[1][$0.offset] },
            room.noise(far.count, rms: 41), room.noise(far.count, rms: 1_000),
        ]
        let together = enhancements(echoes, noises, far: far)
        #expect(together[0] > 12 && together[2] > 12, "\(together[0]), \(together[2]) dB")
    }

    @Test(arguments: [0.0, 100, -100])
    func `clocks that drift apart cost no echo cancellation`(partsPerMillion: Double) {
        var room = EchoRoom(seed: 24)
        let ratio = 1 + partsPerMillion * 1e-6
        // White noise below 4 kHz, as wide as speech.
        let white = room.noise(10 * 16_000, rms: 6_000)
        let played = EchoRoom.filter(white, [(0, 0.1), (1, 0.25), (2, 0.3), (3, 0.25), (4, 0.1)])
        let path = room.path(delayMilliseconds: 20, reverberationSeconds: 0.15, gainDecibels: -6)
        let echo = EchoRoom.filter(EchoRoom.resample(played, ratio: ratio), path.map { (delay: $0.delay + 200, gain: $0.gain) })
        let (heard, loud) = (EchoRoom.quantized(echo), EchoRoom.quantized(played))
        var stage = EchoStage(microphones: 1, tailMilliseconds: 200)
        var left: [Double] = []
        for frame in 0..<999 {
            let lead = Double(frame * 160) * (ratio - 1) - 200
            let offset = FarEndOffset(
                samples: Int32(lead.rounded(.down)), fractionQ15: Int16((lead - lead.rounded(.down)) * 32_767))
            var residual = [Int16](repeating: 0, count: 160)
            stage.cancel(
                Array(heard[frame * 160..<(frame + 1) * 160]), farEnd: Array(loud[frame * 160..<(frame + 1) * 160]),
                farEndCount: 160, farEndOffset: offset, into: &residual)
            left += residual.map(Double.init)
        }
        let enhancement = decibels(echo, over: left, from: 5, to: 9.9)
        #expect(enhancement > 25, "\(enhancement) dB")
    }
}
