import Conversation
import Failures

/// One answer: the request, its streamed reply, and another try while nothing was spoken yet. Network thread only.
final class ModelAnswer {
    private let loop: CurlLoop
    private let wire: any ModelWire
    private let queue: EventQueue<ModelEvent>
    private let onEnd: () -> Void
    private var request: ModelRequest
    private var needsFreshConnection: Bool

    private var attempt: Attempt
    private var exchange: HTTPExchange?
    private var attempts = 0
    private var hasMoved = false
    private var usage: ModelUsage?
    private var requestID: String?
    private var isRequestedTold = false
    /// From now on another try would say things twice.
    private var hasSpoken = false
    private var isOver = false
    private var mustBeginBy: Int64 = 0
    private var deadline: LoopTimer?
    private var quiet: LoopTimer?
    private var retry: LoopTimer?

    /// What begins anew with every try.
    private struct Attempt {
        var reader: any AnswerReader
        var sent: HTTPRequest?
        var head: HTTPHead?
        var refusalBody: [UInt8] = []
        var sse = ServerSentEvents(limitBytes: ModelAnswer.eventBoundBytes)
        var calls: [ToolCall] = []
        var finish: AnswerPiece.Finish?
        /// It failed: nothing more of it counts.
        var isOver = false
    }

    private static let attemptBound = 2
    private static let eventBoundBytes = 256 * 1024
    private static let refusalBoundBytes = 16_384
    /// A wait that a turn can bear.
    private static let bearableMilliseconds = 1_500
    /// What follows a finish is usage, and not worth waiting for.
    private static let quietMilliseconds = 150
    /// Longest gap within an answer; nobody listens to a longer silence.
    private static let silenceMilliseconds = 5_000
    private static let highWaterBytes = 64 * 1024
    static let lowWaterBytes = 16 * 1024

    init(
        loop: CurlLoop, wire: any ModelWire, request: ModelRequest, queue: EventQueue<ModelEvent>,
        needsFreshConnection: Bool, onEnd: @escaping () -> Void
    ) {
        self.loop = loop
        self.wire = wire
        self.request = request
        self.queue = queue
        self.needsFreshConnection = needsFreshConnection
        self.onEnd = onEnd
        attempt = Attempt(reader: wire.reader())
    }

    func begin() {
        mustBeginBy = loop.now + Int64(wire.firstTokenDeadlineMilliseconds) * 1_000_000
        tryOnce()
    }

    func cancel() { end() }
    func resume() { exchange?.resume() }

    private func tryOnce() {
        guard !isOver else { return }
        do throws(Failure) {
            let post = try post()
            attempts += 1
            attempt = Attempt(reader: wire.reader(), sent: post)
            awaitBeginning()
            let exchange = HTTPExchange(post, on: loop) { [weak self] in self?.take($0) }
            self.exchange = exchange
            exchange.start()
        } catch {
            fail(error)
        }
    }

    private func post() throws(Failure) -> HTTPRequest {
        var post = try wire.post(request)
        post.usesFreshConnection = needsFreshConnection
        // The deadline of the first word is the answer's own; these only must not come before it.
        post.answerMilliseconds = wire.firstTokenDeadlineMilliseconds + 1_000
        post.silenceMilliseconds = max(Self.silenceMilliseconds, wire.firstTokenDeadlineMilliseconds + 1_000)
        return post
    }

    private func awaitBeginning() {
        deadline?.cancel()
        let limit = wire.firstTokenDeadlineMilliseconds
        deadline = loop.after(milliseconds: Int(max(0, mustBeginBy - loop.now) / 1_000_000)) { [weak self] in
            guard let self else { return }
            self.fail(Failure(self.wire.provider, .timedOut, "no word within \(limit) ms"))
        }
    }

    // MARK: The exchange

    private func take(_ event: HTTPEvent) {
        switch event {
        case .sent:
            if !isRequestedTold { queue.push(.requested, weight: 0) }
            isRequestedTold = true
        case .head(let head):
            attempt.head = head
            requestID = head["x-request-id"] ?? requestID
        case .body(let bytes): attempt.head?.status == 200 ? read(bytes) : keepRefusal(bytes)
        case .ended(let fault): ended(fault)
        }
    }

    private func keepRefusal(_ bytes: [UInt8]) {
        attempt.refusalBody += bytes.prefix(max(0, Self.refusalBoundBytes - attempt.refusalBody.count))
    }

    private func ended(_ fault: TransportFault?) {
        exchange = nil
        guard let head = attempt.head, let sent = attempt.sent else {
            let fault = fault ?? TransportFault(.connectionLost, "no answer")
            return failOrRetry(AnswerFault(failure: fault.failure(wire.provider)))
        }
        guard head.status == 200 else { return failOrRetry(wire.refusal(of: sent, head, attempt.refusalBody)) }
        if fault == nil { readEnd() }
        guard isReading else { return }
        if attempt.finish != nil { return complete() }
        let words = "the answer broke off unfinished" + (fault.map { ": \($0.detail)" } ?? "")
        let kind = fault?.kind == .timedOut ? Failure.Kind.timedOut : .truncatedAnswer
        failOrRetry(AnswerFault(failure: Failure(wire.provider, kind, words)))
    }

    // MARK: The answer

    private var isReading: Bool { !isOver && !attempt.isOver }

