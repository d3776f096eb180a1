import Conversation
import Failures
import FoundationEssentials

/// The one WebSocket that all contexts share: opened ahead, opened again on demand. Network thread only.
final class CartesiaSocket {
    let settings: CartesiaSettings
    private let loop: CurlLoop
    private var connection: WebSocketConnection?
    private var contexts: [ObjectIdentifier: CartesiaContext] = [:]
    private var backOff = BackOff(firstMilliseconds: 200, longestMilliseconds: 1_600)
    private var retry: LoopTimer?
    private var requestID: String?
    /// When the server last said anything.
    private var lastHeardAt: Int64 = 0
    /// Context ids are never used twice, not even by the daemon's next life: a server may remember them.
    private let idPrefix = "linnet-" + String(UInt32.random(in: .min ... .max), radix: 36)
    private var contextCount = 0
    private let encoder = JSONEncoder()
    /// Contexts that were cancelled, and when: what is being generated runs on, and they count against the plan until it ends.
    private var draining: [String: Int64] = [:]

    private static let attemptBound = 3
    /// Longest wait that an answer can bear; who asks for more has refused it.
    private static let bearableMilliseconds = 2_000
    /// No answer needs more contexts at once; plans begin at two.
    private static let contextBound = 2
    private static let drainNanoseconds: Int64 = 1_500_000_000

    init(loop: CurlLoop, settings: CartesiaSettings) {
        self.loop = loop
        self.settings = settings
        encoder.outputFormatting = .withoutEscapingSlashes
    }

    var isOpen: Bool { connection?.isOpen == true }

    func freshContextID() -> String {
        contextCount += 1
        return "\(idPrefix)-\(contextCount)"
    }

    // MARK: From the session

    func warm() {
        guard settings.apiKey != nil else { return }
        connect()
    }

    func open(_ queue: EventQueue<SpeechEvent>, rateHz: Int) {
        let context = CartesiaContext(loop: loop, socket: self, queue: queue, rateHz: rateHz)
        contexts[ObjectIdentifier(queue)] = context
        guard settings.apiKey != nil else { return context.fail(Failure(.cartesia, .keyMissing, "no key for Cartesia")) }
        guard Self.rates.contains(rateHz) else {
            return context.fail(Failure(.cartesia, .unsupported, "no audio at \(rateHz) Hz; it has \(Self.rates)"))
        }
        connect()
    }

    private static let rates = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]

    func speak(_ text: String, isLast: Bool, in queue: ObjectIdentifier) { contexts[queue]?.speak(text, isLast: isLast) }
    func cancel(_ queue: ObjectIdentifier) { contexts[queue]?.cancel() }
    func ended(_ queue: EventQueue<SpeechEvent>) {
        // Not under the feet of the context, which is just ending.
        loop.later { self.contexts[ObjectIdentifier(queue)] = nil }
    }

    /// Whether another context had better wait for a cancelled one to end.
    var isCrowded: Bool {
        draining = draining.filter { loop.now - $0.value < Self.drainNanoseconds }
        guard !draining.isEmpty else { return false }
        return draining.count + contexts.values.reduce(0) { $0 + $1.openSegments } >= Self.contextBound
    }

    func cancelContext(_ id: String) {
        if send(CartesiaCancel(contextID: id)) { draining[id] = loop.now }
    }

    // MARK: The connection

    func connect() {
        guard connection == nil, retry == nil else { return }
        do throws(Failure) {
            let request = WebSocketRequest(
                try ProviderAddress(parsing: settings.url), path: "/tts/websocket",
                headers: ["Authorization: Bearer \(settings.apiKey ?? "")", "Cartesia-Version: \(settings.version)"])
            let connection = WebSocketConnection(request, on: loop) { [weak self] in self?.take($0) }
            self.connection = connection
            connection.open()
        } catch {
            failAll(error)
        }
    }

    @discardableResult
    func send(_ message: some Encodable, whenSent: (() -> Void)? = nil) -> Bool {
        guard let connection, let text = try? encoder.encode(message) else { return false }
        return connection.send(text: Array(text), whenSent: whenSent)
    }

    private func take(_ event: WebSocketEvent) {
        switch event {
        case .opened(let head):
            requestID = head["x-request-id"]
            for context in contexts.values { context.pump() }
        case .text(let text):
            backOff.reset()
            lastHeardAt = loop.now
            if let message = try? CartesiaMessage(text) { route(message) }
        case .binary: break
        case .ended(let end): lost(end)
        }
    }

    /// Chunks of a forgotten context find nobody, and so does its `done`.
    private func route(_ message: CartesiaMessage) {
        if let id = message.contextID {
            if message.type == "done" || message.type == "error" { draining[id] = nil }
            contexts.values.first { $0.owns(id) }?.take(message, for: id)
        } else if message.type == "error" {
            let latest = contexts.values.max { $0.lastSentAt < $1.lastSentAt }
            latest?.fail(CartesiaFailures.failure(message, key: settings.apiKey))
        }
    }

    /// After five idle minutes Cartesia hangs up: no failure, and no need to come back before somebody speaks.
    private func lost(_ end: WebSocketEnd) {
        connection = nil
        draining = [:]
        let failure = CartesiaFailures.failure(end, requestID: requestID, key: settings.apiKey)
        for context in contexts.values { context.connectionLost(failure) }
        guard contexts.values.contains(where: \.wantsConnection) else { return }
        guard failure.retry != .never, backOff.attempts < Self.attemptBound else { return failAll(failure) }
        var wait = backOff.attempts == 0 && isCleanClose(end) ? 0 : backOff.next()
        if case .after(let milliseconds) = failure.retry {
            guard milliseconds <= Self.bearableMilliseconds else { return failAll(failure) }
            wait = max(wait, milliseconds)
        }
        retry = loop.after(milliseconds: wait) { [weak self] in
            self?.retry = nil
            self?.connect()
        }
    }

    /// It takes words and says nothing to anybody: whoever speaks next gets a fresh connection.
    func leaveIfSilent(forMilliseconds limit: Int) {
        guard let connection, loop.now - lastHeardAt >= Int64(limit) * 1_000_000 else { return }
        connection.abort()
        lost(.fault(TransportFault(.timedOut, "another answer had no audio in time")))
    }

    private func isCleanClose(_ end: WebSocketEnd) -> Bool {
        if case .closed(code: 1000, _) = end { true } else { false }
    }

    private func failAll(_ failure: Failure) {
        backOff.reset()
        for context in contexts.values where context.wantsConnection { context.fail(failure) }
    }
}
