import Audio
import CPlatform
import Synchronization

/// What became of a reply. Instants are those at the converter; positions count samples of the reply stream.
public enum PlaybackEvent: Sendable, Equatable {
    /// The reply's samples `from..<upTo` met the converter, evenly; `time` is the end of the last.
    case heard(from: Int64, upTo: Int64, time: MonotonicTime)
    /// The level began to fall.
    case ducked(time: MonotonicTime, requester: PlaybackRequester)
    /// The level began to rise again.
    case unducked(time: MonotonicTime, requester: PlaybackRequester)
    /// Silence since `time`; the reply waits at `heardUpTo`.
    case paused(heardUpTo: Int64, time: MonotonicTime, requester: PlaybackRequester)
    /// The reply goes on (or would, if any waited).
    case resumed(time: MonotonicTime)
    /// Silence since `time`; everything from `heardUpTo` to `forgottenUpTo` will never be heard.
    case dropped(heardUpTo: Int64, forgottenUpTo: Int64, time: MonotonicTime)
    /// The device ran dry and was started again.
    case underrun(time: MonotonicTime)
}

/// Playback events on their way from the playback thread to whoever keeps the books: one writer, one reader, no lock.
public final class PlaybackEventRing: @unchecked Sendable {  // one writer, one reader: the atomic counters order the slots
    /// An eventfd: readable when an event was pushed.
    public let wake: Int32
    private let slots: UnsafeMutablePointer<PlaybackEvent>
    private let mask: Int
    private let pushed = Atomic<Int>(0)
    private let popped = Atomic<Int>(0)

    /// - Parameter capacity: a power of two.
    public init(capacity: Int = 1024) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "the capacity is a power of two")
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        mask = capacity - 1
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: .resumed(time: MonotonicTime(nanoseconds: 0)), count: capacity)
    }

    deinit {
        slots.deallocate()
        close(wake)
    }

    /// Events that wait.
    public var count: Int {
        @_noAllocation @_noLocks get { pushed.load(ordering: .acquiring) - popped.load(ordering: .acquiring) }
    }

    /// Whether more than half is taken: time to put off what can wait.
    public var isCrowded: Bool {
        @_noAllocation @_noLocks get { count > mask / 2 }
    }

    /// Writer: false when the ring is full.
    @discardableResult
    @_noAllocation @_noLocks
    public func push(_ event: PlaybackEvent) -> Bool {
        let index = pushed.load(ordering: .relaxed)
        guard index - popped.load(ordering: .acquiring) <= mask else { return false }
        slots[index & mask] = event
        pushed.store(index + 1, ordering: .releasing)
        ln_eventfd_signal(wake)
        return true
    }

    /// Reader: the oldest event.
    @_noAllocation @_noLocks
    public func pop() -> PlaybackEvent? {
        let index = popped.load(ordering: .relaxed)
        guard index < pushed.load(ordering: .acquiring) else { return nil }
        let event = slots[index & mask]
        popped.store(index + 1, ordering: .releasing)
        return event
    }
}
