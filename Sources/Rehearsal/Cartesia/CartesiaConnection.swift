import NIOCore

/// One socket to Cartesia: contexts, side by side, and the rules about them.
final class CartesiaConnection: WebSocketService {
    private let version: String
    private let options: RehearsalOptions
    private let voices: VoiceQueue
    private let seats: Seats
    private let sockets: Seats
    private let log: ConnectionLog
    private var peer: WebSocketPeer?
    private var contexts: [String: SpokenContext] = [:]
    private var endings = ContextEndings()
    private var lastActivity = monotonicNanoseconds()
    private var idleTimer: Scheduled<Void>?
    private var requests = 0

    /// - Parameters:
    ///   - contexts: seats for contexts of all sockets.
    ///   - sockets: seats for sockets.
    init(
        version: String, options: RehearsalOptions, voices: VoiceQueue, contexts: Seats, sockets: Seats, log: ConnectionLog
    ) {
        self.version = version
        self.options = options
        self.voices = voices
        seats = contexts
        self.sockets = sockets
        self.log = log
    }

    func opened(_ peer: WebSocketPeer) {
        self.peer = peer
        sockets.take()
        watch(milliseconds: options.limits.speechIdleMilliseconds)
    }

    func closed() {
        idleTimer?.cancel()
        for context in contexts.values {
            context.abandon()
            seats.leave()
        }
        contexts = [:]
        if peer != nil { sockets.leave() }
        peer = nil
    }

    func received(binary: ByteBuffer) {
        log.complain("a binary frame: messages are text")
        fail(CartesiaError(message: "messages are text"), context: nil)
    }

    func received(text: String) {
        lastActivity = monotonicNanoseconds()
        requests += 1
        let context = JSONValue(parsing: text.utf8)?["context_id"]?.string
        do throws(CartesiaError) {
            switch try SpeechRequestRules(version: version).read(text) {
            case .cancel(let context): cancel(context)
            case .speak(let request): try speak(request)
            }
        } catch {
            if error.isClientsFault { log.complain("\(error.status) \(error.title): \(error.message)", context: context) }
            fail(error, context: context)
        }
    }

    private func speak(_ request: SpeechRequest) throws(CartesiaError) {
        log.add(.speechTextReceived, context: request.context, text: request.transcript)
        for complaint in SpeechLint.complaints(request, after: contexts[request.context]?.text ?? "") {
            log.complain(complaint, context: request.context)
        }
        try context(for: request).speak(request)
    }

    private func context(for request: SpeechRequest) throws(CartesiaError) -> SpokenContext {
        let id = request.context
        if let ending = endings[id] {
            throw ending.error(id, isKnown: ending.isKnown(saidWhenExpired: options.quirks.saysDoneOfExpired))
        }
        guard let context = contexts[id] else { return try begin(request) }
        if let cause = context.closing { throw ContextEnding(cause: cause).error(id, isKnown: true) }
        guard context.constants == request.constants else {
            throw CartesiaError(message: "context \(id): a field other than the transcript has changed")
        }
        return context
    }

    private func begin(_ request: SpeechRequest) throws(CartesiaError) -> SpokenContext {
        guard let peer, !seats.isFull else { throw .tooMany("more than \(options.limits.contexts) contexts at once") }
        let id = request.context
        let context = SpokenContext(request, options: options, voices: voices, peer: peer, log: log) { [weak self] outcome in
            switch outcome {
            case .over(let cause): self?.close(id, cause)
            case .failed(let error): self?.fail(error, context: id)
            }
        }
        seats.take()
        contexts[id] = context
        return context
    }

    private func cancel(_ id: String) {
        log.add(.cancelReceived, context: id)
        if let context = contexts[id] { return context.cancel() }
        guard let ending = endings[id] else { return log.complain("a cancel of a context that never was", context: id) }
        guard ending.isKnown(saidWhenExpired: options.quirks.saysDoneOfExpired) else { return }
        log.complain("a cancel of a context that is over", context: id)
    }

    private func fail(_ error: CartesiaError, context: String?) {
        log.add(.speechRefused, context: context, text: error.message)
        if let context, let broken = contexts[context] {
            broken.abandon()
            close(context, .failed)
        }
        peer?.send(
            error.event(version: version, context: context, requestID: Identifier.uuid(seed: "\(log.connection) \(requests)")))
    }

    private func close(_ id: String, _ cause: ContextEnding.Cause) {
        if contexts.removeValue(forKey: id) != nil { seats.leave() }
        endings.note(id, cause)
        lastActivity = monotonicNanoseconds()
    }

    // MARK: Idleness

    private func watch(milliseconds: Int) {
        idleTimer = peer?.after(milliseconds: milliseconds) { [weak self] in self?.lookAtIdleness() }
    }

    private func lookAtIdleness() {
        let bound = options.limits.speechIdleMilliseconds
        let idle = contexts.isEmpty ? Int((monotonicNanoseconds() - lastActivity) / 1_000_000) : 0
        guard idle < bound else { return peer?.close(.normalClosure, "connection idle timeout") ?? () }
        watch(milliseconds: bound - idle)
    }
}
