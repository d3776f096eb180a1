import NIOHTTP1

/// A refusal in Google's shape.
struct GeminiRefusal: Error {
    var status: HTTPResponseStatus
    /// Google's word for it, such as INVALID_ARGUMENT.
    var word: String
    var message: String
    var details: [JSONValue] = []
    /// Whether the client broke a rule; a limit that is reached and a model that is gone are the world's doing.
    var isClientsFault = true

    var body: JSONValue {
        var error: [String: JSONValue] = [
            "code": .integer(Int(status.code)), "message": .text(message), "status": .text(word),
        ]
        if !details.isEmpty { error["details"] = .list(details) }
        return ["error": .object(error)]
    }

    static func argument(_ message: String) -> Self {
        GeminiRefusal(status: .badRequest, word: "INVALID_ARGUMENT", message: message)
    }

    /// The body does not fit the description of the request.
    /// - Parameter field: the message that holds what is wrong; empty for the request itself.
    static func field(_ field: String, _ description: String) -> Self {
        var refusal = argument(description)
        refusal.details = [
            [
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [["field": .text(field), "description": .text(description)]],
            ]
        ]
        return refusal
    }

    static var missingKey: Self {
        GeminiRefusal(
            status: .forbidden, word: "PERMISSION_DENIED",
            message: "Method doesn't allow unregistered callers (callers without established identity). "
                + "Please use API Key or other form of API consumer identity to call this API.")
    }

    static var wrongKey: Self {
        var refusal = argument("API key not valid. Please pass a valid API key.")
        refusal.details = [
            [
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
                "metadata": ["service": "generativelanguage.googleapis.com"],
            ],
            [
                "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US",
                "message": "API key not valid. Please pass a valid API key.",
            ],
        ]
        return refusal
    }

    static func notFound(_ message: String, isClientsFault: Bool = true) -> Self {
        GeminiRefusal(status: .notFound, word: "NOT_FOUND", message: message, isClientsFault: isClientsFault)
    }

    static func quota(perMinute: Int, model: String, waitSeconds: Double) -> Self {
        let seconds = max(1, Int(waitSeconds.rounded(.up)))
        return GeminiRefusal(
            status: .tooManyRequests, word: "RESOURCE_EXHAUSTED",
            message: "You exceeded your current quota, please check your plan and billing details. Please retry in \(seconds)s.",
            details: [
                [
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [
                        [
                            "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
                            "quotaId": "GenerateRequestsPerMinutePerProjectPerModel",
                            "quotaDimensions": ["model": .text(model), "location": "global"],
                            "quotaValue": .text(String(perMinute)),
                        ]
                    ],
                ],
                ["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .text("\(seconds)s")],
            ], isClientsFault: false)
    }
}
