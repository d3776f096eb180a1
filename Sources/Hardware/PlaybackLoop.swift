import Audio
import CPlatform

/// What the playback thread does between two sleeps: look where the converter is, report what was heard, obey
/// commands, fill up. Owns its memory; never allocates, locks or waits. The device is lent to every call, so that
/// another one can take its place.
struct PlaybackLoop: ~Copyable {
    /// What to do next.
    enum Outcome {
        case sleep(nanoseconds: Int64)
        /// The device is gone, with this errno.
        case lost(code: Int32)
    }

    private static let prefillCapacity = 16
    private static let restartsBeforeLost = 3
    /// Silence this near to the converter stays.
    private static let marginMilliseconds = 4
    /// A converter that has not moved for so long will not by itself.
    private static let stallNanoseconds: Int64 = 1_000_000_000

    let blockFrames: Int
    let links: PlaybackLinks
    var renderer: PlaybackRenderer
    var ledger: PlaybackLedger
    var fill: PlaybackFill
    var clock: PlaybackClock
    var storm = XRUNStorm()
    /// From this frame on all that was handed over is silence.
    private var silentFrom: Int64 = 0
    var isRunning = false
    /// The converter was seen to move since the device was opened.
    private(set) var hasMoved = false
    private var failedRestarts = 0
    private let prefill: UnsafeMutablePointer<Int32>
    private let prefilled: UnsafeMutablePointer<PlaybackRenderer.Content>
    let silence: UnsafeMutablePointer<Int32>

    init(format: PlaybackFormat, renderer: consuming PlaybackRenderer, links: PlaybackLinks) {
        blockFrames = format.blockFrames
        self.links = links
        self.renderer = renderer
        ledger = PlaybackLedger(rateHz: format.rateHz)
        fill = PlaybackFill(blockFrames: blockFrames, periodFrames: format.periodFrames, bufferFrames: format.bufferFrames)
        clock = PlaybackClock(rateHz: format.rateHz, now: ln_monotonic_ns())
        prefill = .allocate(capacity: Self.prefillCapacity * blockFrames)
        prefill.initialize(repeating: 0, count: Self.prefillCapacity * blockFrames)
        prefilled = .allocate(capacity: Self.prefillCapacity)
        prefilled.initialize(repeating: PlaybackRenderer.Content(from: 0, count: 0), count: Self.prefillCapacity)
        silence = .allocate(capacity: blockFrames)
        silence.initialize(repeating: 0, count: blockFrames)
    }

    deinit {
        prefill.deallocate()
        prefilled.deallocate()
        silence.deallocate()
    }

    /// Another device of the same rate is there: its buffer may be another.
    mutating func adopt(_ format: PlaybackFormat) {
        fill = PlaybackFill(blockFrames: blockFrames, periodFrames: format.periodFrames, bufferFrames: format.bufferFrames)
        hasMoved = false
        failedRestarts = 0
    }

    /// One round. The first one on a device starts it.
    @_noAllocation @_noLocks
    mutating func turn(_ device: borrowing ALSAPlaybackDevice) -> Outcome {
        var status: Int32 = 0
        var room = 0
        if isRunning {
            let standing = look(device)
            (status, room) = (standing.status, standing.room)
            if status >= 0 { reportHeard() } else { stumble(status) }
            if status == -ETIMEDOUT { return .lost(code: ETIMEDOUT) }
        }
        storm.calm(at: clock.seenNanoseconds)
        obeyAll(device)
        if !isRunning {
            status = restart(device)
            if status < 0 { return retryOrLose(status) }
            room = device.format.bufferFrames - Int(clock.written - clock.seenIndex)
        }
        failedRestarts = 0
        status = fillUp(device, room: &room)
        links.setReplySounds(ledger.holdsReply)
        if status < 0 { return retryOrLose(status) }
        let ahead = Int64(device.format.bufferFrames - room - fill.lowWater)
        return .sleep(nanoseconds: max(500_000, clock.nanoseconds(ofFrames: ahead)))
    }

