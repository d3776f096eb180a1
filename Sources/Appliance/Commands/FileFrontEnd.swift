import Audio
import DSP

/// Feeds the daemon's front end from files, a frame at a time.
struct FileFrontEnd {
    private let configuration: FrontEnd.Configuration

    init(_ configuration: FrontEnd.Configuration) { self.configuration = configuration }

    struct Output {
        /// What the recognizer would hear; as long as the input, `FrontEnd.delaySamples` behind it.
        var recognizer: [Int16] = []
        /// The detector's verdict on every frame.
        var probabilitiesQ15: [Int16] = []
    }

    /// - Parameters:
    ///   - microphones: 16 kHz, one array each, of one length.
    ///   - farEnd: what was played, on the same clock; nil for silence.
    func process(_ microphones: [[Int16]], farEnd: [Int16]?) -> Output {
        let length = microphones.map(\.count).min() ?? 0
        let size = SpeechFormat.frameSamples
        var frontEnd = FrontEnd(configuration)
        var output = Output()
        for start in stride(from: 0, to: length, by: size) {
            let planar = microphones.flatMap { Self.frame($0, at: start) }
            let played = Self.frame(farEnd ?? [], at: start)
            var clean = [Int16](repeating: 0, count: size)
            let verdict = planar.withUnsafeBufferPointer { microphones in
                played.withUnsafeBufferPointer { played in
                    clean.withUnsafeMutableBufferPointer { clean in
                        Self.step(&frontEnd, microphones, played, clean)
                    }
                }
            }
            output.recognizer += clean
            output.probabilitiesQ15.append(verdict.speechProbabilityQ15)
        }
        output.recognizer.removeLast(max(0, output.recognizer.count - length))
        return output
    }

    private static func step(
        _ frontEnd: inout FrontEnd, _ microphones: UnsafeBufferPointer<Int16>, _ played: UnsafeBufferPointer<Int16>,
        _ clean: UnsafeMutableBufferPointer<Int16>
    ) -> FrontEnd.Verdict {
        guard let microphones = microphones.baseAddress, let far = played.baseAddress, let out = clean.baseAddress else {
            return .init()
        }
        return frontEnd.process(
            microphones: microphones, farEnd: far, farEndCount: played.count,
            farEndOffset: FarEndOffset(samples: 0, fractionQ15: 0),
            recognizerOutput: out)
    }

    /// One frame of a sound; what lies behind its end is silence.
    private static func frame(_ samples: [Int16], at start: Int) -> [Int16] {
        let end = min(samples.count, start + SpeechFormat.frameSamples)
        let part = start < end ? Array(samples[start..<end]) : []
        return part + [Int16](repeating: 0, count: SpeechFormat.frameSamples - part.count)
    }
}
