/// An engine that hears words in a piece of audio. Called from one thread at a time.
protocol SpeechRecognizer: Sendable {
    /// - Parameter samples: mono, 16 kHz, with speech in it, at most 30 s.
    /// - Returns: the words as a newspaper prints them; empty when there are none.
    func recognize(_ samples: [Int16]) throws(RehearsalError) -> String
}

/// Which engine listens.
public enum RecognizerChoice: Sendable, Equatable {
    /// Moonshine tiny-en. `folder` is the unpacked wheel, nil looks for `.cache/speech`.
    case moonshine(folder: String? = nil)
    /// Hears the same sentence in every speech, at once: to measure everything else.
    case echo(String = "What is the capital of Portugal?")

    /// - Parameter voice: speaks what a true engine hears first, so that no client meets its slow first recognition.
    func open(warmedBy voice: FliteVoice) throws(RehearsalError) -> any SpeechRecognizer {
        switch self {
        case .moonshine(let folder):
            let recognizer = try MoonshineRecognizer(folder: folder)
            for text in ["Hello.", "What is the capital of Portugal, and how many people live there?"] {
                _ = try recognizer.recognize(try voice.synthesize(text).at16kHz)
            }
            return recognizer
        case .echo(let sentence): return EchoRecognizer(sentence: sentence)
        }
    }
}

/// See ``RecognizerChoice/echo(_:)``.
struct EchoRecognizer: SpeechRecognizer {
    let sentence: String
    func recognize(_ samples: [Int16]) -> String { sentence }
}