    /// Sees where the converter is. Of a look that was interrupted the instant is not known: then it looks again.
    @_noAllocation @_noLocks
    mutating func look(_ device: borrowing ALSAPlaybackDevice) -> ALSAPlaybackDevice.Standing {
        var standing = ALSAPlaybackDevice.Standing(status: 0, room: 0, delay: 0)
        var after = ln_monotonic_ns()
        for _ in 0..<3 {
            let before = after
            standing = device.standing()
            after = ln_monotonic_ns()
            if after - before < 100_000 { break }
        }
        guard standing.status >= 0 else { return standing }
        let before = clock.seenIndex
        clock.see(delay: standing.delay, at: after)
        if clock.seenIndex != before { hasMoved = true }
        if clock.standstill(at: after) > Self.stallNanoseconds { standing.status = -ETIMEDOUT }
        return standing
    }

    // MARK: Silence taken back

    /// When a reply begins while silence waits in the device: how many frames of that silence can be taken back, so that
    /// the reply is heard sooner. Whole blocks, and none so near to the converter that the device could run dry.
    @_noAllocation @_noLocks
    mutating func silenceToTakeBack(_ device: borrowing ALSAPlaybackDevice) -> Int {
        guard isRunning, silentFrom < clock.written, renderer.replyWaits else { return 0 }
        let standing = look(device)
        guard standing.status >= 0 else { return 0 }
        let ahead = device.format.bufferFrames - standing.room
        let margin = blockFrames * Self.marginMilliseconds / 10
        return max(0, min(Int(clock.written - silentFrom), ahead - margin) / blockFrames * blockFrames)
    }

    /// So many frames of silence were taken back.
    @_noAllocation @_noLocks
    mutating func tookBack(_ frames: Int) { clock.hand(over: -frames) }

    // MARK: Handing over

    /// Hands over blocks until the device is as full as wanted.
    @_noAllocation @_noLocks
    private mutating func fillUp(_ device: borrowing ALSAPlaybackDevice, room: inout Int) -> Int32 {
        let found = device.format.bufferFrames - room
        fill.note(found: found)
        while device.format.bufferFrames - room + blockFrames <= fill.target {
            let content = renderer.render(into: prefill)
            let status = device.write(UnsafePointer(prefill))
            guard status >= 0 else {
                takeBack(content)
                return status
            }
            note(content, UnsafePointer(prefill), index: clock.written)
            clock.hand(over: blockFrames)
            room -= blockFrames
        }
        return 0
    }

    /// Prepares, fills and starts a device that stands still. The playback clock goes on by the time that has passed.
    @_noAllocation @_noLocks
    private mutating func restart(_ device: borrowing ALSAPlaybackDevice) -> Int32 {
        let blocks = min(Self.prefillCapacity, max(1, fill.target / blockFrames))
        var status = device.prepare()
        var handed = 0
        while status >= 0, handed < blocks {
            prefilled[handed] = renderer.render(into: prefill + handed * blockFrames)
            status = device.write(UnsafePointer(prefill + handed * blockFrames))
            handed += 1
        }
        if status >= 0 { status = device.start() }
        guard status >= 0 else {
            // The last first, so that the earliest sample has the last word.
            for block in stride(from: handed - 1, through: 0, by: -1) { takeBack(prefilled[block]) }
            return status
        }
        let standing = device.standing()
        let frames = blocks * blockFrames
        silentFrom = clock.restart(frames: frames, delay: standing.status < 0 ? frames : standing.delay, at: ln_monotonic_ns())
        for block in 0..<blocks {
            let index = clock.written - Int64((blocks - block) * blockFrames)
            note(prefilled[block], UnsafePointer(prefill + block * blockFrames), index: index)
        }
        isRunning = true
        return 0
    }

    /// Enters a block that was handed over into the books, and shows it to the far end.
    @_noAllocation @_noLocks
    private mutating func note(_ content: PlaybackRenderer.Content, _ block: UnsafePointer<Int32>, index: Int64) {
        if !content.isSilent { silentFrom = index + Int64(blockFrames) }
        ledger.add(index: index, content: content)
        publish(block, index: index)
    }

    @_noAllocation @_noLocks
    private func takeBack(_ content: PlaybackRenderer.Content) {
        if content.count > 0 { links.rewindReply(to: content.from) }
    }

    @_noAllocation @_noLocks
    private mutating func retryOrLose(_ status: Int32) -> Outcome {
        if isRunning { stumble(status) }
        failedRestarts += 1
        if status == -ENODEV || failedRestarts > Self.restartsBeforeLost { return .lost(code: -status) }
        return .sleep(nanoseconds: 1_000_000)
    }
}
