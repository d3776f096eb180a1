import NIOHTTP1

/// What each service says with an HTTP status, in its own shape.
enum FaultAnswers {
    /// - Parameter head: of the request that is refused.
    static func answer(_ service: RehearsalService, _ status: Int, retryAfterSeconds: Int?, to head: HTTPRequestHead)
        -> HTTPAnswer
    {
        // Some services quote what they refuse: no client may pass that on.
        let quote = status == 401 || status == 400 ? key(of: head).map { " (it was \($0))" } ?? "" : ""
        let retryAfter = retryAfterSeconds.map { [("retry-after", String($0))] } ?? []
        let code = HTTPResponseStatus(statusCode: status)
        switch service {
        case .deepgram: return deepgram(code, retryAfter, quote)
        case .groq:
            return .json(code, groq(status, quote: quote), headers: retryAfter + [("x-request-id", requestID)])
        case .gemini: return .json(code, gemini(status, retryAfterSeconds: retryAfterSeconds, quote: quote))
        case .tavily: return .json(code, tavily(status, quote), headers: retryAfter)
        case .cartesia: return cartesia(code, retryAfter, isPlain: isBeforeFields(head), quote)
        }
    }

    /// Names the fault in a provider's support desk's terms; the same in every answer.
    static let requestID = Identifier.uuid(seed: "fault")

    private static func key(of head: HTTPRequestHead) -> String? {
        head.headers.first(name: "x-goog-api-key")
            ?? head.headers.first(name: "authorization")?.split(separator: " ").last.map(String.init)
    }

    // MARK: Deepgram

    private static func deepgram(_ status: HTTPResponseStatus, _ headers: [(String, String)], _ quote: String) -> HTTPAnswer {
        let (code, plain) = deepgramWords(Int(status.code))
        let words = plain + quote
        return .json(
            status, ["err_code": .text(code), "err_msg": .text(words), "request_id": .text(requestID)],
            headers: headers + [("dg-request-id", requestID), ("dg-error", words)])
    }

    static func deepgramWords(_ status: Int) -> (code: String, words: String) {
        switch status {
        case 400: ("INVALID_QUERY_PARAMETER", "No such model/language/tier combination found.")
        case 401: ("INVALID_AUTH", "Invalid credentials.")
        case 402: ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request.")
        case 403: ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model.")
        case 429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later.")
        case 503: ("SERVICE_UNAVAILABLE", "The service is unavailable.")
        case 500...: ("INTERNAL_SERVER_ERROR", "Something went wrong on our side.")
        default: ("NOT_FOUND", "There is nothing here.")
        }
    }

    // MARK: Groq

    static func groq(_ status: Int, quote: String = "") -> JSONValue {
        let (code, type, words): (String?, String, String) =
            switch status {
            case 401: ("invalid_api_key", "invalid_request_error", "Invalid API Key")
            case 404: ("model_not_found", "invalid_request_error", "The model does not exist or you do not have access to it.")
            case 429: ("rate_limit_exceeded", "tokens", "Rate limit reached for the model on tokens per minute.")
            case 498: ("capacity_exceeded", "capacity", "The flex tier is at capacity.")
            case 503: (nil, "service_unavailable", "The service is unavailable. Please try again.")
            case 500...: (nil, "internal_server_error", "Internal Server Error")
            default: (nil, "invalid_request_error", "The request was refused.")
            }
        var error: [String: JSONValue] = ["message": .text(words + quote), "type": .text(type)]
        error["code"] = code.map { .text($0) }
        return ["error": .object(error)]
    }

    // MARK: Gemini

    /// Gemini says when to come back in the body. A wrong key is a 400.
    static func gemini(_ status: Int, retryAfterSeconds: Int? = nil, quote: String = "") -> JSONValue {
        let (name, words) = geminiWords(status)
        var details: [JSONValue] = []
        if status == 400 { details.append(detail("ErrorInfo", ["reason": "API_KEY_INVALID", "domain": "googleapis.com"])) }
        if status == 429 {
            details.append(detail("QuotaFailure", ["violations": [["quotaId": "GenerateRequestsPerMinutePerProjectPerModel"]]]))
        }
        if let retryAfterSeconds { details.append(detail("RetryInfo", ["retryDelay": .text("\(retryAfterSeconds)s")])) }
        var error: [String: JSONValue] = ["code": .integer(status), "message": .text(words + quote), "status": .text(name)]
        if !details.isEmpty { error["details"] = .list(details) }
        return ["error": .object(error)]
    }

    private static func detail(_ type: String, _ fields: [String: JSONValue]) -> JSONValue {
        .object(fields.merging(["@type": .text("type.googleapis.com/google.rpc.\(type)")]) { $1 })
    }

    private static func geminiWords(_ status: Int) -> (name: String, words: String) {
        switch status {
        case 400: ("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
        case 401: ("UNAUTHENTICATED", "Request had invalid authentication credentials.")
        case 403: ("PERMISSION_DENIED", "The caller does not have permission.")
        case 404: ("NOT_FOUND", "The model is not found for this version, or is not supported for generateContent.")
        case 429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota.")
        case 503: ("UNAVAILABLE", "The model is overloaded. Please try again later.")
        case 504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")
        case 500...: ("INTERNAL", "An internal error has occurred.")
        default: ("FAILED_PRECONDITION", "Billing is not enabled for this project.")
        }
    }

    // MARK: Tavily

    private static func tavily(_ status: Int, _ quote: String) -> JSONValue {
        let words =
            switch status {
            case 401: "Unauthorized: missing or invalid API key."
            case 429: "Your request has been blocked due to excessive requests. Please reduce rate of requests."
            case 432: "This request exceeds your plan's set usage limit. Please upgrade your plan."
            case 433: "This request exceeds the pay-as-you-go limit."
            case 500...: "Internal Server Error"
            default: "The request was refused."
            }
        return ["detail": ["error": .text(words + quote)]]
    }

    // MARK: Cartesia

    private static func cartesia(_ status: HTTPResponseStatus, _ headers: [(String, String)], isPlain: Bool, _ quote: String)
        -> HTTPAnswer
    {
        let headers = headers + [("x-request-id", requestID)]
        var error = cartesia(Int(status.code))
        error.message += quote
        guard isPlain else { return .json(status, .object(error.fields(requestID: requestID)), headers: headers) }
        return HTTPAnswer(
            status: status, headers: headers + [("content-type", "text/plain")], body: "\(error.title): \(error.message)")
    }

    static func cartesia(_ status: Int) -> CartesiaError {
        let (code, title, words): (String?, String, String) =
            switch status {
            case 401: (nil, "Unauthorized", "the API key is not valid")
            case 402: (nil, "Payment required", "the account has no credits left")
            case 403: (nil, "Forbidden", "the API key may not use this model")
            case 404: ("model_not_found", "Model not found", "the model does not exist")
            case 429: ("concurrency_limited", "Too many requests", "the plan's concurrency limit is reached")
            case 503: (nil, "Service unavailable", "the service is overloaded")
            case 500...: (nil, "Internal server error", "an internal error has occurred")
            default: (nil, "Invalid request", "the request was refused")
            }
        return CartesiaError(status: status, code: code, title: title, message: words)
    }

    private static func isBeforeFields(_ head: HTTPRequestHead) -> Bool {
        guard let version = head.headers.first(name: "cartesia-version") else { return false }
        return version < CartesiaError.structuredSince
    }
}
