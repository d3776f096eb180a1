import Conversation
import Failures

/// One search: a request, its answer, and a second try where there is time for one. Network thread only.
final class TavilyLookup {
    private let loop: CurlLoop
    private let settings: TavilySettings
    private let query: WebQuery
    private let found: EventQueue<WebFindings>
    private let onEnd: () -> Void
    private var request: HTTPRequest

    private var exchange: HTTPExchange?
    private var head: HTTPHead?
    private var body: [UInt8] = []
    private var attempts = 0
    private var isOver = false
    private var beganAt: Int64 = 0
    private var deadline: LoopTimer?
    private var retry: LoopTimer?

    private static let attemptBound = 2
    private static let bodyBoundBytes = 1 << 20

    init(
        _ request: HTTPRequest, of query: WebQuery, on loop: CurlLoop, settings: TavilySettings,
        into found: EventQueue<WebFindings>, onEnd: @escaping () -> Void
    ) {
        self.request = request
        self.query = query
        self.loop = loop
        self.settings = settings
        self.found = found
        self.onEnd = onEnd
        // The deadline is the whole search's; these only must not come before it.
        self.request.answerMilliseconds = settings.deadlineMilliseconds + 1_000
        self.request.silenceMilliseconds = settings.deadlineMilliseconds + 1_000
    }

    func begin() {
        beganAt = loop.now
        let limit = settings.deadlineMilliseconds
        deadline = loop.after(milliseconds: limit) { [weak self] in
            self?.end(Failure(.tavily, .timedOut, "nothing found within \(limit) ms"))
        }
        tryOnce()
    }

    func cancel() { end(nil) }

    private func tryOnce() {
        guard !isOver else { return }
        attempts += 1
        (head, body) = (nil, [])
        let exchange = HTTPExchange(request, on: loop) { [weak self] in self?.take($0) }
        self.exchange = exchange
        exchange.start()
    }

    private func take(_ event: HTTPEvent) {
        switch event {
        case .sent: break
        case .head(let head): self.head = head
        case .body(let bytes):
            body += bytes
            guard body.count > Self.bodyBoundBytes else { return }
            end(Failure(.tavily, .tooLarge, "an answer above \(Self.bodyBoundBytes) bytes"))
        case .ended(let fault): ended(fault)
        }
    }

    private func ended(_ fault: TransportFault?) {
        exchange = nil
        if let fault { return failOrRetry(fault.failure(.tavily)) }
        guard let head, head.status == 200 else {
            return failOrRetry(TavilyWire.refusal(head ?? HTTPHead(), body, key: settings.apiKey))
        }
        guard let findings = TavilyWire.findings(body, for: query) else {
            return end(Failure(.tavily, .malformedAnswer, "an answer that is no JSON object"))
        }
        found.push(findings)
        end(nil)
    }

    /// A second try is begun in the first half of the time alone.
    private func failOrRetry(_ failure: Failure) {
        guard !isOver else { return }
        let latest = beganAt + Int64(settings.deadlineMilliseconds) * 500_000
        guard attempts < Self.attemptBound, let wait = Self.wait(before: failure),
            loop.now + Int64(wait) * 1_000_000 <= latest
        else { return end(failure) }
        request.usesFreshConnection = failure.kind == .connectionLost
        retry = loop.after(milliseconds: wait) { [weak self] in self?.tryOnce() }
    }

    /// Nil when the same search would fail again.
    private static func wait(before failure: Failure) -> Int? {
        switch (failure.kind, failure.retry) {
        case (_, .after(let milliseconds)): milliseconds
        case (.rateLimited, _): Int.random(in: 300...600)
        case (.serverError, _), (.overloaded, _), (.connectionLost, _), (.truncatedAnswer, _): Int.random(in: 100...300)
        default: nil
        }
    }

    private func end(_ failure: Failure?) {
        guard !isOver else { return }
        isOver = true
        deadline?.cancel()
        retry?.cancel()
        exchange?.cancel()
        exchange = nil
        found.finish(throwing: failure)
        onEnd()
    }
}
