import Audio
import CPlatform
import Synchronization

/// Who asked for something: the session, or the endpoint's own reflex.
public enum PlaybackRequester: UInt8, Sendable { case session, reflex }

/// What a loudspeaker can be told. The raw value is its nibble in the queue of ``PlaybackControls``; 0 is "nothing".
public enum PlaybackCommand: UInt8, Sendable, CaseIterable {
    case duck = 1
    case unduck, pause, resume, drop, reflexDuck, reflexUnduck, reflexPause

    /// Who asked.
    public var requester: PlaybackRequester {
        @_noAllocation @_noLocks get { rawValue >= PlaybackCommand.reflexDuck.rawValue ? .reflex : .session }
    }

    /// Whether the reply must fall silent at once.
    var endsSound: Bool {
        @_noAllocation @_noLocks get { self == .pause || self == .reflexPause || self == .drop }
    }
}

/// The levers of a loudspeaker: commands go in from any thread, without a lock, and wake the playback thread at once; whether a
/// reply is sounding comes out.
public final class PlaybackControls: Sendable {
    /// An eventfd: readable when a command waits.
    public let wake: Int32
    /// Up to sixteen commands, four bits each, the oldest in the lowest bits.
    private let queue = Atomic<UInt64>(0)
    private let dropEnd = Atomic<Int64>(0)
    private let sounding = Atomic<Bool>(false)

    public init() { wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)) }
    deinit { close(wake) }

    /// Queues a command. Should sixteen wait already, it replaces the newest.
    @_noAllocation @_noLocks
    public func post(_ command: PlaybackCommand) {
        var old = queue.load(ordering: .relaxed)
        while true {
            let waiting = (64 - old.leadingZeroBitCount + 3) / 4
            let shift = UInt64(4 * min(waiting, 15))
            let new = (old & ~(15 << shift)) | (UInt64(command.rawValue) << shift)
            let (done, seen) = queue.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing)
            if done { break }
            old = seen
        }
        ln_eventfd_signal(wake)
    }

    /// Queues a drop of everything before reply position `end`: what is enqueued after this call is not meant.
    public func postDrop(upTo end: Int64) {
        dropEnd.store(end, ordering: .releasing)
        post(.drop)
    }

    /// Playback thread: takes all waiting commands.
    @_noAllocation @_noLocks
    public func takeAll() -> PlaybackCommandBatch {
        PlaybackCommandBatch(nibbles: queue.exchange(0, ordering: .acquiringAndReleasing))
    }

    /// Playback thread: where the latest drop ends.
    public var dropPosition: Int64 {
        @_noAllocation @_noLocks get { dropEnd.load(ordering: .acquiring) }
    }

    /// Whether samples of a reply are meeting the converter, or are about to within a device buffer.
    public var replySounds: Bool {
        @_noAllocation @_noLocks get { sounding.load(ordering: .relaxed) }
    }

    /// Playback thread: publishes ``replySounds``.
    @_noAllocation @_noLocks
    public func setReplySounds(_ sounds: Bool) { sounding.store(sounds, ordering: .relaxed) }
}

/// Commands in the order in which they were posted.
public struct PlaybackCommandBatch: Sendable {
    var nibbles: UInt64

    /// The oldest that was not given yet.
    @_noAllocation @_noLocks
    public mutating func next() -> PlaybackCommand? {
        guard nibbles != 0 else { return nil }
        let command = PlaybackCommand(rawValue: UInt8(nibbles & 15))
        nibbles >>= 4
        return command
    }
}
