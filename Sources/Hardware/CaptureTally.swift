import CPlatform
import Synchronization

/// The capture thread's counts, and the eventfd that says that a block came.
final class CaptureTally: Sendable {
    let wake: Int32
    private let blocks = Atomic<Int>(0)
    private let xruns = Atomic<Int>(0)
    private let overruns = Atomic<Int>(0)
    private let reopens = Atomic<Int>(0)

    init() { wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)) }

    deinit { close(wake) }

    var counters: CaptureCounters {
        var all = CaptureCounters()
        all.blocks = blocks.load(ordering: .relaxed)
        all.xruns = xruns.load(ordering: .relaxed)
        all.overruns = overruns.load(ordering: .relaxed)
        all.reopens = reopens.load(ordering: .relaxed)
        return all
    }

    @_noAllocation @_noLocks
    func note(blockTaken: Bool) {
        blocks.add(1, ordering: .relaxed)
        if !blockTaken { overruns.add(1, ordering: .relaxed) }
        ln_eventfd_signal(wake)
    }

    @_noAllocation @_noLocks
    func noteXRUN() { xruns.add(1, ordering: .relaxed) }

    func noteReopen() { reopens.add(1, ordering: .relaxed) }
}
