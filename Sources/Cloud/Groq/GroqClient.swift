import Conversation
import Failures

/// All answers of one model, and the warmth of the connection that they share. Network thread only.
final class GroqClient {
    private let loop: CurlLoop
    private let settings: GroqSettings
    private var answers: [ObjectIdentifier: GroqAnswer] = [:]
    private var lastUsed: Int64 = .min
    private var warming: HTTPExchange?

    /// Servers and middleboxes drop idle connections after a minute or so; a press within this time needs no new request.
    private static let warmNanoseconds: Int64 = 20_000_000_000
    /// A warming request that takes longer has met a dead connection.
    private static let deadNanoseconds: Int64 = 1_500_000_000

    init(loop: CurlLoop, settings: GroqSettings) {
        self.loop = loop
        self.settings = settings
    }

    func answer(_ request: ModelRequest, into queue: EventQueue<ModelEvent>) {
        do throws(Failure) {
            let key = ObjectIdentifier(queue)
            let answer = GroqAnswer(loop: loop, settings: settings, request: try post(request), queue: queue) { [weak self] in
                self?.ended(key)
            }
            answers[key] = answer
            lastUsed = loop.now
            answer.begin()
        } catch {
            queue.finish(throwing: error)
        }
    }

    func cancel(_ queue: ObjectIdentifier) { answers[queue]?.cancel() }
    func resume(_ queue: ObjectIdentifier) { answers[queue]?.resume() }

    private func ended(_ key: ObjectIdentifier) {
        lastUsed = loop.now
        // Not under the feet of the answer, which is just ending.
        loop.later { self.answers[key] = nil }
    }

    /// A cheap real request: HTTP/2 connections cannot be opened without one.
    func warm() {
        guard settings.apiKey != nil, warming == nil, answers.isEmpty, lastUsed < loop.now - Self.warmNanoseconds else { return }
        guard let address = try? ProviderAddress(parsing: settings.url), let key = settings.apiKey else { return }
        lastUsed = loop.now
        let request = HTTPRequest(address, path: "/openai/v1/models", headers: ["Authorization: Bearer \(key)"])
        let exchange = HTTPExchange(request, on: loop) { [weak self] event in
            if case .ended = event { self?.warming = nil }
        }
        warming = exchange
        exchange.start()
    }

    private func post(_ request: ModelRequest) throws(Failure) -> HTTPRequest {
        guard let key = settings.apiKey else { throw Failure(.groq, .keyMissing, "no key for Groq") }
        let address = try ProviderAddress(parsing: settings.url)
        let content = try GroqRequest(request, settings: settings)
        guard let body = try? content.body() else { throw Failure(.groq, .badRequest, "the request cannot be written as JSON") }
        var post = HTTPRequest(
            address, path: "/openai/v1/chat/completions",
            headers: ["Authorization: Bearer \(key)", "Content-Type: application/json", "Accept: text/event-stream"], body: body)
        post.usesFreshConnection = warming != nil && loop.now - lastUsed > Self.deadNanoseconds
        // The deadline of the first token is the answer's own; this one only must not come before it.
        post.answerMilliseconds = settings.firstTokenDeadlineMilliseconds + 1_000
        return post
    }
}
