import Audio
import Conversation
import Testing

@Suite struct EndpointerTests {
    /// Runs a line of frames, `#` speech, `.` silence, `-` in between the two thresholds; gives the events with their frame.
    static func events(_ line: String) -> [(frame: Int, event: Endpointer.Event)] {
        var endpointer = Endpointer()
        var events: [(Int, Endpointer.Event)] = []
        for (index, character) in line.enumerated() {
            let probability: Int16 = character == "#" ? 30_000 : character == "-" ? 13_000 : 0
            if let event = endpointer.process(start: time(index), probabilityQ15: probability) { events.append((index, event)) }
        }
        return events
    }

    static func time(_ frame: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(frame) * 10_000_000) }

    @Test func `an onset is sure within 100 ms and dated back to its first frame`() {
        let events = Self.events("......################")
        #expect(events.count == 1)
        #expect(events.first?.event == .speechStarted(onset: Self.time(6)))
        #expect((events.first?.frame ?? 99) - 6 < 10)
    }

    @Test func `an end is dated back to the last frame of speech`() {
        let events = Self.events("####################..........")
        #expect(events.last?.event == .speechEnded(end: Self.time(20)))
    }

    @Test func `one frame of noise is no speech and one frame of silence is no pause`() {
        #expect(Self.events("....#.....#.....#....#...").isEmpty)
        #expect(Self.events("#####.####.#####.#######.####").count == 1)
    }

    @Test func `one click in a pause does not prolong the speech`() {
        let events = Self.events("##########....#....#....")
        #expect(events.last?.event == .speechEnded(end: Self.time(10)))
    }

    @Test func `an onset with a hole is still an onset`() {
        #expect(Self.events("...##.###.....").first?.event == .speechStarted(onset: Self.time(3)))
    }

    @Test func `between the thresholds speech goes on and does not begin`() {
        #expect(Self.events("--------------------").isEmpty)
        #expect(Self.events("##########----------##").count == 1)
    }

    @Test func `starts and ends always alternate`() {
        var random = SeededGenerator(state: 7)
        var endpointer = Endpointer()
        var isSpeaking = false
        var last = MonotonicTime(nanoseconds: -1)
        for frame in 0..<200_000 {
            let isLoud = Int.random(in: 0..<100, using: &random) < (frame / 50 % 2 == 0 ? 85 : 10)
            let probability = Int16.random(in: isLoud ? 16_384...32_767 : 0...9_829, using: &random)
            switch endpointer.process(start: Self.time(frame), probabilityQ15: probability) {
            case .speechStarted(let onset):
                #expect(!isSpeaking && onset >= last)
                (isSpeaking, last) = (true, onset)
            case .speechEnded(let end):
                #expect(isSpeaking && end > last)
                (isSpeaking, last) = (false, end)
            case nil: break
            }
        }
    }
}
