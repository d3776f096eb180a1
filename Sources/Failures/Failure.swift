/// One outside failure: who failed, how, whether trying again can help, what the person should hear and what the
/// technician should do. Every client, device and store throws this and nothing else for what the world does to it.
///
/// `detail` and `requestID` go to the journal as they are: never put a key, a header or what a person said into them.
public struct Failure: Error, Sendable, Equatable {
    /// Who failed.
    public var subject: Subject
    /// What kind of failure it was.
    public var kind: Kind
    /// What exactly was seen, in one line for the technician: the call, the code, the provider's own words.
    public var detail: String
    /// Whether and when the same thing may be tried again.
    public var retry: Retry
    /// The provider's id of the request (`dg-request-id`, `x_groq.id`, …), for its support desk.
    public var requestID: String?

    public init(_ subject: Subject, _ kind: Kind, _ detail: String, retry: Retry? = nil, requestID: String? = nil) {
        self.subject = subject
        self.kind = kind
        self.detail = detail
        self.retry = retry ?? kind.usualRetry
        self.requestID = requestID
    }

    /// Who can fail. The raw value is the word used in the journal's `LINNET_PROVIDER` field and in `linnet status`.
    public enum Subject: String, Sendable, CaseIterable {
        case deepgram, groq, gemini, tavily, cartesia
        case capture, playback, board
        case memory, configuration, system
    }

    /// How things fail. The raw value stands in the journal as `LINNET_FAILURE`.
    public enum Kind: String, Sendable, CaseIterable {
        // On the way there
        case nameNotResolved = "name-not-resolved"
        case unreachable
        case certificateRefused = "certificate-refused"
        case timedOut = "timed-out"
        // The provider says no
        case keyMissing = "key-missing"
        case keyRefused = "key-refused"
        case paymentRequired = "payment-required"
        case forbidden
        case modelGone = "model-gone"
        case rateLimited = "rate-limited"
        case badRequest = "bad-request"
        // The provider breaks
        case overloaded
        case serverError = "server-error"
        case connectionLost = "connection-lost"
        case malformedAnswer = "malformed-answer"
        case truncatedAnswer = "truncated-answer"
        case tooLarge = "too-large"
        // Devices
        case absent
        case busy
        case unplugged
        case unsupported
        case silent
        case stalled
        /// One of several microphones is dead or deaf.
        case microphoneDeaf = "microphone-deaf"
        // Ourselves
        case queueFull = "queue-full"
        /// What was to be remembered over a restart could not be kept or read.
        case stateUnusable = "state-unusable"
        case cancelled
        case unknown
    }

    /// Whether the same thing may be tried again.
    public enum Retry: Sendable, Equatable {
        /// It will fail again until somebody changes something.
        case never
        /// After this many milliseconds, as the provider asked.
        case after(milliseconds: Int)
        /// With the caller's own jittered back-off.
        case withBackOff
    }
}

extension Failure.Kind {
    /// What usually helps when the one who failed did not say.
    public var usualRetry: Failure.Retry {
        switch self {
        case .nameNotResolved, .unreachable, .timedOut, .rateLimited, .overloaded, .serverError, .connectionLost,
            .truncatedAnswer, .malformedAnswer, .absent, .busy, .unplugged, .silent, .stalled, .microphoneDeaf,
            .queueFull, .stateUnusable:
            .withBackOff
        case .certificateRefused, .keyMissing, .keyRefused, .paymentRequired, .forbidden, .modelGone, .badRequest,
            .tooLarge, .unsupported, .cancelled, .unknown:
            .never
        }
    }
}

extension Failure: CustomStringConvertible {
    public var description: String { "\(subject.rawValue): \(kind.rawValue): \(detail)" }
}
