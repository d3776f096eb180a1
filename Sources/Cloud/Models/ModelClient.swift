import Conversation
import Failures

/// All answers of one model, and the warmth of the connection that they share. Network thread only.
final class ModelClient {
    private let loop: CurlLoop
    private let wire: any ModelWire
    private var answers: [ObjectIdentifier: ModelAnswer] = [:]
    private var lastUsed: Int64 = .min
    private var warming: HTTPExchange?

    /// A warming request that takes longer has met a dead connection.
    private static let deadNanoseconds: Int64 = 1_500_000_000

    init(loop: CurlLoop, wire: any ModelWire) {
        self.loop = loop
        self.wire = wire
    }

    func answer(_ request: ModelRequest, into queue: EventQueue<ModelEvent>) {
        let key = ObjectIdentifier(queue)
        let isWarmingDead = warming != nil && loop.now - lastUsed > Self.deadNanoseconds
        let answer = ModelAnswer(
            loop: loop, wire: wire, request: request, queue: queue, needsFreshConnection: isWarmingDead
        ) { [weak self] in self?.ended(key) }
        answers[key] = answer
        lastUsed = loop.now
        answer.begin()
    }

    func cancel(_ queue: ObjectIdentifier) { answers[queue]?.cancel() }
    func resume(_ queue: ObjectIdentifier) { answers[queue]?.resume() }

    private func ended(_ key: ObjectIdentifier) {
        lastUsed = loop.now
        // Not under the feet of the answer, which is just ending.
        loop.later { self.answers[key] = nil }
    }

    /// HTTP/2 connections cannot be opened without a request: a cheap one.
    func warm() {
        let isWarm = lastUsed >= loop.now - Int64(wire.warmMilliseconds) * 1_000_000
        guard !isWarm, warming == nil, answers.isEmpty, let request = wire.warming() else { return }
        lastUsed = loop.now
        let exchange = HTTPExchange(request, on: loop) { [weak self] event in
            if case .ended = event { self?.warming = nil }
        }
        warming = exchange
        exchange.start()
    }
}

/// A model's client as its callers see it. Cancelling the consumer of an answer resets the stream at the provider; the
/// connection stays.
struct ModelAccess: Sendable {
    private let client: Confined<ModelClient>

    init(_ transport: CloudTransport, _ wire: () -> any ModelWire) {
        client = Confined(to: transport) { ModelClient(loop: $0, wire: wire()) }
    }

    func warm() { client.run { $0.warm() } }

    func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let queue = EventQueue<ModelEvent>(lowWater: ModelAnswer.lowWaterBytes)
        let key = ObjectIdentifier(queue)
        queue.setHooks(
            onDrained: { [client] in client.run { $0.resume(key) } }, onAbandoned: { [client] in client.run { $0.cancel(key) } })
        client.run { $0.answer(request, into: queue) }
        return queue.throwingStream()
    }
}
