/// What all connections to Gemini share: the plan, and the signatures that were given out.
final class GeminiDesk: Sendable {
    let options: RehearsalOptions
    let signatures = SignatureBook()
    private let limit: RequestLimit

    init(_ options: RehearsalOptions) {
        self.options = options
        limit = RequestLimit(perMinute: options.limits.geminiRequestsPerMinute)
    }

    /// Counts a request.
    func use(_ model: GeminiModel) throws(GeminiRefusal) {
        guard let perMinute = limit.perMinute, let wait = limit.secondsToWait() else { return }
        throw .quota(perMinute: perMinute, model: model.id, waitSeconds: wait)
    }
}
