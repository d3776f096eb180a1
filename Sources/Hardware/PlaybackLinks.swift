import Audio

/// What the playback thread shares with others: the reply and the commands come in, events, the far end and the counts go out.
/// References are uncounted, because counting can lock: whoever owns the thread keeps the objects alive.
struct PlaybackLinks {
    private let reply: Unmanaged<ReplyRing>
    private let controls: Unmanaged<PlaybackControls>
    private let events: Unmanaged<PlaybackEventRing>
    private let farEnd: Unmanaged<StampedRing>
    private let tally: Unmanaged<PlaybackTally>

    init(
        reply: ReplyRing, controls: PlaybackControls, events: PlaybackEventRing, farEnd: StampedRing, tally: PlaybackTally
    ) {
        self.reply = .passUnretained(reply)
        self.controls = .passUnretained(controls)
        self.events = .passUnretained(events)
        self.farEnd = .passUnretained(farEnd)
        self.tally = .passUnretained(tally)
    }

    /// The reply's position: what was taken of it.
    var replyRead: Int64 {
        @_noAllocation @_noLocks get { reply._withUnsafeGuaranteedRef { $0.read } }
    }

    @_noAllocation @_noLocks
    func rewindReply(to position: Int64) { reply._withUnsafeGuaranteedRef { $0.rewind(to: position) } }

    /// Forgets the reply up to the latest drop. - Returns: where it goes on.
    @_noAllocation @_noLocks
    func dropReply() -> Int64 {
        let end = max(replyRead, controls._withUnsafeGuaranteedRef { $0.dropPosition })
        reply._withUnsafeGuaranteedRef { $0.skip(to: end) }
        return end
    }

    @_noAllocation @_noLocks
    func takeCommands() -> PlaybackCommandBatch { controls._withUnsafeGuaranteedRef { $0.takeAll() } }

    @_noAllocation @_noLocks
    func setReplySounds(_ sounds: Bool) { controls._withUnsafeGuaranteedRef { $0.setReplySounds(sounds) } }

    @_noAllocation @_noLocks
    func push(_ event: PlaybackEvent) { _ = events._withUnsafeGuaranteedRef { $0.push(event) } }

    /// Shows a block to the far end's reader.
    @_noAllocation @_noLocks
    func publish(_ block: UnsafePointer<Int32>, stamp: FrameStamp) {
        let isTaken = farEnd._withUnsafeGuaranteedRef { $0.write(stamp: stamp, samples: block) }
        tally._withUnsafeGuaranteedRef { $0.note(blockTaken: isTaken) }
    }

    @_noAllocation @_noLocks
    func noteUnderrun() { tally._withUnsafeGuaranteedRef { $0.noteUnderrun() } }
}
