import Audio
import CPlatform
import Failures
import Hardware
import Testing

@Suite struct `A board` {
    private func at(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }

    @Test func `shows every state in a way of its own`() {
        let looks = LightPattern.allCases.map { pattern in
            LightPattern.Light.allCases.map { "\(pattern.rhythm(of: $0))" }.joined()
        }
        #expect(Set(looks).count == looks.count)
        #expect(LightPattern.Rhythm.blinking(halfPeriodMilliseconds: 100).isLit(afterMilliseconds: 50))
        #expect(!LightPattern.Rhythm.blinking(halfPeriodMilliseconds: 100).isLit(afterMilliseconds: 150))
    }

    @Test func `with a ring lights what is nearest to the talker, and only while it listens`() {
        let twelve = { LightPattern.listening.ringLight(directionDegrees: $0, of: 12) }
        #expect([0, 14, 15, 30, 180, 344, 345, 359].map(twelve) == [0, 0, 1, 1, 6, 11, 0, 0])
        #expect(twelve(nil) == nil && LightPattern.listening.ringLight(directionDegrees: 90, of: 0) == nil)
        #expect(LightPattern.listening.ringLight(directionDegrees: 90, of: 1) == 0)
        for pattern in LightPattern.allCases where pattern != .listening {
            #expect(pattern.ringLight(directionDegrees: 90, of: 12) == nil)
        }
    }

    @Test func `that is simulated is pressed by a program and remembers its lights`() async {
        let board = SimulatedBoard()
        board.press(at: at(1))
        board.press(at: at(2))
        board.release(at: at(3))
        board.show(.listening)
        board.close()
        var seen: [BoardEvent] = []
        for await event in board.events { seen.append(event) }
        #expect(seen == [.pressed(at: at(1)), .released(at: at(3))])
        #expect(board.shown == [.listening])
    }

    @Test(.timeLimit(.minutes(1)))
    func `says when its button went down and up, at the kernel's instants`() async throws {
        let kernel = try StandInKernel()
        let board = try GPIOBoard(buttonDescriptor: kernel.line)
        defer { board.close() }
        board.show(.thinking)
        // Held while the daemon started: nothing was pressed, so nothing is released.
        kernel.edge(isDown: false, at: at(900))
        kernel.edge(isDown: true, at: at(1000))
        kernel.edge(isDown: true, at: at(1050))
        kernel.edge(isDown: false, at: at(1200))
        #expect(await board.first(2) == [.pressed(at: at(1000)), .released(at: at(1200))])
    }

    @Test(.timeLimit(.minutes(1)))
    func `that loses its button says so once and ends in peace`() async throws {
        let kernel = try StandInKernel()
        let board = try GPIOBoard(buttonDescriptor: kernel.line)
        kernel.edge(isDown: true, at: at(1))
        kernel.vanish()
        let seen = await board.first(2)
        #expect(seen.first == .pressed(at: at(1)))
        guard case .failed(let failure)? = seen.last else {
            Issue.record("not said: \(seen)")
            return
        }
        #expect(failure.subject == .board && failure.kind == .unplugged)
        usleep(50_000)
        board.close()
        #expect(await board.first(1) == [])
    }

    @Test func `that is not there is named, with the call`() {
        #expect { try GPIOBoard(GPIOBoard.Settings(chip: "no-such-chip", buttonLine: 17)) } throws: { error in
            let failure = error as? Failure
            return failure?.subject == .board && failure?.kind == .absent && failure?.detail.contains("no-such-chip") == true
        }
    }
}

extension Board {
    /// The next events, fewer when the board is closed before.
    fileprivate func first(_ count: Int) async -> [BoardEvent] {
        var seen: [BoardEvent] = []
        for await event in events {
            seen.append(event)
            if seen.count == count { break }
        }
        return seen
    }
}

/// A pipe that yields what the kernel's line descriptor does: `struct gpio_v2_line_event` of Linux' user interface, 48 bytes.
private final class StandInKernel {
    let line: Int32
    private var end: Int32
    private var sequence: UInt32 = 0

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CaptureRoom.Unavailable(what: "a pipe") }
        (line, end) = (ends[0], ends[1])
    }

    deinit {
        vanish()
        close(line)
    }

    func edge(isDown: Bool, at time: MonotonicTime) {
        sequence += 1
        let words: [UInt32] = [isDown ? 1 : 2, 17, sequence, sequence, 0, 0, 0, 0, 0, 0]
        let record = withUnsafeBytes(of: UInt64(time.nanoseconds)) { Array($0) } + words.withUnsafeBytes { Array($0) }
        _ = write(end, record, record.count)
    }

    func vanish() {
        if end >= 0 { close(end) }
        end = -1
    }
}
