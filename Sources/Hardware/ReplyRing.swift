import Synchronization

/// The reply on its way to the loudspeaker: mono Int16 between one writer and one reader, on a stream of absolute
/// positions that never restarts. What was read stays for `rewindMargin` samples more, so that the reader can go back
/// to the first sample that was not heard.
public final class ReplyRing: @unchecked Sendable {  // one writer, one reader: the atomic positions order the samples
    /// How many unread samples fit.
    public let capacity: Int
    /// How far the reader may go back behind the furthest position it read to.
    public let rewindMargin: Int

    private let samples: UnsafeMutablePointer<Int16>
    private let size: Int
    private let writePosition = Atomic<Int64>(0)
    private let readPosition = Atomic<Int64>(0)
    /// The reader's alone: the furthest position it ever read to.
    private let furthestRead = Atomic<Int64>(0)

    public init(capacity: Int, rewindMargin: Int) {
        precondition(capacity > 0 && rewindMargin >= 0, "a reply ring needs room")
        self.capacity = capacity
        self.rewindMargin = rewindMargin
        size = capacity + rewindMargin
        // Left uninitialized: the pages of a minute of sound are taken only as sound comes, and none is read before
        // it was written.
        samples = .allocate(capacity: size)
    }

    deinit { samples.deallocate() }

    /// The position that the next written sample will get.
    public var written: Int64 {
        @_noAllocation @_noLocks get { writePosition.load(ordering: .acquiring) }
    }

    /// The position of the next sample to be read.
    public var read: Int64 {
        @_noAllocation @_noLocks get { readPosition.load(ordering: .acquiring) }
    }

    /// Unread samples.
    public var count: Int {
        @_noAllocation @_noLocks get { Int(written - read) }
    }

    /// Writer: appends all of `new`, or nothing when it does not fit.
    /// - Returns: the position of its first sample; nil when more than `capacity` samples would wait.
    public func write(_ new: UnsafeBufferPointer<Int16>) -> Int64? {
        let start = writePosition.load(ordering: .relaxed)
        guard Int(start - readPosition.load(ordering: .acquiring)) + new.count <= capacity else { return nil }
        for (offset, sample) in new.enumerated() { samples[Int((start + Int64(offset)) % Int64(size))] = sample }
        writePosition.store(start + Int64(new.count), ordering: .releasing)
        return start
    }

    /// Reader: takes up to `limit` samples.
    /// - Returns: how many there were.
    @_noAllocation @_noLocks
    public func read(into target: UnsafeMutablePointer<Int16>, limit: Int) -> Int {
        let start = readPosition.load(ordering: .relaxed)
        let taken = min(limit, Int(writePosition.load(ordering: .acquiring) - start))
        var slot = Int(start % Int64(size))
        var offset = 0
        while offset < taken {
            target[offset] = samples[slot]
            slot = slot + 1 == size ? 0 : slot + 1
            offset += 1
        }
        moveReader(to: start + Int64(taken))
        return taken
    }

    /// Reader: goes back to `position`, whose samples have not been overwritten.
    @_noAllocation @_noLocks
    public func rewind(to position: Int64) {
        let latest = readPosition.load(ordering: .relaxed)
        let earliest = furthestRead.load(ordering: .relaxed) - Int64(rewindMargin)
        precondition(earliest <= position && position <= latest, "a rewind goes back, within the margin")
        moveReader(to: position)
    }

    /// Reader: goes past everything before `position` without reading it.
    @_noAllocation @_noLocks
    public func skip(to position: Int64) {
        if position > readPosition.load(ordering: .relaxed) { moveReader(to: min(position, written)) }
    }

    @_noAllocation @_noLocks
    private func moveReader(to position: Int64) {
        furthestRead.store(max(furthestRead.load(ordering: .relaxed), position), ordering: .relaxed)
        readPosition.store(position, ordering: .releasing)
    }
}
