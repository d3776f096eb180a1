import Audio
import Failures
import Hardware
import Testing

@Suite struct `A board` {
    private func at(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }

    @Test func `a bouncing contact is one press at its first touch`() {
        var debouncer = Debouncer(milliseconds: 5)
        #expect(debouncer.edge(isDown: true, at: at(100)) == .pressed(at: at(100)))
        for (level, time) in [(false, 101), (true, 102), (false, 103), (true, 104)] {
            #expect(debouncer.edge(isDown: level, at: at(time)) == nil)
        }
        #expect(debouncer.settlesAt == at(105))
        #expect(debouncer.settled(isDown: true, at: at(105)) == nil)
        #expect(debouncer.edge(isDown: false, at: at(300)) == .released(at: at(300)))
    }

    @Test func `a tap shorter than the bouncing is still let go`() {
        var debouncer = Debouncer(milliseconds: 5)
        #expect(debouncer.edge(isDown: true, at: at(100)) == .pressed(at: at(100)))
        #expect(debouncer.edge(isDown: false, at: at(103)) == nil)
        #expect(debouncer.settled(isDown: false, at: at(105)) == .released(at: at(105)))
    }

    @Test func `shows every state in a way of its own`() {
        let looks = LightPattern.allCases.map { pattern in
            LightPattern.Light.allCases.map { "\(pattern.rhythm(of: $0))" }.joined()
        }
        #expect(Set(looks).count == looks.count)
        #expect(LightPattern.Rhythm.blinking(halfPeriodMilliseconds: 100).isLit(afterMilliseconds: 50))
        #expect(!LightPattern.Rhythm.blinking(halfPeriodMilliseconds: 100).isLit(afterMilliseconds: 150))
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

    @Test func `that is not there is named, with the call`() {
        #expect { try GPIOBoard(GPIOBoard.Settings(chip: "no-such-chip", buttonLine: 17)) } throws: { error in
            let failure = error as? Failure
            return failure?.subject == .board && failure?.kind == .absent && failure?.detail.contains("no-such-chip") == true
        }
    }
}
