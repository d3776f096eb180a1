import Audio
import Synchronization

/// A board that a program presses; it remembers what its lights showed.
public final class SimulatedBoard: Board {
    public let events: AsyncStream<BoardEvent>
    private let continuation: AsyncStream<BoardEvent>.Continuation
    private let state = Mutex(State())

    private struct State {
        var isDown = false
        var shown: [LightPattern] = []
        var pointedAt: [Int?] = []
    }

    /// The most patterns that are remembered; the oldest go first.
    public static let memory = 256

    public init() {
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    /// Presses the button. A button that is down already stays down.
    public func press(at time: MonotonicTime) {
        guard change(to: true) else { return }
        continuation.yield(.pressed(at: time))
    }

    public func release(at time: MonotonicTime) {
        guard change(to: false) else { return }
        continuation.yield(.released(at: time))
    }

    /// The newest patterns, the latest last.
    public var shown: [LightPattern] { state.withLock { $0.shown } }

    public func show(_ pattern: LightPattern) {
        state.withLock { state in
            state.shown.append(pattern)
            if state.shown.count > Self.memory { state.shown.removeFirst() }
        }
    }

    /// The newest directions, the latest last.
    public var pointedAt: [Int?] { state.withLock { $0.pointedAt } }

    public func point(at directionDegrees: Int?) {
        state.withLock { state in
            guard state.pointedAt.isEmpty || state.pointedAt.last != .some(directionDegrees) else { return }
            state.pointedAt.append(directionDegrees)
            if state.pointedAt.count > Self.memory { state.pointedAt.removeFirst() }
        }
    }

    public func close() { continuation.finish() }

    private func change(to isDown: Bool) -> Bool {
        state.withLock { state in
            defer { state.isDown = isDown }
            return state.isDown != isDown
        }
    }
}

/// No button and no lights.
public final class NoBoard: Board {
    public let events: AsyncStream<BoardEvent>
    private let continuation: AsyncStream<BoardEvent>.Continuation

    public init() { (events, continuation) = AsyncStream.makeStream() }

    public func show(_ pattern: LightPattern) {}
    public func point(at directionDegrees: Int?) {}
    public func close() { continuation.finish() }
}
