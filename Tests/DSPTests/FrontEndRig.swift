import DSP

#if canImport(Glibc)
    import Glibc
#endif

/// One front end fed with a scene, frame by frame.
struct FrontEndRun {
    var output: [Double] = []
    var verdicts: [FrontEnd.Verdict] = []

    /// - Parameters:
    ///   - microphones: one array per microphone.
    ///   - far: on the loudspeaker's clock, 160 samples per frame.
    ///   - offset: where frame n's first sample stands, counted from the frame's far end.
    init(
        _ microphones: [[Int16]], far: [Int16], offset: (Int) -> Double = { _ in 0 },
        change: (inout FrontEnd.Configuration) -> Void = { _ in }
    ) {
        var configuration = FrontEnd.Configuration(microphones: microphones.count)
        change(&configuration)
        var frontEnd = FrontEnd(configuration)
        var block = [Int16](repeating: 0, count: microphones.count * 160)
        var samples = [Int16](repeating: 0, count: 160)
        for frame in 0..<microphones[0].count / 160 {
            for (index, microphone) in microphones.enumerated() {
                for n in 0..<160 { block[index * 160 + n] = microphone[frame * 160 + n] }
            }
            let verdict = far.withUnsafeBufferPointer {
                frontEnd.process(
                    microphones: block, farEnd: $0.baseAddress! + frame * 160, farEndCount: 160,
                    farEndOffset: FarEndOffset(samples: offset(frame)), recognizerOutput: &samples)
            }
            verdicts.append(verdict)
            output += samples.map(Double.init)
        }
    }

    /// Probabilities, 0...1.
    var speech: [Double] { verdicts.map { Double($0.speechProbabilityQ15) / 32_767 } }

    /// The session's trigger: frames at whose end at least 8 of the last 12 were above one half.
    var triggers: [Int] {
        let active = speech.map { $0 > 0.5 }
        return active.indices.filter { end in active[max(end - 11, 0)...end].filter { $0 }.count >= 8 }
    }
}

extension FarEndOffset {
    init(samples position: Double) {
        let whole = position.rounded(.down)
        self.init(samples: Int32(whole), fractionQ15: Int16(min((position - whole) * 32_768, 32_767)))
    }
}

/// The demo's room: four microphones, echo 10 dB below what was played, noise at -58 dB full scale.
struct FrontEndScene {
    var far: [Double]
    var echo: [[Double]] = []
    var noise: [[Double]] = []
    var near: [[Double]] = []

    /// - Parameters:
    ///   - nearDecibels: level of the person at the microphones against the echo; nil for nobody.
    ///   - nearFrom: when the person begins, seconds.
    ///   - farFrom: when the loudspeaker begins, seconds.
    init(
        seed: UInt64, seconds: Int, delay: Double = 12, reverberation: Double = 0.3, nearDecibels: Double? = nil,
        nearFrom: Double = 0, farFrom: Double = 0.3
    ) {
        var room = EchoRoom(seed: seed)
        let count = seconds * 16_000
        far = room.voice(count, rms: 3_277, pitchHz: 110)
        for n in 0..<Int(farFrom * 16_000) { far[n] = 0 }
        var voice = [Double](repeating: 0, count: count)
        if let nearDecibels {
            let start = Int(nearFrom * 16_000)
            let level = 1_036 * pow(10, nearDecibels / 20)
            voice.replaceSubrange(start..., with: room.voice(count - start, rms: level, pitchHz: 200))
        }
        fill(&room, voice, delay: delay, reverberation: reverberation)
    }

    /// Recorded voices: `played` is what the loudspeaker gets, `voice` the person as the microphones get it.
    init(seed: UInt64, played: [Double], voice: [Double], delay: Double = 12, reverberation: Double = 0.3) {
        var room = EchoRoom(seed: seed)
        far = played
        fill(&room, voice, delay: delay, reverberation: reverberation)
    }

    private mutating func fill(_ room: inout EchoRoom, _ voice: [Double], delay: Double, reverberation: Double) {
        for microphone in 0..<4 {
            let path = room.path(
                delayMilliseconds: delay + Double(microphone), reverberationSeconds: reverberation, gainDecibels: -10)
            echo.append(EchoRoom.filter(far, path))
            near.append(EchoRoom.filter(voice, [(microphone, 1)]))
            noise.append(room.noise(far.count, rms: 41))
        }
    }

    var microphones: [[Int16]] { (0..<4).map { EchoRoom.quantized(mixed(echo[$0], noise[$0], near[$0])) } }
}

/// What an average of the microphones holds of a signal.
func average(_ signals: [[Double]]) -> [Double] {
    let scale = 1 / Double(signals.count)
    var sum = [Double](repeating: 0, count: signals[0].count)
    for signal in signals {
        for n in sum.indices { sum[n] += signal[n] * scale }
    }
    return sum
}

/// Normalised correlation over a range given in seconds.
func correlation(_ a: [Double], _ b: [Double], from: Double, to: Double) -> Double {
    var (ab, aa, bb) = (0.0, 1e-9, 1e-9)
    for n in Int(from * 16_000)..<Int(to * 16_000) {
        ab += a[n] * b[n]
        aa += a[n] * a[n]
        bb += b[n] * b[n]
    }
    return ab / (aa * bb).squareRoot()
}
