/// What a person says in a scene, and how they come to say it.
public struct Line: Sendable {
    /// The words, as a newspaper would print them; the report sets the recognizer's beside them.
    public var words: String
    public var voice: Voice
    public var manner: Manner
    /// Silence inside the line: after this many words the person thinks for `pauseMilliseconds`. 0 = speaks through.
    public var pauseAfterWords: Int
    public var pauseMilliseconds: Int

    public init(_ words: String, _ voice: Voice, _ manner: Manner, pauseAfterWords: Int = 0, pauseMilliseconds: Int = 0) {
        self.words = words
        self.voice = voice
        self.manner = manner
        self.pauseAfterWords = pauseAfterWords
        self.pauseMilliseconds = pauseMilliseconds
    }
}

/// How a line begins and ends.
public enum Manner: String, Sendable {
    /// Presses the button, lets go, speaks; the box finds the end of the turn.
    case tap
    /// Holds the button while speaking.
    case hold
    /// Just answers, in the window after a reply.
    case followUp = "follow-up"
    /// Talks over the reply.
    case bargeIn = "barge-in"
}

/// Where the sound of a line comes from.
public enum Voice: Sendable, Equatable {
    /// A studio recording of a person: file names of Debian's asterisk-core-sounds, played one after the other.
    case recorded(prompts: [String])
    /// One of flite's voices: `rms`, `awb`, `kal16`, `slt`.
    case flite(String)
    /// Samples that the caller has: 16 kHz, mono.
    case samples([Int16])

    public var name: String {
        switch self {
        case .recorded: "Allison (recorded)"
        case .flite(let name): "flite \(name)"
        case .samples: "your recording"
        }
    }
}

/// A scene: lines in the order in which they are spoken.
public struct Script: Sendable {
    public var lines: [Line]
    public init(lines: [Line]) { self.lines = lines }

    /// The demo's five questions: three voices, one hold-to-talk with a pause in it, one barge-in.
    public static let demo = Script(lines: [
        Line(
            "Seventeen plus five equals", .recorded(prompts: ["digits/17", "letters/plus", "digits/5", "letters/equals"]), .tap),
        Line("What is the capital of Portugal?", .flite("rms"), .followUp),
        Line(
            "I would like to know, what is the largest planet?", .flite("rms"), .hold, pauseAfterWords: 5, pauseMilliseconds: 900),
        Line("Tell me about the first landing on the moon.", .flite("awb"), .tap),
        Line("How many planets are there?", .flite("rms"), .bargeIn),
    ])

    /// One question in the user's own voice.
    public static func own(_ samples: [Int16]) -> Script {
        Script(lines: [Line("", .samples(samples), .tap)])
    }
}