    private func read(_ bytes: [UInt8]) {
        do throws(AnswerFault) {
            for event in try events(in: bytes) where isReading { take(try attempt.reader.read(event)) }
            try readStrayLines()
        } catch {
            failOrRetry(error)
        }
    }

    private func readStrayLines() throws(AnswerFault) {
        guard isReading, attempt.sse.hasStrayValue else { return }
        if let fault = wire.inBandFault(attempt.sse.strayLines) { throw fault }
    }

    private func events(in bytes: [UInt8]) throws(AnswerFault) -> [ServerSentEvent] {
        do throws(ServerSentEvents.TooLong) {
            return try attempt.sse.feed(bytes)
        } catch {
            throw AnswerFault(failure: Failure(wire.provider, .tooLarge, "an event above \(error.limitBytes) bytes"))
        }
    }

    /// What nothing but the end of the body ended; half an event is none.
    private func readEnd() {
        if let event = attempt.sse.end(), let piece = try? attempt.reader.read(event) { take(piece) }
        do throws(AnswerFault) { try readStrayLines() } catch { failOrRetry(error) }
    }

    private func take(_ piece: AnswerPiece) {
        requestID = piece.requestID ?? requestID
        usage = piece.usage ?? usage
        attempt.calls += piece.calls
        if piece.hasBegun || !piece.text.isEmpty || !piece.calls.isEmpty { deadline?.cancel() }
        speak(piece.text)
        attempt.finish = piece.finish ?? attempt.finish
        if piece.isLast { return complete() }
        guard attempt.finish != nil else { return }
        quiet?.cancel()
        quiet = loop.after(milliseconds: Self.quietMilliseconds) { [weak self] in self?.complete() }
    }

    private func speak(_ text: String) {
        guard !text.isEmpty else { return }
        hasSpoken = true
        if queue.push(.text(text), weight: text.utf8.count) > Self.highWaterBytes { exchange?.pause() }
    }

    // MARK: The end

    private func complete() {
        guard isReading else { return }
        let rest = attempt.reader.conclude()
        speak(rest.text)
        let calls = attempt.calls + rest.calls
        let finish = attempt.finish ?? rest.finish ?? AnswerPiece.Finish(kind: .complete, word: "none")
        guard hasSpoken || !calls.isEmpty else { return failOrRetry(wordless(finish)) }
        for call in calls { queue.push(.toolCall(call), weight: 0) }
        queue.push(.finished(finish.kind == .complete && !calls.isEmpty ? .toolCalls : finish.kind, usage), weight: 0)
        // The exchange runs to its end by itself, so that its connection can be used again.
        exchange?.resume()
        exchange = nil
        end()
    }

    private func wordless(_ finish: AnswerPiece.Finish) -> AnswerFault {
        let detail = "an answer without a word (\(finish.word))"
        let kind: Failure.Kind =
            switch finish.kind {
            case .filtered: .badRequest
            case .lengthLimit: .truncatedAnswer
            case .complete, .toolCalls: .malformedAnswer
            }
        return AnswerFault(failure: Failure(wire.provider, kind, detail, retry: kind == .malformedAnswer ? nil : .never))
    }

    private func failOrRetry(_ fault: AnswerFault) {
        guard isReading else { return }
        guard !hasSpoken, let wait = wait(before: fault), loop.now + Int64(wait) * 1_000_000 < mustBeginBy else {
            return fail(fault.failure)
        }
        prepare(fault.remedy)
        attempt.isOver = true
        exchange?.cancel()
        exchange = nil
        quiet?.cancel()
        retry = loop.after(milliseconds: wait) { [weak self] in self?.tryOnce() }
    }

    /// Milliseconds until another try; nil when it cannot help, or would take too long for a turn.
    private func wait(before fault: AnswerFault) -> Int? {
        if fault.remedy == .otherPath { return hasMoved ? nil : 0 }
        guard attempts < Self.attemptBound else { return nil }
        switch (fault.remedy, fault.failure.kind, fault.failure.retry) {
        case (.withoutTools, _, _), (.withoutSignatures, _, _): return 0
        case (.again, _, _): return Int.random(in: 100...300)
        case (_, _, .never), (_, .timedOut, _): return nil
        case (_, _, .after(let milliseconds)): return milliseconds <= Self.bearableMilliseconds ? milliseconds : nil
        case (_, .rateLimited, _): return nil
        default: return Int.random(in: 100...300)
        }
    }

    private func prepare(_ remedy: AnswerFault.Remedy) {
        switch remedy {
        // A connection that has just brought a whole refusal is as good as a new one.
        case .asUsual, .again: needsFreshConnection = attempt.head.map { $0.status == 200 } ?? true
        case .withoutTools: request.tools = []
        case .withoutSignatures: request.messages = request.messages.map(\.withoutSignatures)
        case .otherPath:
            hasMoved = true
            attempts -= 1
        }
    }

    private func fail(_ failure: Failure) {
        guard !isOver else { return }
        var failure = failure
        failure.requestID = failure.requestID ?? requestID
        queue.finish(throwing: failure)
        end()
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        for timer in [deadline, quiet, retry] { timer?.cancel() }
        exchange?.cancel()
        exchange = nil
        queue.finish()
        onEnd()
    }
}

extension ChatMessage {
    fileprivate var withoutSignatures: ChatMessage {
        guard case .toolCalls(var calls) = self else { return self }
        for index in calls.indices {
            calls[index].signature = nil
            calls[index].provider = nil
        }
        return .toolCalls(calls)
    }
}
