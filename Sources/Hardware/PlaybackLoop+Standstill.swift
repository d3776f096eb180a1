import Audio
import CPlatform

/// The device stops: cut by a command, run dry, or gone. The books are settled with what was heard until then.
extension PlaybackLoop {
    /// Silences the device at once. What was not heard can be read from the reply's ring again.
    @_noAllocation @_noLocks
    mutating func cut(_ device: borrowing ALSAPlaybackDevice) {
        if look(device).status < 0 { clock.advance(to: ln_monotonic_ns()) }
        let seen = ln_monotonic_ns()
        _ = device.drop()
        clock.advance(to: seen)
        standStill()
    }

    /// An error of the device: what it has played by now is known by the clock alone. A converter that stood still has
    /// played nothing since it was seen.
    @_noAllocation @_noLocks
    mutating func stumble(_ status: Int32) {
        if status != -ETIMEDOUT { clock.advance(to: ln_monotonic_ns()) }
        standStill()
        guard status == -EPIPE else { return }
        links.noteUnderrun()
        fill.noteUnderrun()
        storm.strike(at: ln_monotonic_ns())
        links.push(.underrun(time: MonotonicTime(nanoseconds: clock.seenNanoseconds)))
    }

    /// The device went away: keeps what was not heard of a reply; chimes are of the moment and are forgotten.
    @_noAllocation @_noLocks
    mutating func lose() {
        if isRunning {
            clock.advance(to: ln_monotonic_ns())
            standStill()
        }
        renderer.forgetChimes()
        links.setReplySounds(false)
    }

    /// Settles the books for a device that plays no more: reports what was heard, takes back what was not, cuts the
    /// far end there.
    @_noAllocation @_noLocks
    private mutating func standStill() {
        reportHeard()
        if let position = ledger.firstUnheard { links.rewindReply(to: position) }
        ledger.clear()
        isRunning = false
        publish(UnsafePointer(silence), index: clock.seenIndex)
    }

    @_noAllocation @_noLocks
    mutating func reportHeard() {
        while let event = ledger.nextHeard(before: clock.seenIndex, nanoseconds: clock.seenNanoseconds) { links.push(event) }
    }

    @_noAllocation @_noLocks
    func publish(_ block: UnsafePointer<Int32>, index: Int64) {
        links.publish(block, stamp: FrameStamp(firstSample: index, time: clock.time(ofFrame: index)))
    }
}
