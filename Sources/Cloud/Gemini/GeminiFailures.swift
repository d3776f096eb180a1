import Failures

/// What Gemini's refusals and in-band errors mean.
enum GeminiFailures {
    static func refusal(_ head: HTTPHead, _ error: GeminiError?, _ body: [UInt8], key: String?) -> AnswerFault {
        let words = error?.message ?? String(decoding: body.prefix(300), as: UTF8.self)
        return fault(status: head.status, error, "HTTP \(head.status)\(named(error)): \(words)", key)
    }

    /// An error inside an answer that began well.
    static func inBand(_ error: GeminiError, key: String?) -> AnswerFault {
        fault(status: error.code ?? 500, error, "in the answer\(named(error)): \(error.message ?? "an error")", key)
    }

    private static func fault(status: Int, _ error: GeminiError?, _ detail: String, _ key: String?) -> AnswerFault {
        let kind = kind(status: status, error)
        let wait = error?.retryMilliseconds.map { Failure.Retry.after(milliseconds: $0) }
        let failure = Failure(.gemini, kind, journalLine(detail, hiding: key), retry: kind == .rateLimited ? wait : nil)
        return AnswerFault(failure: failure, remedy: remedy(status: status, error))
    }

    private static func remedy(status: Int, _ error: GeminiError?) -> AnswerFault.Remedy {
        let words = error?.message?.lowercased() ?? ""
        let isSignature = words.contains("thought_signature") || words.contains("thought signature")
        if status == 400, isSignature { return .withoutSignatures }
        return status == 504 ? .again : .asUsual
    }

    private static func named(_ error: GeminiError?) -> String { (error?.reason ?? error?.status).map { " \($0)" } ?? "" }

    /// A wrong key is a 400 here, and a region or an account that may not is one too.
    private static func kind(status: Int, _ error: GeminiError?) -> Failure.Kind {
        if error?.reason == "API_KEY_INVALID" { return .keyRefused }
        switch (status, error?.status) {
        case (400, "FAILED_PRECONDITION"):
            return error?.message?.lowercased().contains("billing") == true ? .paymentRequired : .forbidden
        case (499, _): return .connectionLost
        default: return Failure.Kind(status: status)
        }
    }
}
