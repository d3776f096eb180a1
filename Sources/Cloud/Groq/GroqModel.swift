import Conversation
import Failures

/// Groq's chat completions, streamed. Cancelling the consumer resets the stream at Groq; the connection stays.
public struct GroqModel: LanguageModel {
    public var provider: Failure.Subject { .groq }
    private let client: Confined<GroqClient>

    public init(transport: CloudTransport, settings: GroqSettings) {
        client = Confined(to: transport) { GroqClient(loop: $0, settings: settings) }
    }

    public func warm() { client.run { $0.warm() } }

    public func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let queue = EventQueue<ModelEvent>(lowWater: GroqAnswer.lowWaterBytes)
        let key = ObjectIdentifier(queue)
        queue.setHooks(
            onDrained: { [client] in client.run { $0.resume(key) } }, onAbandoned: { [client] in client.run { $0.cancel(key) } })
        client.run { $0.answer(request, into: queue) }
        return queue.throwingStream()
    }
}
