/// How the stand-ins behave.
public struct RehearsalOptions: Sendable {
    public var keys = Keys()
    public var recognizer = RecognizerChoice.moonshine()
    public var delays = Delays()
    public var limits = Limits()
    /// flite's voice behind every Cartesia voice.
    public var voice = "slt"
    /// Where the log goes as JSON lines, besides memory; nil for nowhere.
    public var logPath: String?

    public init() {}

    /// The only keys that are accepted.
    public struct Keys: Sendable, Equatable {
        public var deepgram = "rehearsal-deepgram-key"
        public var groq = "rehearsal-groq-key"
        public var cartesia = "rehearsal-cartesia-key"
        public init() {}
    }

    /// Time that a service takes on top of what its engine needs, milliseconds.
    public struct Delays: Sendable, Equatable {
        /// From a settled transcript to the message that carries it.
        public var transcriptMilliseconds = 0
        /// From a model's request to the first token, and from token to token.
        public var firstTokenMilliseconds = 60
        public var tokenMilliseconds = 5
        /// From a spoken text to its first audio, and from chunk to chunk.
        public var firstAudioMilliseconds = 0
        public var audioChunkMilliseconds = 20
        public init() {}
    }

    /// The services' own rules of time and plan.
    public struct Limits: Sendable, Equatable {
        /// Deepgram hangs up on a connection that says nothing for so long, or has sent no audio by then.
        public var listenIdleSeconds = 10
        /// Cartesia closes an idle socket, and ends a context so long after its last audio.
        public var speechIdleSeconds = 300
        public var contextExpiryMilliseconds = 1000
        /// Contexts that Cartesia serves at once.
        public var contexts = 15
        public init() {}
    }
}
