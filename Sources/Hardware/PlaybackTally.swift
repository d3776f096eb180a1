import Synchronization

/// The playback thread's counters, readable by all.
final class PlaybackTally: Sendable {
    let blocks = Atomic<Int>(0)
    let underruns = Atomic<Int>(0)
    let reopens = Atomic<Int>(0)
    let overruns = Atomic<Int>(0)
    /// The device is there: what is to sound now can.
    let isPlaying = Atomic<Bool>(false)

    /// A block was handed to the device, and to the far end's reader if that had room.
    @_noAllocation @_noLocks
    func note(blockTaken isTaken: Bool) {
        blocks.add(1, ordering: .relaxed)
        if !isTaken { overruns.add(1, ordering: .relaxed) }
    }

    @_noAllocation @_noLocks
    func noteUnderrun() { underruns.add(1, ordering: .relaxed) }

    @_noAllocation @_noLocks
    func noteReopen() { reopens.add(1, ordering: .relaxed) }

    var counters: PlaybackCounters {
        var counters = PlaybackCounters()
        counters.blocks = blocks.load(ordering: .relaxed)
        counters.underruns = underruns.load(ordering: .relaxed)
        counters.reopens = reopens.load(ordering: .relaxed)
        counters.overruns = overruns.load(ordering: .relaxed)
        return counters
    }
}
