import Audio
import CPlatform

/// What the loudspeaker is told, and what became of it.
extension PlaybackLoop {
    @_noAllocation @_noLocks
    mutating func obeyAll(_ device: borrowing ALSAPlaybackDevice) {
        var commands = links.takeCommands()
        while let command = commands.next() {
            if command.endsSound, isRunning, ledger.holdsReply { cut(device) }
            obey(command)
        }
    }

    /// Obeys what can be obeyed with nothing sounding. A chime that came meanwhile is of the past.
    @_noAllocation @_noLocks
    mutating func obeyWithoutDevice() {
        var commands = links.takeCommands()
        while let command = commands.next() { obey(command) }
        renderer.forgetChimes()
    }

    @_noAllocation @_noLocks
    private mutating func obey(_ command: PlaybackCommand) {
        switch command {
        case .duck, .reflexDuck:
            renderer.setDucked(true)
            links.push(.ducked(time: nextFrameTime(), requester: command.requester))
        case .unduck, .reflexUnduck:
            renderer.setDucked(false)
            links.push(.unducked(time: nextFrameTime(), requester: command.requester))
        case .pause, .reflexPause:
            renderer.pause()
            links.push(.paused(heardUpTo: links.replyRead, time: silenceTime(), requester: command.requester))
        case .resume:
            renderer.resume()
            links.push(.resumed(time: nextFrameTime()))
        case .drop: forget()
        }
    }

    @_noAllocation @_noLocks
    private mutating func forget() {
        let heard = links.replyRead
        let end = links.dropReply()
        renderer.reset()
        links.push(.dropped(heardUpTo: heard, forgottenUpTo: end, time: silenceTime()))
    }

    /// Since when there is silence: since the device was cut, else now.
    @_noAllocation @_noLocks
    private func silenceTime() -> MonotonicTime {
        MonotonicTime(nanoseconds: isRunning ? ln_monotonic_ns() : clock.seenNanoseconds)
    }

    /// When what is rendered next will meet the converter.
    @_noAllocation @_noLocks
    private func nextFrameTime() -> MonotonicTime {
        isRunning ? clock.time(ofFrame: clock.written) : MonotonicTime(nanoseconds: ln_monotonic_ns())
    }
}
