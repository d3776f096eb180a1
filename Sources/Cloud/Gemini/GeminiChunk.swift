import Conversation
import FoundationEssentials

/// One event of a streamed answer. Everything may be absent; unknown fields are ignored.
struct GeminiChunk: Decodable {
    struct Candidate: Decodable {
        var content: Content?
        var finishReason: String?
    }
    struct Content: Decodable { var parts: [Part]? }
    struct Part: Decodable {
        var text: String?
        /// The text is a summary of what the model thought.
        var thought: Bool?
        var thoughtSignature: String?
        var functionCall: FunctionCall?
    }
    struct FunctionCall: Decodable {
        var id: String?
        var name: String?
        var args: JSONValue?
    }
    struct Feedback: Decodable { var blockReason: String? }
    struct Usage: Decodable {
        var promptTokenCount: Int?
        var candidatesTokenCount: Int?
        var thoughtsTokenCount: Int?
        var modelUsage: ModelUsage {
            ModelUsage(
                promptTokens: promptTokenCount ?? 0, completionTokens: (candidatesTokenCount ?? 0) + (thoughtsTokenCount ?? 0))
        }
    }

    var candidates: [Candidate]?
    var promptFeedback: Feedback?
    var usageMetadata: Usage?
    var responseId: String?
    var error: GeminiError?

    init(_ data: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(data)) }
}

/// What is wrong, in a refusal's body or in the stream.
struct GeminiError: Decodable, Equatable {
    var code: Int?
    var message: String?
    /// Such as `RESOURCE_EXHAUSTED`.
    var status: String?
    /// `ErrorInfo`'s, such as `API_KEY_INVALID`.
    var reason: String?
    /// `RetryInfo`'s, milliseconds.
    var retryMilliseconds: Int?

    /// The object under `error`.
    init(from decoder: any Decoder) throws { self.init(try JSONValue(from: decoder)) }

    /// Without `alt=sse` it is wrapped in an array. Nil when the body has no `error`.
    init?(body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let error = (value.items?.first ?? value)["error"] else { return nil }
        self.init(error)
    }

    private init(_ error: JSONValue) {
        if case .integer(let number)? = error["code"] { code = number }
        message = error["message"]?.string ?? error.string
        status = error["status"]?.string
        for detail in error["details"]?.items ?? [] {
            reason = reason ?? detail["reason"]?.string
            retryMilliseconds = retryMilliseconds ?? detail["retryDelay"]?.string.flatMap(Self.milliseconds)
        }
    }

    /// `46s`, `0.35s`
    private static func milliseconds(_ duration: String) -> Int? {
        guard duration.last == "s", let seconds = Double(duration.dropLast()), 0..<1e6 ~= seconds else { return nil }
        return Int(seconds * 1_000)
    }
}
