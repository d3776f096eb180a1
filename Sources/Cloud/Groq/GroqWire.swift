import Conversation
import Failures

/// How Groq is asked.
struct GroqWire: ModelWire {
    let settings: GroqSettings

    var provider: Failure.Subject { .groq }
    var apiKey: String? { settings.apiKey }
    var firstTokenDeadlineMilliseconds: Int { settings.firstTokenDeadlineMilliseconds }
    /// Servers and middleboxes drop idle connections after a minute or so.
    var warmMilliseconds: Int { 20_000 }

    func post(_ request: ModelRequest) throws(Failure) -> HTTPRequest {
        let key = try key()
        let address = try ProviderAddress(parsing: settings.url)
        let content = try GroqRequest(request, settings: settings)
        guard let body = try? content.body() else { throw Failure(.groq, .badRequest, "the request cannot be written as JSON") }
        return HTTPRequest(
            address, path: "/openai/v1/chat/completions",
            headers: ["Authorization: Bearer \(key)", "Content-Type: application/json", "Accept: text/event-stream"], body: body)
    }

    func reader() -> any AnswerReader { GroqReader(apiKey: settings.apiKey) }

    func refusal(of sent: HTTPRequest, _ head: HTTPHead, _ body: [UInt8]) -> AnswerFault {
        GroqFailures.refusal(head, body, key: settings.apiKey)
    }

    func inBandFault(_ bytes: [UInt8]) -> AnswerFault? {
        guard let error = GroqError(body: bytes), error.message ?? error.code != nil else { return nil }
        return GroqFailures.inBand(error, key: settings.apiKey)
    }

    func warming() -> HTTPRequest? {
        guard let key = settings.apiKey, let address = try? ProviderAddress(parsing: settings.url) else { return nil }
        return HTTPRequest(
            address, path: "/openai/v1/models", headers: ["Authorization: Bearer \(key)", "Accept: application/json"])
    }
}
