import Conversation
import FoundationEssentials

/// One event of a streamed answer. Everything may be absent; unknown fields are ignored.
struct GroqChunk: Decodable {
    struct Choice: Decodable {
        var delta: Delta?
        var finishReason: String?
        enum CodingKeys: String, CodingKey {
            case delta
            case finishReason = "finish_reason"
        }
    }
    /// `reasoning` is left out on purpose: it is never spoken.
    struct Delta: Decodable {
        var content: String?
        var toolCalls: [ToolCallPiece]?
        enum CodingKeys: String, CodingKey {
            case content
            case toolCalls = "tool_calls"
        }
    }
    struct ToolCallPiece: Decodable {
        struct Function: Decodable {
            var name: String?
            var arguments: String?
        }
        var index: Int?
        var id: String?
        var function: Function?
    }
    struct Usage: Decodable {
        var promptTokens: Int?
        var completionTokens: Int?
        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
        }
        var modelUsage: ModelUsage { ModelUsage(promptTokens: promptTokens ?? 0, completionTokens: completionTokens ?? 0) }
    }
    struct Extension: Decodable {
        var id: String?
        var usage: Usage?
        var error: String?
    }

    var choices: [Choice]?
    var usage: Usage?
    var groq: Extension?
    var error: GroqError?

    enum CodingKeys: String, CodingKey {
        case choices, usage, error
        case groq = "x_groq"
    }

    init(_ data: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(data)) }
}

/// What is wrong, in a refusal's body or in the stream.
struct GroqError: Decodable {
    var message: String?
    var type: String?
    var code: String?

    private enum Key: CodingKey { case message, type, code, error }

    /// An `error` object, the object around it, or just a string.
    init(from decoder: any Decoder) throws {
        if let words = try? decoder.singleValueContainer().decode(String.self) {
            message = words
            return
        }
        let fields = try decoder.container(keyedBy: Key.self)
        if let inner = try? fields.decode(GroqError.self, forKey: .error) {
            self = inner
            return
        }
        func text(_ key: Key) -> String? { try? fields.decode(String.self, forKey: key) }
        (message, type, code) = (text(.message), text(.type), text(.code))
    }

    init?(body: [UInt8]) {
        guard let decoded = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
        self = decoded
    }
}

/// Tool calls come whole or in pieces: gathered by index; id and name stand in the first piece, arguments are joined.
struct GroqToolCalls {
    private struct Pieces {
        var id = ""
        var name = ""
        var arguments = ""
    }
    private var calls: [Int: Pieces] = [:]
    private static let countBound = 128
    private static let argumentsBound = 65_536

    /// In the order of their indexes.
    var whole: [ToolCall] {
        calls.sorted { $0.key < $1.key }.map { _, call in
            ToolCall(id: call.id, name: call.name, written: call.arguments, provider: .groq)
        }
    }

    mutating func add(_ piece: GroqChunk.ToolCallPiece) {
        let index = piece.index ?? calls.count
        guard calls[index] != nil || calls.count < Self.countBound else { return }
        var call = calls[index] ?? Pieces()
        if call.id.isEmpty { call.id = piece.id ?? "" }
        if call.name.isEmpty { call.name = piece.function?.name ?? "" }
        if call.arguments.utf8.count < Self.argumentsBound { call.arguments += piece.function?.arguments ?? "" }
        calls[index] = call
    }
}
