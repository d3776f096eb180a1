import Appliance
import Testing

@Suite struct `The watchdog` {
    private func progress(_ capture: UInt64, _ frames: UInt64, _ turns: UInt64, away: Bool = false) -> Watchdog.Progress {
        Watchdog.Progress(captureBlocks: capture, frontEndFrames: frames, eventLoopTurns: turns, captureIsAway: away)
    }

    @Test func `is fed while all three clocks advance`() {
        var watchdog = Watchdog()
        for step in UInt64(1)...5 { #expect(watchdog.check(progress(step, step, step)) == []) }
    }

    @Test func `is not fed when one of them stands still, and says which`() {
        var watchdog = Watchdog()
        _ = watchdog.check(progress(1, 1, 1))
        #expect(watchdog.check(progress(1, 2, 2)) == [.capture])
        #expect(watchdog.check(progress(2, 1, 2)) == [.frontEnd])
        #expect(watchdog.check(progress(2, 2, 1)) == [.eventLoop])
        #expect(watchdog.check(progress(1, 1, 1)) == [.capture, .frontEnd, .eventLoop])
        #expect(watchdog.check(progress(2, 2, 2)) == [])
    }

    @Test func `does not restart a daemon that waits for an unplugged microphone`() {
        var watchdog = Watchdog()
        _ = watchdog.check(progress(5, 5, 5))
        #expect(watchdog.check(progress(5, 5, 6, away: true)) == [])
        #expect(watchdog.check(progress(5, 5, 6, away: true)) == [.eventLoop])
    }
}
