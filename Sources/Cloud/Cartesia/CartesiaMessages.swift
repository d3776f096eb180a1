import FoundationEssentials

/// A piece of text for a context. Within one context everything but transcript and `continue` stays the same.
struct CartesiaRequest: Encodable {
    /// Its shape changed with version 2026-08-14.
    struct Voice: Encodable {
        var mode: String?
        var id: String
    }
    struct OutputFormat: Encodable {
        var container = "raw"
        var encoding = "pcm_s16le"
        var sampleRate: Int
        enum CodingKeys: String, CodingKey {
            case container, encoding
            case sampleRate = "sample_rate"
        }
    }

    var contextID: String
    var modelID: String
    var transcript: String
    var isContinued: Bool
    var language: String
    var voice: Voice
    var outputFormat: OutputFormat
    var addTimestamps = true
    /// The session cuts clauses itself: a second buffer would cost its delay again.
    var maximumBufferDelay = 0

    enum CodingKeys: String, CodingKey {
        case transcript, language, voice
        case contextID = "context_id"
        case modelID = "model_id"
        case isContinued = "continue"
        case outputFormat = "output_format"
        case addTimestamps = "add_timestamps"
        case maximumBufferDelay = "max_buffer_delay_ms"
    }

    init(_ settings: CartesiaSettings, contextID: String, rateHz: Int, transcript: String, isLast: Bool) {
        self.contextID = contextID
        modelID = settings.model
        self.transcript = transcript
        isContinued = !isLast
        language = settings.language
        voice = Voice(mode: settings.version < "2026-08-14" ? "id" : nil, id: settings.voice)
        outputFormat = OutputFormat(sampleRate: rateHz)
    }
}

struct CartesiaCancel: Encodable {
    var contextID: String
    var cancel = true
    enum CodingKeys: String, CodingKey {
        case cancel
        case contextID = "context_id"
    }
}

/// What Cartesia says. Everything may be absent; unknown types and fields are ignored.
struct CartesiaMessage: Decodable {
    struct WordTimestamps: Decodable {
        var words: [String]
        /// Seconds from the start of the context's audio.
        var start: [Double]
        var end: [Double]
    }

    var type: String
    var contextID: String?
    var data: String?
    var isDone: Bool?
    var statusCode: Int?
    var wordTimestamps: WordTimestamps?
    // Errors, in the shape since 2026-03-01, and (`error`) the one before.
    var errorCode: String?
    var title: String?
    var message: String?
    var error: String?
    var requestID: String?

    enum CodingKeys: String, CodingKey {
        case type, data, title, message, error
        case contextID = "context_id"
        case isDone = "done"
        case statusCode = "status_code"
        case wordTimestamps = "word_timestamps"
        case errorCode = "error_code"
        case requestID = "request_id"
    }

    init(_ text: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(text)) }
}
