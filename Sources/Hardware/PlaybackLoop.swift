import Audio
import CPlatform
import Synchronization

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

    /// Where the converter was seen: frame `index` of the playback clock met it at `nanoseconds`.
    private struct Sight {
        var index: Int64
        var nanoseconds: Int64
    }

    private static let prefillCapacity = 16
    private static let restartsBeforeLost = 3
    /// Silence this near to the converter stays.
    private static let marginMilliseconds = 4

    private let rateHz: Int
    private let blockFrames: Int
    private var renderer: PlaybackRenderer
    private var ledger: PlaybackLedger
    private var fill: PlaybackFill
    /// The playback clock's index of the next frame to be handed over.
    private var written: Int64 = 0
    /// From this frame on all that was handed over is silence.
    private var silentFrom: Int64 = 0
    private var sight: Sight
    private var isRunning = false
    private var failedRestarts = 0
    private let prefill: UnsafeMutablePointer<Int32>
    private let prefilled: UnsafeMutablePointer<PlaybackRenderer.Content>
    private let silence: UnsafeMutablePointer<Int32>

    // Uncounted: whoever owns the loop keeps their objects alive.
    private let reply: Unmanaged<ReplyRing>
    private let controls: Unmanaged<PlaybackControls>
    private let events: Unmanaged<PlaybackEventRing>
    private let farEnd: Unmanaged<StampedRing>
    private let tally: Unmanaged<PlaybackTally>

    init(
        format: PlaybackFormat, reply: ReplyRing, chimes: ReplyRing, controls: PlaybackControls, events: PlaybackEventRing,
        farEnd: StampedRing, tally: PlaybackTally
    ) {
        rateHz = format.rateHz
        blockFrames = format.blockFrames
        renderer = PlaybackRenderer(blockFrames: blockFrames, reply: reply, chimes: chimes)
        ledger = PlaybackLedger(rateHz: rateHz)
        fill = PlaybackFill(blockFrames: blockFrames, periodFrames: format.periodFrames, bufferFrames: format.bufferFrames)
        sight = Sight(index: 0, nanoseconds: ln_monotonic_ns())
        prefill = .allocate(capacity: Self.prefillCapacity * blockFrames)
        prefill.initialize(repeating: 0, count: Self.prefillCapacity * blockFrames)
        prefilled = .allocate(capacity: Self.prefillCapacity)
        prefilled.initialize(repeating: PlaybackRenderer.Content(from: 0, count: 0), count: Self.prefillCapacity)
        silence = .allocate(capacity: blockFrames)
        silence.initialize(repeating: 0, count: blockFrames)
        self.reply = .passUnretained(reply)
        self.controls = .passUnretained(controls)
        self.events = .passUnretained(events)
        self.farEnd = .passUnretained(farEnd)
        self.tally = .passUnretained(tally)
    }

    deinit {
        prefill.deallocate()
        prefilled.deallocate()
        silence.deallocate()
    }

    // MARK: With a device

    /// One round. The first one on a device starts it.
    @_noAllocation @_noLocks
    mutating func turn(_ device: borrowing ALSAPlaybackDevice) -> Outcome {
        var status: Int32 = 0
        var room = 0
        if isRunning {
            let standing = look(device)
            (status, room) = (standing.status, standing.room)
            if status >= 0 { reportHeard() } else { stumble(status) }
        }
        obeyAll(device)
        if !isRunning {
            status = restart(device)
            if status < 0 { return retryOrLose(status) }
            room = device.format.bufferFrames - Int(written - sight.index)
        }
        failedRestarts = 0
        status = fillUp(device, room: &room)
        controls._withUnsafeGuaranteedRef { [sounds = ledger.holdsReply] in $0.setReplySounds(sounds) }
        if status < 0 { return retryOrLose(status) }
        let ahead = Int64(device.format.bufferFrames - room - fill.lowWater)
        return .sleep(nanoseconds: max(500_000, nanoseconds(ofFrames: ahead)))
    }

    /// When a reply begins while silence waits in the device: how many frames of that silence can be taken back, so that
    /// the reply is heard sooner. Whole blocks, and none so near to the converter that the device could run dry.
    @_noAllocation @_noLocks
    mutating func silenceToTakeBack(_ device: borrowing ALSAPlaybackDevice) -> Int {
        guard isRunning, silentFrom < written, renderer.replyWaits else { return 0 }
        let standing = look(device)
        guard standing.status >= 0 else { return 0 }
        let ahead = device.format.bufferFrames - standing.room
        let margin = blockFrames * Self.marginMilliseconds / 10
        return max(0, min(Int(written - silentFrom), ahead - margin) / blockFrames * blockFrames)
    }

    /// So many frames of silence were taken back.
    @_noAllocation @_noLocks
    mutating func tookBack(_ frames: Int) { written -= Int64(frames) }

    /// Sees where the converter is. Of a look that was interrupted the instant is not known: then it looks again.
    @_noAllocation @_noLocks
    private mutating func look(_ device: borrowing ALSAPlaybackDevice) -> ALSAPlaybackDevice.Standing {
        var standing = ALSAPlaybackDevice.Standing(status: 0, room: 0, delay: 0)
        var after = ln_monotonic_ns()
        for _ in 0..<3 {
            let before = after
            standing = device.standing()
            after = ln_monotonic_ns()
            if after - before < 100_000 { break }
        }
        guard standing.status >= 0 else { return standing }
        let index = min(written, max(sight.index, written - Int64(standing.delay)))
        sight = Sight(index: index, nanoseconds: after)
        return standing
    }

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
            note(content, UnsafePointer(prefill), index: written)
            written += Int64(blockFrames)
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
        placeOnClock(frames: blocks * blockFrames, delay: standing.status < 0 ? blocks * blockFrames : standing.delay)
        for block in 0..<blocks {
            let index = written - Int64((blocks - block) * blockFrames)
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

    /// Numbers `frames` that were just handed over to a device at a standstill, the last of which is `delay` frames
    /// from the converter.
    @_noAllocation @_noLocks
    private mutating func placeOnClock(frames: Int, delay: Int) {
        let now = ln_monotonic_ns()
        let firstTime = now - nanoseconds(ofFrames: Int64(frames - delay))
        var first = sight.index + max(1, (firstTime - sight.nanoseconds) * Int64(rateHz) / 1_000_000_000)
        // Off the grid of the blocks before, so that readers of the far end can tell a restart from silence taken back.
        let grid = Int64(blockFrames)
        while (first - written) % grid == 0 || (first - sight.index) % grid == 0 { first += 1 }
        silentFrom = first
        written = first + Int64(frames)
        sight = Sight(index: written - Int64(delay), nanoseconds: now)
    }

    /// An error of the device: what it has played by now is known by the clock alone.
    @_noAllocation @_noLocks
    private mutating func stumble(_ status: Int32) {
        advanceSight(to: ln_monotonic_ns())
        standStill()
        guard status == -EPIPE else { return }
        tally._withUnsafeGuaranteedRef { $0.noteUnderrun() }
        fill.noteUnderrun()
        push(.underrun(time: MonotonicTime(nanoseconds: sight.nanoseconds)))
    }

    @_noAllocation @_noLocks
    private mutating func retryOrLose(_ status: Int32) -> Outcome {
        if isRunning { stumble(status) }
        failedRestarts += 1
        if status == -ENODEV || failedRestarts > Self.restartsBeforeLost { return .lost(code: -status) }
        return .sleep(nanoseconds: 1_000_000)
    }

    // MARK: Standing still

    /// Silences the device at once. What was not heard can be read from the reply's ring again.
    @_noAllocation @_noLocks
    private mutating func cut(_ device: borrowing ALSAPlaybackDevice) {
        if look(device).status < 0 { advanceSight(to: ln_monotonic_ns()) }
        let seen = ln_monotonic_ns()
        _ = device.drop()
        advanceSight(to: seen)
        standStill()
    }

    /// Settles the books for a device that plays no more: reports what was heard, takes back what was not, cuts the
    /// far end there.
    @_noAllocation @_noLocks
    private mutating func standStill() {
        reportHeard()
        if let position = ledger.firstUnheard { reply._withUnsafeGuaranteedRef { $0.rewind(to: position) } }
        ledger.clear()
        isRunning = false
        publish(UnsafePointer(silence), index: sight.index)
    }

    /// Where the converter must be at `nanoseconds`, were it running evenly since it was last seen.
    @_noAllocation @_noLocks
    private mutating func advanceSight(to nanoseconds: Int64) {
        let frames = max(0, nanoseconds - sight.nanoseconds) * Int64(rateHz) / 1_000_000_000
        let index = min(written, sight.index + frames)
        sight = Sight(index: index, nanoseconds: sight.nanoseconds + self.nanoseconds(ofFrames: index - sight.index))
    }

    @_noAllocation @_noLocks
    private func takeBack(_ content: PlaybackRenderer.Content) {
        if content.count > 0 { reply._withUnsafeGuaranteedRef { $0.rewind(to: content.from) } }
    }

    // MARK: Without a device

    /// The device went away: keeps what was not heard.
    @_noAllocation @_noLocks
    mutating func lose(code: Int32) {
        if isRunning {
            advanceSight(to: ln_monotonic_ns())
            standStill()
        }
        failedRestarts = 0
        controls._withUnsafeGuaranteedRef { $0.setReplySounds(false) }
        push(.lost(code: code))
    }

    @_noAllocation @_noLocks
    mutating func recover() {
        tally._withUnsafeGuaranteedRef { $0.noteReopen() }
        push(.recovered)
    }

    /// Obeys what can be obeyed with nothing sounding.
    @_noAllocation @_noLocks
    mutating func obeyWithoutDevice() {
        var commands = controls._withUnsafeGuaranteedRef { $0.takeAll() }
        while let command = commands.next() { obey(command) }
    }

    // MARK: Commands

    @_noAllocation @_noLocks
    private mutating func obeyAll(_ device: borrowing ALSAPlaybackDevice) {
        var commands = controls._withUnsafeGuaranteedRef { $0.takeAll() }
        while let command = commands.next() {
            if command.endsSound, isRunning, ledger.holdsReply { cut(device) }
            obey(command)
        }
    }

    @_noAllocation @_noLocks
    private mutating func obey(_ command: PlaybackCommand) {
        switch command {
        case .duck, .reflexDuck:
            renderer.setDucked(true)
            push(.ducked(time: nextFrameTime(), requester: command.requester))
        case .unduck, .reflexUnduck:
            renderer.setDucked(false)
            push(.unducked(time: nextFrameTime(), requester: command.requester))
        case .pause, .reflexPause:
            renderer.pause()
            let heard = reply._withUnsafeGuaranteedRef { $0.read }
            push(.paused(heardUpTo: heard, time: silenceTime(), requester: command.requester))
        case .resume:
            renderer.resume()
            push(.resumed(time: nextFrameTime()))
        case .drop: forget()
        }
    }

    @_noAllocation @_noLocks
    private mutating func forget() {
        let heard = reply._withUnsafeGuaranteedRef { $0.read }
        let end = max(heard, controls._withUnsafeGuaranteedRef { $0.dropPosition })
        reply._withUnsafeGuaranteedRef { $0.skip(to: end) }
        renderer.reset()
        push(.dropped(heardUpTo: heard, forgottenUpTo: end, time: silenceTime()))
    }

    /// Since when there is silence: since the device was cut, else now.
    @_noAllocation @_noLocks
    private func silenceTime() -> MonotonicTime {
        MonotonicTime(nanoseconds: isRunning ? ln_monotonic_ns() : sight.nanoseconds)
    }

    /// When what is rendered next will meet the converter.
    @_noAllocation @_noLocks
    private func nextFrameTime() -> MonotonicTime {
        isRunning ? time(ofFrame: written) : MonotonicTime(nanoseconds: ln_monotonic_ns())
    }

    // MARK: Reports

    @_noAllocation @_noLocks
    private mutating func reportHeard() {
        while let event = ledger.nextHeard(before: sight.index, nanoseconds: sight.nanoseconds) { push(event) }
    }

    @_noAllocation @_noLocks
    private func push(_ event: PlaybackEvent) { _ = events._withUnsafeGuaranteedRef { $0.push(event) } }

    @_noAllocation @_noLocks
    private func publish(_ block: UnsafePointer<Int32>, index: Int64) {
        let stamp = FrameStamp(firstSample: index, time: time(ofFrame: index))
        let isTaken = farEnd._withUnsafeGuaranteedRef { $0.write(stamp: stamp, samples: block) }
        tally._withUnsafeGuaranteedRef { $0.note(blockTaken: isTaken) }
    }

    @_noAllocation @_noLocks
    private func time(ofFrame index: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: sight.nanoseconds + nanoseconds(ofFrames: index - sight.index))
    }

    @_noAllocation @_noLocks
    private func nanoseconds(ofFrames frames: Int64) -> Int64 { frames * 1_000_000_000 / Int64(rateHz) }
}
