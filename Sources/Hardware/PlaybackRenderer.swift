/// Makes the next 10 ms for the converter: the reply at its level, else a chime, else silence. Owned by the playback thread.
struct PlaybackRenderer: ~Copyable {
    /// Samples of the reply that a block begins with; the rest of the block is silence or a chime.
    struct Content {
        var from: Int64
        var count: Int
        /// Neither a reply nor a chime.
        var isSilent = true
    }

    /// Gains in Q15, 1 << 15 is unity.
    private static let unity: Int32 = 32_768
    /// -12 dB.
    private static let ducked: Int32 = 8_231

    private let blockFrames: Int
    private let step: Int32
    private let reply: Unmanaged<ReplyRing>
    private let chimes: Unmanaged<ReplyRing>
    private let scratch: UnsafeMutablePointer<Int16>
    private var gain = Self.unity
    private var wantedGain = Self.unity

    /// While true no reply comes out.
    private(set) var isPaused = false

    /// The rings belong to whoever owns the renderer.
    init(blockFrames: Int, reply: ReplyRing, chimes: ReplyRing) {
        self.blockFrames = blockFrames
        // From nothing to unity in one block.
        step = Self.unity / Int32(blockFrames) + 1
        self.reply = .passUnretained(reply)
        self.chimes = .passUnretained(chimes)
        scratch = .allocate(capacity: blockFrames)
        scratch.initialize(repeating: 0, count: blockFrames)
    }

    deinit { scratch.deallocate() }

    @_noAllocation @_noLocks
    mutating func setDucked(_ isDucked: Bool) { wantedGain = isDucked ? Self.ducked : Self.unity }

    @_noAllocation @_noLocks
    mutating func pause() { isPaused = true }

    /// Whether the next block will begin with a reply.
    var replyWaits: Bool {
        @_noAllocation @_noLocks get { !isPaused && reply._withUnsafeGuaranteedRef { $0.count } > 0 }
    }

    /// Goes on at full level; after a pause with a short rise, because the reply was cut anywhere.
    @_noAllocation @_noLocks
    mutating func resume() {
        if isPaused { gain = 0 }
        isPaused = false
        wantedGain = Self.unity
    }

    /// Forgets pause, duck and chimes: what comes next is something new.
    @_noAllocation @_noLocks
    mutating func reset() {
        isPaused = false
        gain = Self.unity
        wantedGain = Self.unity
        forgetChimes()
    }

    @_noAllocation @_noLocks
    mutating func forgetChimes() { chimes._withUnsafeGuaranteedRef { $0.skip(to: $0.written) } }

    /// Writes one block, mono, Q31.
    @_noAllocation @_noLocks
    mutating func render(into block: UnsafeMutablePointer<Int32>) -> Content {
        let (samples, limit) = (scratch, isPaused ? 0 : blockFrames)
        let from = reply._withUnsafeGuaranteedRef { $0.read }
        let count = reply._withUnsafeGuaranteedRef { $0.read(into: samples, limit: limit) }
        for i in 0..<count {
            moveGain()
            block[i] = (Int32(samples[i]) * gain) << 1
        }
        for i in count..<blockFrames { block[i] = 0 }
        if count == 0, !isPaused { gain = wantedGain }
        let chimed = addChime(to: block, fading: count > 0)
        return Content(from: from, count: count, isSilent: count == 0 && !chimed)
    }

    @_noAllocation @_noLocks
    private mutating func moveGain() {
        if gain < wantedGain { gain = min(gain + step, wantedGain) } else { gain = max(gain - step, wantedGain) }
    }

    /// A chime sounds where no reply does; one that a reply falls on fades out within this block and is forgotten.
    @_noAllocation @_noLocks
    private func addChime(to block: UnsafeMutablePointer<Int32>, fading: Bool) -> Bool {
        let (samples, limit) = (scratch, blockFrames)
        let count = chimes._withUnsafeGuaranteedRef { $0.read(into: samples, limit: limit) }
        for i in 0..<count {
            let level = fading ? Int32(32_767 * (blockFrames - i) / blockFrames) : 32_767
            block[i] = block[i].addingWithSaturation((Int32(samples[i]) * level) << 1)
        }
        if fading { chimes._withUnsafeGuaranteedRef { $0.skip(to: $0.written) } }
        return count > 0
    }
}

extension Int32 {
    @_noAllocation @_noLocks
    fileprivate func addingWithSaturation(_ other: Int32) -> Int32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
