import Synchronization

/// One of flite's English voices: a person who reads any text aloud.
public struct FliteVoice: Sendable {
    /// `slt` (a woman), `rms` (a man), `awb` (a Scotsman), `kal16` (a robot).
    public let name: String
    private let flite: Flite

    /// - Throws: when Debian's libflite1 is missing or has no such voice.
    public init(_ name: String) throws(RehearsalError) {
        self.name = name
        flite = try Flite.shared.get()
        try flite.load(name)
    }

    /// Speaks `text`, faster than real time (about 30 ms for 2 s of sound). One voice speaks at a time in a process.
    public func synthesize(_ text: String) throws(RehearsalError) -> SynthesizedSpeech {
        try flite.speak(text, voice: name)
    }
}

/// What a voice has said.
public struct SynthesizedSpeech: Sendable, Equatable {
    /// Mono.
    public var samples: [Int16]
    public var rateHz: Int
    /// The text's words, punctuation and all, and where they stand in `samples`.
    public var words: [TimedWord]

    public init(samples: [Int16], rateHz: Int, words: [TimedWord] = []) {
        self.samples = samples
        self.rateHz = rateHz
        self.words = words
    }

    /// The samples at 16 kHz.
    public var at16kHz: [Int16] { SincResampler.resample(samples, from: rateHz, to: 16_000) }
}

/// A word and its place in a sound.
public struct TimedWord: Sendable, Equatable {
    public var text: String
    public var startSeconds: Double
    public var endSeconds: Double

    public init(text: String, startSeconds: Double, endSeconds: Double) {
        self.text = text
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
    }

    /// Shares `seconds` out among the words of `text` by their lengths, for engines that tell no times.
    static func spread(_ text: String, from start: Double, to end: Double) -> [TimedWord] {
        let words = text.split(separator: " ")
        let letters = words.reduce(0) { $0 + $1.count + 1 }
        var position = 0
        return words.map { word in
            let begin = position
            position += word.count + 1
            func seconds(_ letter: Int) -> Double { start + (end - start) * Double(letter) / Double(letters) }
            return TimedWord(text: String(word), startSeconds: seconds(begin), endSeconds: seconds(position - 1))
        }
    }
}
