import Audio
import Conversation
import Synchronization

/// The reflex's setting on its way to the front end's thread, and what started it on its way back; atomics both.
final class ReflexLever: Sendable {
    /// 0 is off; else the two limits in milliseconds, and bit 62.
    private let setting = Atomic<UInt64>(0)
    private let speechStartNanoseconds = Atomic<Int64>(0)

    func set(_ reflex: Reflex) {
        switch reflex {
        case .off: setting.store(0, ordering: .releasing)
        case .armed(let duck, let pause):
            let limits = UInt64(clamped(duck)) << 16 | UInt64(clamped(pause))
            setting.store(1 << 62 | limits, ordering: .releasing)
        }
    }

    private func clamped(_ milliseconds: Int) -> Int { min(max(milliseconds, 10), 60_000) }

    var limits: ReflexMachine.Limits? {
        @_noAllocation @_noLocks get {
            let word = setting.load(ordering: .acquiring)
            guard word != 0 else { return nil }
            return ReflexMachine.Limits(
                duckAfterMilliseconds: Int(truncatingIfNeeded: word >> 16 & 0xffff),
                pauseAfterMilliseconds: Int(truncatingIfNeeded: word & 0xffff))
        }
    }

    @_noAllocation @_noLocks
    func setSpeechStart(_ nanoseconds: Int64) { speechStartNanoseconds.store(nanoseconds, ordering: .releasing) }

    var speechStart: MonotonicTime { MonotonicTime(nanoseconds: speechStartNanoseconds.load(ordering: .acquiring)) }
}
