/// What a person says in a scene, and how they come to say it.
public struct Line: Sendable {
    /// The words, as a newspaper would print them; the report sets the recognizer's beside them.
    public var words: String
    public var voice: Voice
    public var manner: Manner
    /// Silence inside the line: after this many words the person thinks for `pauseMilliseconds`. 0 = speaks through.
    public var pauseAfterWords: Int
    public var pauseMilliseconds: Int
    public var subject: Subject

    public init(
        _ words: String, _ voice: Voice, _ manner: Manner, pauseAfterWords: Int = 0, pauseMilliseconds: Int = 0,
        about subject: Subject = .facts
    ) {
        self.subject = subject
        self.words = words
        self.voice = voice
        self.manner = manner
        self.pauseAfterWords = pauseAfterWords
        self.pauseMilliseconds = pauseMilliseconds
    }
}

/// What kind of answer a line asks for.
public enum Subject: Sendable, Equatable {
    /// One that the stand-in's page of facts has.
    case facts
    /// One that must be looked up. `words` stand on the page of the day that the stand-in's web search finds.
    /// `firstModelFails`: Groq answers 503 as long as this turn lasts, so that Gemini must.
    case news(words: [String], firstModelFails: Bool = false)
    /// Where the last news came from; the answer must have these words.
    case source(words: [String])

    /// What must be in the answer.
    var words: [String] {
        switch self {
        case .facts: []
        case .news(let words, _), .source(let words): words
        }
    }

    var isNews: Bool { if case .news = self { true } else { false } }
    var firstModelFails: Bool { if case .news(_, true) = self { true } else { false } }
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

    /// The demo's seven questions: three voices, one hold-to-talk with a pause in it, one barge-in, two that must be looked up on
    /// the web (one of them while the first model is out of order), and one for the source.
    public static let demo = Script(lines: [
        Line(
            "Seventeen plus five equals", .recorded(prompts: ["digits/17", "letters/plus", "digits/5", "letters/equals"]), .tap),
        Line(
            "I would like to know, what is the largest planet?", .flite("rms"), .hold, pauseAfterWords: 5, pauseMilliseconds: 900),
        Line("Tell me about the first landing on the moon.", .flite("awb"), .tap),
        Line("How many planets are there?", .flite("rms"), .bargeIn),
        Line("Tell me the news about the rail strike.", .flite("rms"), .followUp, about: .news(words: ["strike", "talks"])),
        Line("Where does that come from?", .flite("rms"), .tap, about: .source(words: ["Northfield Courier"])),
        Line(
            "Tell me the news about the football final.", .flite("rms"), .tap,
            about: .news(words: ["Tidewater Rovers", "cup final"], firstModelFails: true)),
    ])

    /// One question in the user's own voice.
    public static func own(_ samples: [Int16]) -> Script {
        Script(lines: [Line("", .samples(samples), .tap)])
    }
}
