import Audio
import Conversation
import Failures
import Testing

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed tells the same story.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct AnyOrder {
    /// Most effects that one event may have.
    static let effectBound = 40

    @Test func `any events in any order never wedge the machine`() {
        var random = SeededGenerator(state: 2026)
        var eventCount = 0
        for run in 0..<2_000 {
            var story = Story()
            for _ in 0..<80 {
                story.wait(10 * Int.random(in: 0...12, using: &random))
                let effects = story.happens(Self.anyEvent(story, &random))
                #expect(effects.count <= Self.effectBound)
                eventCount += 1
            }
            story.happens(.unmute)
            for subject in [Failure.Subject.capture, .playback] { story.happens(.deviceRecovered(subject)) }
            // Nothing happens any more but time.
            for _ in 0..<300 where story.state != .idle { story.wait(1_000) }
            #expect(story.state == .idle, "run \(run) is stuck in \(story.state) with \(story.deadlines)")
            #expect(story.deadlines.isEmpty, "run \(run) rests with \(story.deadlines)")
            if story.state != .idle { return }
        }
        #expect(eventCount >= 100_000)
    }

    @Test func `every turn that begins ends exactly once`() {
        var random = SeededGenerator(state: 3)
        for run in 0..<500 {
            var story = Story()
            for _ in 0..<80 {
                story.wait(10 * Int.random(in: 0...12, using: &random))
                story.happens(Self.anyEvent(story, &random))
            }
            story.happens(.stop)
            var open = 0
            for effect in story.effects {
                switch effect {
                case .beginTurn:
                    open += 1
                    #expect(open == 1, "run \(run): a turn begins inside another")
                case .endTurn:
                    open -= 1
                    #expect(open == 0, "run \(run): a turn ends that had not begun")
                default: break
                }
            }
            #expect(open == 0, "run \(run): a turn was left open")
            if open != 0 { return }
        }
    }

    static func anyEvent(_ story: Story, _ random: inout SeededGenerator) -> TurnEvent.Kind {
        let id = UtteranceID(Bool.random(using: &random) ? story.asked.rawValue : UInt64.random(in: 0...9, using: &random))
        let past = Story.time(story.now - Int.random(in: 0...300, using: &random))
        let words = ["", "stop", "what time is it?", "mm-hm", "and", "no wait"].randomElement(using: &random) ?? ""
        let failure = Failure([.deepgram, .groq, .cartesia].randomElement(using: &random) ?? .groq, .timedOut, "")
        switch Int.random(in: 0..<30, using: &random) {
        case 0...2: return .press
        case 3, 4: return .release
        case 5: return [.mute, .unmute, .stop, .unmute].randomElement(using: &random) ?? .stop
        case 6: return Bool.random(using: &random) ? .ask(words) : .say(Announcement(id: 1, text: "Tea."))
        case 7...9: return .speechStarted(onset: past)
        case 10...12: return .speechEnded(end: past)
        case 13...16: return .words(words, isSettled: Bool.random(using: &random))
        case 17: return .recognizerFailed(failure)
        case 18: return .reply(id, .firstToken)
        case 19: return .reply(id, .audio(milliseconds: Int.random(in: 0...2_000, using: &random)))
        case 20: return .reply(id, .complete)
        case 21: return .reply(id, .failed(failure, isAudible: Bool.random(using: &random)))
        case 28: return .reply(id, Bool.random(using: &random) ? .toolsRunning(boundMilliseconds: 3_000) : .toolsDone)
        case 29: return .reply(id, .fellBack(to: .gemini))
        case 22: return .playing(id)
        case 23: return .played(id)
        case 24: return .ducked(speechStart: past)
        case 25: return Bool.random(using: &random) ? .unducked : .paused(speechStart: past)
        case 26:
            return Bool.random(using: &random)
                ? .deviceFailed(Failure(Bool.random(using: &random) ? .capture : .playback, .unplugged, ""))
                : .deviceRecovered(Bool.random(using: &random) ? .capture : .playback)
        default: return .deadline(TurnTimer.allCases.randomElement(using: &random) ?? .stall)
        }
    }
}
