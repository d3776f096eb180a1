import Audio

/// What was handed to the device and has not met the converter yet: which of its frames carry which samples of the reply.
/// Owned by the playback thread.
struct PlaybackLedger: ~Copyable {
    private struct Entry {
        /// Its first frame on the playback clock.
        var index: Int64
        /// The reply's samples in it that were not reported as heard; they begin at `index`.
        var from: Int64
        var count: Int
    }

    /// More than any device holds of 10 ms blocks ahead of its converter.
    private static let capacity = 64

    private let rateHz: Int
    private let blockFrames: Int
    private let entries: UnsafeMutablePointer<Entry>
    private var first = 0
    private var count = 0

    init(rateHz: Int) {
        self.rateHz = rateHz
        blockFrames = rateHz / 100
        entries = .allocate(capacity: Self.capacity)
        entries.initialize(repeating: Entry(index: 0, from: 0, count: 0), count: Self.capacity)
    }

    deinit { entries.deallocate() }

    /// A block that begins at `index` was handed over.
    @_noAllocation @_noLocks
    mutating func add(index: Int64, content: PlaybackRenderer.Content) {
        guard content.count > 0 else { return }
        if count == Self.capacity { removeFirst() }
        entries[(first + count) % Self.capacity] = Entry(index: index, from: content.from, count: content.count)
        count += 1
    }

    /// Whether samples of the reply are still on their way to the converter.
    var holdsReply: Bool {
        @_noAllocation @_noLocks get { count > 0 }
    }

    /// The first sample of the reply that was not heard; nil when all that was handed over was.
    var firstUnheard: Int64? {
        @_noAllocation @_noLocks get { count > 0 ? entries[first].from : nil }
    }

    /// Everything before frame `index` met the converter, which it reached at `nanoseconds`. Takes what was heard off the books.
    /// - Returns: a run of the reply that was heard, to be called for again until nil.
    @_noAllocation @_noLocks
    mutating func nextHeard(before index: Int64, nanoseconds: Int64) -> PlaybackEvent? {
        guard count > 0, entries[first].index < index else { return nil }
        let entry = entries[first]
        let heard = min(entry.count, Int(index - entry.index))
        let end = entry.index + Int64(heard)
        let time = nanoseconds + (end - index) * 1_000_000_000 / Int64(rateHz)
        if heard == entry.count {
            removeFirst()
        } else {
            entries[first] = Entry(index: end, from: entry.from + Int64(heard), count: entry.count - heard)
        }
        return .heard(from: entry.from, upTo: entry.from + Int64(heard), time: MonotonicTime(nanoseconds: time))
    }

    /// Nothing more of it will be heard.
    @_noAllocation @_noLocks
    mutating func clear() { count = 0 }

    @_noAllocation @_noLocks
    private mutating func removeFirst() {
        first = (first + 1) % Self.capacity
        count -= 1
    }
}
