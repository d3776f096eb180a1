import Synchronization

/// 10 ms blocks of samples on their way from one thread to another, each with the stamp of its first sample.
///
/// Exactly one thread writes and one reads; neither waits, and nothing allocates after `init`. Samples are interleaved Q31:
/// a 16-bit sample stands in the upper half. Each side publishes its own count with `.releasing` and reads the other's with
/// `.acquiring`; the counts only grow and may wrap.
public final class StampedRing: @unchecked Sendable {  // one writer, one reader: the atomic counts order the blocks
    /// Samples of all channels together in one block.
    public let samplesPerBlock: Int
    private let samples: UnsafeMutablePointer<Int32>
    private let stamps: UnsafeMutablePointer<FrameStamp>
    private let mask: Int
    private let written = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)

    /// - Parameter blocks: how many may wait; a power of two.
    public init(blocks: Int, samplesPerBlock: Int) {
        precondition(blocks > 0 && blocks & (blocks - 1) == 0, "the number of blocks is a power of two")
        precondition(samplesPerBlock > 0, "a block holds samples")
        self.samplesPerBlock = samplesPerBlock
        mask = blocks - 1
        samples = .allocate(capacity: blocks * samplesPerBlock)
        samples.initialize(repeating: 0, count: blocks * samplesPerBlock)
        stamps = .allocate(capacity: blocks)
        stamps.initialize(repeating: FrameStamp(firstSample: 0, time: MonotonicTime(nanoseconds: 0)), count: blocks)
    }

    deinit {
        samples.deallocate()
        stamps.deallocate()
    }

    /// Blocks that wait. Exact for neither side while the other one works.
    public var count: Int { written.load(ordering: .acquiring) &- taken.load(ordering: .acquiring) }

    /// Writer: puts a block behind the others. False when there is no room; the block is lost then, and the writer counts it.
    @_noAllocation @_noLocks
    public func write(stamp: FrameStamp, samples block: UnsafePointer<Int32>) -> Bool {
        let index = written.load(ordering: .relaxed)
        guard index &- taken.load(ordering: .acquiring) <= mask else { return false }
        stamps[index & mask] = stamp
        let target = samples + (index & mask) &* samplesPerBlock
        for i in 0..<samplesPerBlock { target[i] = block[i] }
        written.store(index &+ 1, ordering: .releasing)
        return true
    }

    /// Reader: takes the oldest block. Nil, and nothing written, when none waits.
    @_noAllocation @_noLocks
    public func read(into block: UnsafeMutablePointer<Int32>) -> FrameStamp? {
        let index = taken.load(ordering: .relaxed)
        guard written.load(ordering: .acquiring) &- index > 0 else { return nil }
        let stamp = stamps[index & mask]
        let source = samples + (index & mask) &* samplesPerBlock
        for i in 0..<samplesPerBlock { block[i] = source[i] }
        taken.store(index &+ 1, ordering: .releasing)
        return stamp
    }
}
