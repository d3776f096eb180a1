import Conversation
import Failures
import Synchronization

/// Deepgram's live speech to text. One stream serves many turns; a connection is kept open ahead of need.
public struct DeepgramRecognizer: Recognizer {
    private let shelf: DeepgramShelf

    public init(transport: CloudTransport, settings: DeepgramSettings) {
        shelf = DeepgramShelf(transport: transport, settings: settings)
    }

    public func warm() { shelf.warm() }
    public func open() -> any RecognitionStream { shelf.open() }
}

/// The stream that waits for its user.
private final class DeepgramShelf: Sendable {
    private struct State: Sendable {
        var spare: DeepgramStreamHandle?
        weak var lent: DeepgramStreamHandle?
    }

    private let transport: CloudTransport
    private let settings: DeepgramSettings
    private let state = Mutex(State())

    init(transport: CloudTransport, settings: DeepgramSettings) {
        self.transport = transport
        self.settings = settings
    }

    /// A stream that is in use is the one that will be needed next; only without one a spare is opened.
    func warm() {
        guard settings.apiKey != nil else { return }
        let stream = state.withLock { state in
            if let lent = state.lent, lent.isLive { return lent }
            if let spare = state.spare, spare.isLive { return spare }
            let fresh = DeepgramStreamHandle(transport: transport, settings: settings)
            state.spare = fresh
            return fresh
        }
        stream.warm()
    }

    func open() -> DeepgramStreamHandle {
        let stream = state.withLock { state in
            let spare = state.spare.flatMap { $0.isLive ? $0 : nil }
            state.spare = nil
            let stream = spare ?? DeepgramStreamHandle(transport: transport, settings: settings)
            state.lent = stream
            return stream
        }
        settings.apiKey == nil ? stream.refuse() : stream.warm()
        return stream
    }
}

/// What a session holds of a ``DeepgramStream``: letting go of it ends the stream.
private final class DeepgramStreamHandle: RecognitionStream {
    let events: AsyncStream<RecognitionEvent>
    private let stream: Confined<DeepgramStream>
    private let life: Life

    private final class Life: Sendable { let isOver = Atomic(false) }

    init(transport: CloudTransport, settings: DeepgramSettings) {
        let queue = EventQueue<RecognitionEvent>()
        let life = Life()
        self.life = life
        stream = Confined(to: transport) { loop in
            DeepgramStream(loop: loop, settings: settings, events: queue) { life.isOver.store(true, ordering: .releasing) }
        }
        events = queue.stream()
    }

    deinit { stream.run { $0.abandon() } }

    var isLive: Bool { !life.isOver.load(ordering: .acquiring) }

    func warm() { stream.run { $0.warm() } }
    func refuse() { stream.run { $0.fail(Failure(.deepgram, .keyMissing, "no key for Deepgram")) } }
    func hear(_ samples: [Int16], firstSample: Int64) { stream.run { $0.hear(samples, firstSample: firstSample) } }
    func finalize() { stream.run { $0.finalize() } }
    func close() { stream.run { $0.close() } }
}
