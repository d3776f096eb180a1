import Conversation
import Failures

/// Cartesia's text to speech: one WebSocket for all answers, a context for each.
public struct CartesiaSynthesizer: Synthesizer {
    private let socket: Confined<CartesiaSocket>

    public init(transport: CloudTransport, settings: CartesiaSettings) {
        socket = Confined(to: transport) { CartesiaSocket(loop: $0, settings: settings) }
    }

    public func warm() { socket.run { $0.warm() } }
    public func open(rateHz: Int) -> any SpeechContext { CartesiaContextHandle(socket, rateHz: rateHz) }
}

/// What a session holds of a ``CartesiaContext``: letting go of it cancels what is left.
private final class CartesiaContextHandle: SpeechContext {
    let events: AsyncStream<SpeechEvent>
    private let socket: Confined<CartesiaSocket>
    private let key: ObjectIdentifier

    init(_ socket: Confined<CartesiaSocket>, rateHz: Int) {
        let queue = EventQueue<SpeechEvent>()
        let key = ObjectIdentifier(queue)
        self.socket = socket
        self.key = key
        queue.setHooks(onAbandoned: { socket.run { $0.cancel(key) } })
        events = queue.stream()
        socket.run { $0.open(queue, rateHz: rateHz) }
    }

    deinit { cancel() }

    func speak(_ text: String, isLast: Bool) { socket.run { [key] in $0.speak(text, isLast: isLast, in: key) } }
    func cancel() { socket.run { [key] in $0.cancel(key) } }
}
