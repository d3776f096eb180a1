/// One of the services that are stood in for.
public enum RehearsalService: String, Sendable, CaseIterable { case deepgram, groq, gemini, tavily, cartesia }

/// Something that a stand-in saw or did.
public struct RehearsalEvent: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case connectionOpened, connectionRefused, connectionClosed
        /// About once a second of audio; `samples` counts from the connection's start.
        case audioReceived
        case finalizeReceived
        /// The recognizer has heard a segment; `milliseconds` is its time, `samples` the segment's length.
        case recognized
        case interimSent
        /// Settled words; `text`, and `isFinalizeAnswer` in the answer to a Finalize.
        case finalSent
        /// A language model's request, its first word, its whole answer; `text` has the words.
        case modelRequested, firstTokenSent, allTokensSent, modelCancelled, modelRefused
        /// The model's thoughts, which nobody may speak; a tool call, its name and arguments in `text`.
        case thoughtsSent, toolCallSent
        /// A search, its query in `text`, and how many results in `samples`.
        case searchRequested, searchAnswered, searchCancelled, searchRefused
        /// A piece of text for a speech context.
        case speechTextReceived
        case firstAudioSent, cancelReceived, speechDone, speechRefused
        /// The client broke a rule of the service; `text` says which.
        case complaint
        /// A planned fault was met; `text` has it in the grammar of faults.
        case fault
    }

    /// CLOCK_MONOTONIC.
    public var nanoseconds: Int64
    public var service: RehearsalService
    public var kind: Kind
    /// Counts connections of all services from 1; 0 is the server itself.
    public var connection: Int
    /// Request id or speech context.
    public var context: String?
    public var text: String?
    public var samples: Int?
    public var milliseconds: Double?
    public var isFinalizeAnswer: Bool?

    public init(
        _ service: RehearsalService, _ kind: Kind, connection: Int, context: String? = nil, text: String? = nil,
        samples: Int? = nil, milliseconds: Double? = nil, isFinalizeAnswer: Bool? = nil
    ) {
        nanoseconds = monotonicNanoseconds()
        self.service = service
        self.kind = kind
        self.connection = connection
        self.context = context
        self.text = text
        self.samples = samples
        self.milliseconds = milliseconds
        self.isFinalizeAnswer = isFinalizeAnswer
    }

    /// The event as a line of JSON.
    public var json: String {
        var fields: [String: JSONValue] = [
            "ns": .integer(Int(nanoseconds)), "service": .text(service.rawValue), "event": .text(kind.rawValue),
            "connection": .integer(connection),
        ]
        fields["context"] = context.map { .text($0) }
        fields["text"] = text.map { .text($0) }
        fields["samples"] = samples.map { .integer($0) }
        fields["ms"] = milliseconds.map { .number($0) }
        fields["from_finalize"] = isFinalizeAnswer.map { .bool($0) }
        return JSONValue.object(fields).serialized
    }
}
