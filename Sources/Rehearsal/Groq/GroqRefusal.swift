import NIOHTTP1

/// A refusal in Groq's shape.
struct GroqRefusal: Error {
    var status: HTTPResponseStatus
    var message: String
    var code: String?
    var type = "invalid_request_error"
    /// Seconds until another try may succeed.
    var retryAfterSeconds: Double?
    /// Whether the client broke a rule; a limit that is reached and a model that is gone are the world's doing.
    var isClientsFault = true

    init(_ message: String, status: HTTPResponseStatus = .badRequest, code: String? = nil) {
        self.message = message
        self.status = status
        self.code = code
    }

    var body: JSONValue {
        var error: [String: JSONValue] = ["message": .text(message), "type": .text(type)]
        error["code"] = code.map { .text($0) }
        return ["error": .object(error)]
    }

    /// - Parameter kind: "requests" or "tokens".
    static func limit(_ name: String, _ kind: String, _ allowance: Allowance, asked: Int, wait: Double, model: String) -> Self {
        let used = allowance.limit - allowance.remaining
        var refusal = GroqRefusal(
            "Rate limit reached for model `\(model)` in organization `org_rehearsal` service tier `on_demand` on \(name): Limit "
                + "\(allowance.limit), Used \(used), Requested \(asked). Please try again in \(GroqDuration.text(wait)).",
            status: .tooManyRequests, code: "rate_limit_exceeded")
        refusal.type = kind
        refusal.retryAfterSeconds = wait
        refusal.isClientsFault = false
        return refusal
    }

    static func tooLarge(_ tokens: Int, limit: Int, model: String) -> Self {
        var refusal = GroqRefusal(
            "Request too large for model `\(model)` in organization `org_rehearsal` service tier `on_demand` on tokens per minute "
                + "(TPM): Limit \(limit), Requested \(tokens), please reduce your message size and try again.",
            status: .payloadTooLarge, code: "rate_limit_exceeded")
        refusal.type = "tokens"
        refusal.isClientsFault = false
        return refusal
    }
}

/// Groq's way to write a time: `2m59.56s`, `7.66s`.
enum GroqDuration {
    static func text(_ seconds: Double) -> String {
        let hundredths = Int((max(0, seconds) * 100).rounded(.up))
        let (minutes, rest) = (hundredths / 6000, hundredths % 6000)
        let tail = "\(rest / 100)." + (rest % 100 < 10 ? "0" : "") + "\(rest % 100)s"
        let (hours, left) = (minutes / 60, minutes % 60)
        return (hours > 0 ? "\(hours)h" : "") + (minutes > 0 ? "\(left)m" : "") + tail
    }
}
