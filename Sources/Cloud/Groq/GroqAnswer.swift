import Conversation
import Failures

/// One answer: the request, its streamed reply, and a second try while nothing was spoken yet. Network thread only.
final class GroqAnswer {
    private let loop: CurlLoop
    private let settings: GroqSettings
    private var request: HTTPRequest
    private let queue: EventQueue<ModelEvent>
    private let onEnd: () -> Void

    private var exchange: HTTPExchange?
    private var head: HTTPHead?
    private var refusalBody: [UInt8] = []
    private var sse = ServerSentEvents(limitBytes: 256 * 1024)
    private var filter = ThinkFilter()
    private var toolCalls = GroqToolCalls()
    private var finish: ModelFinish?
    private var usage: ModelUsage?
    private var requestID: String?
    private var attempts = 0
    private var isRequestedTold = false
    /// From now on another try would say things twice.
    private var hasSpoken = false
    private var isOver = false
    private var deadline: LoopTimer?
    private var retry: LoopTimer?

    private static let attemptBound = 2
    /// A wait that a turn can bear.
    private static let bearableMilliseconds = 1_500
    /// What follows a `finish_reason` is usage, and not worth waiting for.
    private static let usageMilliseconds = 150
    private static let highWaterBytes = 64 * 1024
    static let lowWaterBytes = 16 * 1024

    init(
        loop: CurlLoop, settings: GroqSettings, request: HTTPRequest, queue: EventQueue<ModelEvent>,
        onEnd: @escaping () -> Void
    ) {
        self.loop = loop
        self.settings = settings
        self.request = request
        self.queue = queue
        self.onEnd = onEnd
    }

    func begin() {
        let limit = settings.firstTokenDeadlineMilliseconds
        deadline = loop.after(milliseconds: limit) { [weak self] in
            guard let self else { return }
            self.fail(Failure(.groq, .timedOut, "no word within \(limit) ms", requestID: self.requestID))
        }
        attempt()
    }

    func cancel() { end() }
    func resume() { exchange?.resume() }

    private func attempt() {
        guard !isOver else { return }
        attempts += 1
        if attempts > 1 { request.usesFreshConnection = true }
        head = nil
        refusalBody = []
        sse = ServerSentEvents(limitBytes: 256 * 1024)
        filter = ThinkFilter()
        toolCalls = GroqToolCalls()
        let exchange = HTTPExchange(request, on: loop) { [weak self] in self?.take($0) }
        self.exchange = exchange
        exchange.start()
    }

    // MARK: The exchange

    private func take(_ event: HTTPEvent) {
        switch event {
        case .sent:
            if !isRequestedTold { queue.push(.requested, weight: 0) }
            isRequestedTold = true
        case .head(let head):
            self.head = head
            requestID = head["x-request-id"] ?? requestID
        case .body(let bytes): head?.status == 200 ? read(bytes) : keepRefusal(bytes)
        case .ended(let fault): ended(fault)
        }
    }

    private func keepRefusal(_ bytes: [UInt8]) { refusalBody += bytes.prefix(max(0, 16_384 - refusalBody.count)) }

    private func ended(_ fault: TransportFault?) {
        exchange = nil
        if finish != nil { return complete() }
        guard let head else { return failOrRetry((fault ?? TransportFault(.connectionLost, "no answer")).failure(.groq)) }
        if head.status != 200 { return refused(head) }
        let words = "the answer broke off without a finish_reason" + (fault.map { ": \($0.detail)" } ?? "")
        let kind = fault?.kind == .timedOut ? Failure.Kind.timedOut : .truncatedAnswer
        failOrRetry(Failure(.groq, kind, words, requestID: requestID))
    }

    private func refused(_ head: HTTPHead) {
        let failure = GroqFailures.refusal(head, refusalBody, requestID: requestID, key: settings.apiKey)
        failOrRetry(failure, mayHelp: GroqFailures.isToolMishap(GroqError(body: refusalBody)) || failure.retry != .never)
    }

    // MARK: The answer

