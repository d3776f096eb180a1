import FoundationEssentials

/// What Deepgram says on a live connection. Unknown types and fields are ignored.
enum DeepgramMessage: Decodable {
    case results(DeepgramResults)
    case metadata
    /// It did not understand something; the connection may go on.
    case error(String)
    case other

    private enum Key: CodingKey { case type, description, variant }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        switch try fields.decode(String.self, forKey: .type) {
        case "Results": self = .results(try DeepgramResults(from: decoder))
        case "Metadata": self = .metadata
        case "Error":
            let words = [Key.variant, .description].compactMap { try? fields.decode(String.self, forKey: $0) }
            self = .error(words.joined(separator: ": "))
        default: self = .other
        }
    }

    init(_ text: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(text)) }
}

struct DeepgramResults: Decodable {
    struct Channel: Decodable { var alternatives: [Alternative]? }
    struct Alternative: Decodable {
        var transcript: String?
        var words: [Word]?
    }
    struct Word: Decodable {
        var word: String
        var punctuatedWord: String?
        var start: Double
        enum CodingKeys: String, CodingKey {
            case word
            case punctuatedWord = "punctuated_word"
            case start
        }
    }

    /// Seconds of audio received on this connection.
    var start: Double
    var duration: Double
    /// Any of the three may be absent.
    var isFinal: Bool?
    var speechFinal: Bool?
    var fromFinalize: Bool?
    var channel: Channel?

    enum CodingKeys: String, CodingKey {
        case start, duration, channel
        case isFinal = "is_final"
        case speechFinal = "speech_final"
        case fromFinalize = "from_finalize"
    }

    /// Both of the others imply it.
    var isSettled: Bool { isFinal == true || speechFinal == true || fromFinalize == true }
    var transcript: String { channel?.alternatives?.first?.transcript ?? "" }
    var words: [Word] { channel?.alternatives?.first?.words ?? [] }
}

/// What we say; text frames, never binary ones.
enum DeepgramCommand {
    static let keepAlive = Array(#"{"type":"KeepAlive"}"#.utf8)
    static let finalize = Array(#"{"type":"Finalize"}"#.utf8)
    static let closeStream = Array(#"{"type":"CloseStream"}"#.utf8)
}

/// The body of a refused handshake: either shape, or plain text.
struct DeepgramRefusal: Decodable {
    var code: String?
    var message: String?
    var requestID: String?

    private enum Key: String, CodingKey {
        case code = "err_code"
        case words = "err_msg"
        case category, message, details
        case requestID = "request_id"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) -> String? { try? fields.decode(String.self, forKey: key) }
        code = text(.code) ?? text(.category)
        message = text(.words) ?? text(.message) ?? text(.details)
        requestID = text(.requestID)
    }
}
