import Failures

/// What Groq's refusals and in-band errors mean.
enum GroqFailures {
    static func refusal(_ head: HTTPHead, _ body: [UInt8], key: String?) -> AnswerFault {
        let error = GroqError(body: body)
        let words = error?.message ?? String(decoding: body.prefix(300), as: UTF8.self)
        let kind = kind(status: head.status, error)
        let failure = Failure(
            .groq, kind, journalLine("HTTP \(head.status)\(named(error)): \(words)", hiding: key),
            retry: kind == .rateLimited ? Failure.Retry(retryAfter: head["retry-after"]) : nil)
        return AnswerFault(failure: failure, remedy: remedy(error))
    }

    /// An error inside an answer that began well.
    static func inBand(_ error: GroqError, key: String?) -> AnswerFault {
        let detail = journalLine("in the answer\(named(error)): \(error.message ?? "an error")", hiding: key)
        return AnswerFault(failure: Failure(.groq, kind(of: error) ?? .serverError, detail), remedy: remedy(error))
    }

    /// The model wrote a tool call that did not parse: it can still speak.
    private static func remedy(_ error: GroqError?) -> AnswerFault.Remedy {
        error?.code == "tool_use_failed" || error?.type == "tool_use_failed" ? .withoutTools : .asUsual
    }

    private static func named(_ error: GroqError?) -> String { (error?.code ?? error?.type).map { " \($0)" } ?? "" }

    private static func kind(status: Int, _ error: GroqError?) -> Failure.Kind {
        if status == 404 { return error?.code == "model_not_found" || error == nil ? .modelGone : kind(of: error) ?? .modelGone }
        return kind(of: error) ?? Failure.Kind(status: status)
    }

    private static func kind(of error: GroqError?) -> Failure.Kind? {
        switch error?.code {
        case "model_not_found", "model_decommissioned", "model_not_active": .modelGone
        case "invalid_api_key": .keyRefused
        case "rate_limit_exceeded": .rateLimited
        case "capacity_exceeded": .overloaded
        case "tool_use_failed": .malformedAnswer
        default: nil
        }
    }
}
