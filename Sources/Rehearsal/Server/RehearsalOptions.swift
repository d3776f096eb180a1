/// How the stand-ins behave.
public struct RehearsalOptions: Sendable {
    public var keys = Keys()
    public var recognizer = RecognizerChoice.moonshine()
    public var delays = Delays()
    public var limits = Limits()
    public var quirks = Quirks()
    /// flite's voice behind every Cartesia voice.
    public var voice = "slt"
    /// Where the log goes as JSON lines, besides memory; nil for nowhere.
    public var logPath: String?

    /// What goes wrong from the start; more can be planned later.
    public var faults: [Fault] = []
    /// Whether the services are reached by TLS (`wss`, `https`) with a certificate of ``RehearsalServer/Addresses/authorityFile``.
    public var isSecure = false

    public init() {}

    /// The only keys that are accepted.
    public struct Keys: Sendable, Equatable {
        public var deepgram = "rehearsal-deepgram-key"
        public var groq = "rehearsal-groq-key"
        public var gemini = "rehearsal-gemini-key"
        public var tavily = "tvly-rehearsal-key"
        public var cartesia = "rehearsal-cartesia-key"
        public init() {}
    }

    /// The services' own rules of time and plan.
    public struct Limits: Sendable, Equatable {
        /// Deepgram hangs up on a connection that says nothing for so long, or has sent no audio by then.
        public var listenIdleMilliseconds = 10_000
        /// Live connections that Deepgram serves at once.
        public var listenStreams = 50
        /// Cartesia closes an idle socket, and ends a context so long after its last audio.
        public var speechIdleMilliseconds = 300_000
        public var contextExpiryMilliseconds = 1000
        /// Contexts that Cartesia speaks at once, on all sockets together; of sockets it keeps ten times as many.
        public var contexts = 15
        /// What a paid plan of Groq's has for its large model, of Gemini's, of Tavily's; nil for no limit.
        public var groqRequestsPerMinute: Int? = 1000
        public var groqRequestsPerDay: Int? = 500_000
        public var groqTokensPerMinute: Int? = 250_000
        public var geminiRequestsPerMinute: Int? = 1000
        public var tavilyRequestsPerMinute: Int? = 1000
        /// Searches that are left in Tavily's plan, an advanced one counting twice.
        public var tavilyCredits: Int?
        public init() {}
    }

    /// What nobody could verify about the services: a client must survive both answers.
    public struct Quirks: Sendable, Equatable {
        /// Deepgram answers a Finalize even when everything before it was settled already.
        public var answersEveryFinalize = true
        /// Cartesia says `done` of a context that was cancelled, and of one that expired.
        public var saysDoneOfCancelled = true
        public var saysDoneOfExpired = true
        /// Cartesia says `flush_done` after each text when it buffers none.
        public var saysFlushDoneUnasked = true
        /// Groq sends the arguments of a tool call in several pieces.
        public var callsInPieces = false
        /// Groq's models think in the content, between `<think>` and `</think>`, whatever was asked.
        public var thinksInContent = false
        /// Gemini's `v1` knows neither tools nor instructions, only `v1beta` does.
        public var refusesToolsAtV1 = false
        /// Gemini's stream begins with a chunk that has usage and no candidates.
        public var beginsWithUsage = true
        public init() {}
    }
}
