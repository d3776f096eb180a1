import Conversation
import Synchronization

/// The endpoint's events on their way to the one consumer. Of frames it holds 500 ms: older ones make room and are
/// counted. Nothing else is ever left out; a consumer that let `eventBound` of the others pile up is taken for dead
/// and its stream ends.
final class EndpointEventQueue: Sendable {
    static let frameBound = 50
    static let eventBound = 4096

    fileprivate struct State {
        var events: [EndpointEvent] = []
        var frames = 0
        var droppedFrames = 0
        var isOver = false
        var consumer: CheckedContinuation<EndpointEvent?, Never>?
    }

    private let state = Mutex(State())

    /// Frames that the consumer was too slow for.
    var droppedFrames: Int { state.withLock { $0.droppedFrames } }

    func push(_ event: EndpointEvent) {
        let consumer = state.withLock { state -> CheckedContinuation<EndpointEvent?, Never>? in
            guard !state.isOver else { return nil }
            if let consumer = state.consumer {
                state.consumer = nil
                return consumer
            }
            state.append(event)
            return nil
        }
        consumer?.resume(returning: event)
    }

    func finish() {
        let consumer = state.withLock { state in
            state.isOver = true
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(returning: nil)
    }

    /// The stream for the one consumer; ending its task ends the queue.
    func stream() -> AsyncStream<EndpointEvent> {
        AsyncStream {
            await self.next()
        } onCancel: {
            self.finish()
        }
    }

    private func next() async -> EndpointEvent? {
        await withCheckedContinuation { continuation in
            let ready: EndpointEvent?? = state.withLock { state in
                if !state.events.isEmpty { return .some(state.takeFirst()) }
                if state.isOver { return .some(nil) }
                state.consumer = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}

extension EndpointEventQueue.State {
    fileprivate mutating func append(_ event: EndpointEvent) {
        if case .frame = event {
            if frames == EndpointEventQueue.frameBound { dropOldestFrame() }
            frames += 1
        }
        events.append(event)
        isOver = events.count - frames > EndpointEventQueue.eventBound
    }

    private mutating func dropOldestFrame() {
        guard let oldest = events.firstIndex(where: { if case .frame = $0 { true } else { false } }) else { return }
        events.remove(at: oldest)
        frames -= 1
        droppedFrames += 1
    }

    fileprivate mutating func takeFirst() -> EndpointEvent {
        let event = events.removeFirst()
        if case .frame = event { frames -= 1 }
        return event
    }
}
