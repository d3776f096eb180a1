import NIOCore

/// One socket to Cartesia: contexts, side by side, and the rules about them.
final class CartesiaConnection: WebSocketService {
    private static let rememberedContexts = 4096

    private let version: String
    private let options: RehearsalOptions
    private let voices: VoiceQueue
    private let log: ConnectionLog
    private var peer: WebSocketPeer?
    private var contexts: [String: SpokenContext] = [:]
    private var closedContexts: Set<String> = []
    private var lastActivity = monotonicNanoseconds()
    private var idleTimer: Scheduled<Void>?
    private var requests = 0

    init(version: String, options: RehearsalOptions, voices: VoiceQueue, log: ConnectionLog) {
        self.version = version
        self.options = options
        self.voices = voices
        self.log = log
    }

    func opened(_ peer: WebSocketPeer) {
        self.peer = peer
        watch(milliseconds: options.limits.speechIdleMilliseconds)
    }

    func closed() {
        idleTimer?.cancel()
        for context in contexts.values { context.abandon() }
        contexts = [:]
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
            log.complain("\(error.status) \(error.title): \(error.message)", context: context)
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
        guard !closedContexts.contains(id) else { throw CartesiaError(message: "context \(id) is closed") }
        if let context = contexts[id] {
            guard !context.isLast else { throw CartesiaError(message: "context \(id) got continue:false before") }
            guard context.constants == request.constants else {
                throw CartesiaError(message: "context \(id): a field other than the transcript has changed")
            }
            return context
        }
        guard let peer, contexts.count < options.limits.contexts else {
            throw CartesiaError(
                status: 429, code: "concurrency_limited", title: "Too many contexts",
                message: "more than \(options.limits.contexts) contexts at once")
        }
        let context = SpokenContext(request, options: options, voices: voices, peer: peer, log: log) { [weak self] in
            self?.close(id)
        }
        contexts[id] = context
        return context
    }

    private func cancel(_ id: String) {
        log.add(.cancelReceived, context: id)
        contexts[id]?.cancel()
    }

    private func fail(_ error: CartesiaError, context: String?) {
        log.add(.speechRefused, context: context, text: error.message)
        if let context {
            contexts[context]?.abandon()
            close(context)
        }
        peer?.send(
            error.event(version: version, context: context, requestID: Identifier.uuid(seed: "\(log.connection) \(requests)")))
    }

    private func close(_ id: String) {
        contexts[id] = nil
        if closedContexts.count >= Self.rememberedContexts { closedContexts.removeAll() }
        closedContexts.insert(id)
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

/// What Cartesia takes without a word and nobody wants to hear.
enum SpeechLint {
    static func complaints(_ request: SpeechRequest, after earlier: String) -> [String] {
        var found = request.unknownFields.map { "the field '\($0)' is unknown" }
        let text = request.transcript
        if text.isEmpty, request.isContinued, !request.isFlush {
            found.append("an empty transcript that neither ends nor flushes")
        }
        for mark in ["**", "`", "http://", "https://", "# "] where text.contains(mark) {
            found.append("the transcript has '\(mark)' in it, which is read aloud")
        }
        if let last = earlier.last, let first = text.first, !last.isWhitespace, !first.isWhitespace, !first.isPunctuation {
            found.append("transcripts are joined verbatim: '\(last)' meets '\(first)' without a space")
        }
        return found
    }
}
