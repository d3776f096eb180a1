import Synchronization

/// What one organization may ask of Groq: requests a minute and a day, tokens a minute. Of all connections together.
final class GroqPlan: Sendable {
    private struct State {
        var requestsPerMinute: Allowance?
        var requestsPerDay: Allowance?
        var tokensPerMinute: Allowance?
    }

    private let state: Mutex<State>

    init(_ limits: RehearsalOptions.Limits) {
        let now = monotonicNanoseconds()
        func allowance(_ limit: Int?, everySeconds: Int) -> Allowance? {
            limit.map { Allowance($0, everySeconds: everySeconds, nanoseconds: now) }
        }
        state = Mutex(
            State(
                requestsPerMinute: allowance(limits.groqRequestsPerMinute, everySeconds: 60),
                requestsPerDay: allowance(limits.groqRequestsPerDay, everySeconds: 86_400),
                tokensPerMinute: allowance(limits.groqTokensPerMinute, everySeconds: 60)))
    }

    /// Counts a request.
    /// - Parameter tokens: of its question and its answer.
    func use(tokens: Int, of request: GroqChatRequest) throws(GroqRefusal) {
        let refusal = state.withLock { state -> GroqRefusal? in
            Self.refill(&state)
            if let refusal = Self.refusal(state, tokens: tokens, of: request) { return refusal }
            state.requestsPerMinute?.use(1)
            state.requestsPerDay?.use(1)
            state.tokensPerMinute?.use(tokens)
            return nil
        }
        if let refusal { throw refusal }
    }

    private static func refill(_ state: inout State) {
        let now = monotonicNanoseconds()
        state.requestsPerMinute?.refill(now)
        state.requestsPerDay?.refill(now)
        state.tokensPerMinute?.refill(now)
    }

    private static func refusal(_ state: State, tokens: Int, of request: GroqChatRequest) -> GroqRefusal? {
        let model = request.model
        if let limit = state.tokensPerMinute?.limit, tokens > limit { return .tooLarge(tokens, limit: limit, model: model) }
        let rules: [(String, String, Allowance?, Int)] = [
            ("requests per minute (RPM)", "requests", state.requestsPerMinute, 1),
            ("requests per day (RPD)", "requests", state.requestsPerDay, 1),
            ("tokens per minute (TPM)", "tokens", state.tokensPerMinute, tokens),
        ]
        for (name, kind, allowance, asked) in rules {
            guard let allowance, let wait = allowance.secondsUntil(asked) else { continue }
            return .limit(name, kind, allowance, asked: asked, wait: wait, model: model)
        }
        return nil
    }

    /// What stands at every answer: what is left of the day's requests and of the minute's tokens.
    var headers: [(String, String)] {
        state.withLock { state in
            Self.refill(&state)
            return Self.headers("requests", state.requestsPerDay) + Self.headers("tokens", state.tokensPerMinute)
        }
    }

    private static func headers(_ kind: String, _ allowance: Allowance?) -> [(String, String)] {
        guard let allowance else { return [] }
        return [
            ("x-ratelimit-limit-\(kind)", String(allowance.limit)),
            ("x-ratelimit-remaining-\(kind)", String(allowance.remaining)),
            ("x-ratelimit-reset-\(kind)", GroqDuration.text(allowance.secondsUntilFull)),
        ]
    }
}
