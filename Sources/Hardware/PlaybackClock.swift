import Audio

/// The playback clock: frames counted since the beginning, over restarts and devices, and where the converter was seen on it.
/// Owned by the playback thread.
struct PlaybackClock {
    let rateHz: Int
    /// The next frame to be handed over.
    private(set) var written: Int64 = 0
    /// Frame `seenIndex` met the converter at `seenNanoseconds`.
    private(set) var seenIndex: Int64 = 0
    private(set) var seenNanoseconds: Int64
    /// When the converter was last seen to move.
    private var movedNanoseconds: Int64

    init(rateHz: Int, now: Int64) {
        self.rateHz = rateHz
        seenNanoseconds = now
        movedNanoseconds = now
    }

    @_noAllocation @_noLocks
    func nanoseconds(ofFrames frames: Int64) -> Int64 { frames * 1_000_000_000 / Int64(rateHz) }

    /// When a frame met the converter, or will meet it.
    @_noAllocation @_noLocks
    func time(ofFrame index: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: seenNanoseconds + nanoseconds(ofFrames: index - seenIndex))
    }

    /// `frames` were handed over; fewer than none when they were taken back.
    @_noAllocation @_noLocks
    mutating func hand(over frames: Int) { written += Int64(frames) }

    /// The device says that its converter is `delay` frames away from what comes next. The converter never goes back, whatever
    /// the device says.
    @_noAllocation @_noLocks
    mutating func see(delay: Int, at now: Int64) {
        let index = min(written, max(seenIndex, written - Int64(delay)))
        if index != seenIndex { movedNanoseconds = now }
        seenIndex = index
        seenNanoseconds = now
    }

    /// For how long a converter that should run has not moved.
    @_noAllocation @_noLocks
    func standstill(at now: Int64) -> Int64 { now - movedNanoseconds }

    /// Where the converter must be at `nanoseconds`, were it running evenly since it was last seen.
    @_noAllocation @_noLocks
    mutating func advance(to nanoseconds: Int64) {
        let frames = max(0, nanoseconds - seenNanoseconds) * Int64(rateHz) / 1_000_000_000
        let index = min(written, seenIndex + frames)
        seenNanoseconds += self.nanoseconds(ofFrames: index - seenIndex)
        seenIndex = index
    }

    /// Numbers `frames` that were just handed over to a device at a standstill, the last of which is `delay` frames from the
    /// converter. The clock goes on by the time that has passed, but off the grid of the blocks before, so that readers of the
    /// far end can tell a restart from silence taken back.
    /// - Returns: the first of the frames.
    @_noAllocation @_noLocks
    mutating func restart(frames: Int, delay: Int, at now: Int64) -> Int64 {
        let firstTime = now - nanoseconds(ofFrames: Int64(frames - delay))
        var first = seenIndex + max(1, (firstTime - seenNanoseconds) * Int64(rateHz) / 1_000_000_000)
        let grid = Int64(rateHz / 100)
        while (first - written) % grid == 0 || (first - seenIndex) % grid == 0 { first += 1 }
        written = first + Int64(frames)
        seenIndex = written - Int64(delay)
        seenNanoseconds = now
        movedNanoseconds = now
        return first
    }
}