    private func read(_ bytes: [UInt8]) {
        do {
            for event in try sse.feed(bytes) where !isOver {
                if event.data.elementsEqual("[DONE]".utf8) { return finish == nil ? endEarly() : complete() }
                take(try GroqChunk(event.data), isError: event.name == "error")
            }
        } catch let tooLong as ServerSentEvents.TooLong {
            fail(Failure(.groq, .tooLarge, "an event above \(tooLong.limitBytes) bytes", requestID: requestID))
        } catch {
            failOrRetry(Failure(.groq, .malformedAnswer, "an event that is not the JSON of a chunk", requestID: requestID))
        }
    }

    private func take(_ chunk: GroqChunk, isError: Bool) {
        requestID = chunk.groq?.id ?? requestID
        if let error = chunk.error { return failOrRetry(GroqFailures.inBand(error, requestID: requestID, key: settings.apiKey)) }
        if isError { return failOrRetry(Failure(.groq, .serverError, "an error event without words", requestID: requestID)) }
        if let words = chunk.groq?.error {
            let detail = journalLine("stopped early: \(words)", hiding: settings.apiKey)
            return failOrRetry(Failure(.groq, .truncatedAnswer, detail, requestID: requestID))
        }
        usage = (chunk.groq?.usage ?? chunk.usage)?.modelUsage ?? usage
        if let choice = chunk.choices?.first { take(choice) }
        if finish != nil, usage != nil { complete() }
    }

    private func take(_ choice: GroqChunk.Choice) {
        for piece in choice.delta?.toolCalls ?? [] {
            toolCalls.add(piece)
            deadline?.cancel()
        }
        speak(filter.feed(choice.delta?.content ?? ""))
        guard finish == nil, let reason = choice.finishReason else { return }
        finish = Self.finish(reason, hasToolCalls: !toolCalls.isEmpty)
        deadline?.cancel()
        deadline = loop.after(milliseconds: Self.usageMilliseconds) { [weak self] in self?.complete() }
    }

    private static func finish(_ reason: String, hasToolCalls: Bool) -> ModelFinish {
        switch reason {
        case "length": .lengthLimit
        case "content_filter": .filtered
        default: hasToolCalls ? .toolCalls : .complete
        }
    }

    private func speak(_ text: String) {
        guard !text.isEmpty else { return }
        hasSpoken = true
        deadline?.cancel()
        if queue.push(.text(text), weight: text.utf8.count) > Self.highWaterBytes { exchange?.pause() }
    }

    // MARK: The end

    /// `[DONE]` without a reason: what there is counts, if there is anything.
    private func endEarly() {
        guard hasSpoken || !toolCalls.isEmpty else {
            return failOrRetry(Failure(.groq, .truncatedAnswer, "an answer without a word", requestID: requestID))
        }
        finish = toolCalls.isEmpty ? .complete : .toolCalls
        complete()
    }

    private func complete() {
        guard !isOver, let finish else { return }
        speak(filter.finish())
        for call in toolCalls.whole { queue.push(.toolCall(call), weight: 0) }
        queue.push(.finished(finish, usage), weight: 0)
        // The exchange runs to its end by itself, so that its connection can be used again.
        exchange?.resume()
        exchange = nil
        end()
    }

    private func failOrRetry(_ failure: Failure, mayHelp: Bool? = nil) {
        guard !isOver else { return }
        let wait = bearableWait(failure)
        guard !hasSpoken, attempts < Self.attemptBound, mayHelp ?? (failure.retry != .never), let wait else {
            return fail(failure)
        }
        exchange?.cancel()
        exchange = nil
        retry = loop.after(milliseconds: wait) { [weak self] in self?.attempt() }
    }

    /// Nil when trying again would take too long for a turn.
    private func bearableWait(_ failure: Failure) -> Int? {
        switch (failure.kind, failure.retry) {
        case (.timedOut, _): nil
        case (_, .after(let milliseconds)): milliseconds <= Self.bearableMilliseconds ? milliseconds : nil
        case (.rateLimited, _): nil
        default: Int.random(in: 100...300)
        }
    }

    private func fail(_ failure: Failure) {
        guard !isOver else { return }
        queue.finish(throwing: failure)
        end()
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        deadline?.cancel()
        retry?.cancel()
        exchange?.cancel()
        exchange = nil
        queue.finish()
        onEnd()
    }
}
