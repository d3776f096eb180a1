import Audio
import Conversation
import Failures

/// Tells the turn machine a story in milliseconds: timers fire by themselves when their time has come.
struct Story {
    private(set) var machine: TurnMachine
    private(set) var now = 0
    private(set) var effects: [TurnEffect] = []
    private(set) var deadlines: [TurnTimer: Int] = [:]
    private(set) var states: [VisibleState] = [.idle]
    /// Frames arrive as they should, unless a story says otherwise.
    var framesArrive = true
    /// From a frame's last sample to its arrival, in milliseconds.
    var frameLag = 0
    private var isTalking = false
    private var lastVoiced: Int?

    init(_ settings: SessionSettings = SessionSettings()) { machine = TurnMachine(settings: settings) }

    static func time(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// Something happens now.
    @discardableResult
    mutating func happens(_ kind: TurnEvent.Kind) -> [TurnEffect] {
        if case .deadline(let timer) = kind { deadlines[timer] = nil }
        let new = machine.handle(TurnEvent(kind, at: Self.time(now)))
        for effect in new {
            switch effect {
            case .startTimer(let timer, let milliseconds): deadlines[timer] = now + milliseconds
            case .cancelTimer(let timer): deadlines[timer] = nil
            case .show(let state): states.append(state)
            default: break
            }
        }
        effects += new
        return new
    }

    /// Time passes, 10 ms frame by 10 ms frame.
    mutating func wait(_ milliseconds: Int) {
        let end = now + milliseconds
        while now < end {
            now += 10
            fireTimers()
            if isTalking { lastVoiced = now }
            if framesArrive { happens(.frame(end: Self.time(now - frameLag), lastVoiced: lastVoiced.map(Self.time))) }
        }
    }

    private mutating func fireTimers() {
        while let due = deadlines.filter({ $0.value <= now }).min(by: {
            ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue)
        }) {
            deadlines[due.key] = nil
            happens(.deadline(due.key))
        }
    }

    /// The person talks; the detector is sure after 50 ms, and again 80 ms after the end.
    mutating func talk(_ milliseconds: Int) {
        startTalking()
        wait(milliseconds - 50)
        stopTalking()
    }

    mutating func startTalking() {
        isTalking = true
        let onset = now
        wait(50)
        happens(.speechStarted(onset: Self.time(onset)))
    }

    mutating func stopTalking() {
        isTalking = false
        let end = now
        wait(80)
        happens(.speechEnded(end: Self.time(end)))
    }

    mutating func settled(_ text: String) { happens(.words(text, isSettled: true)) }
    mutating func interim(_ text: String) { happens(.words(text, isSettled: false)) }

    /// A tap of 100 ms.
    mutating func tap() {
        happens(.press)
        wait(100)
        happens(.release)
    }

    /// The reply that was asked for last.
    var asked: UtteranceID {
        for effect in effects.reversed() {
            if case .ask(let id, _, _) = effect { return id }
            if case .speak(let id, _) = effect { return id }
        }
        return UtteranceID(0)
    }

    /// The reply's audio reaches the loudspeaker and begins to sound.
    mutating func replySounds(_ milliseconds: Int = 3_000) {
        let id = asked
        happens(.reply(id, .firstToken))
        happens(.reply(id, .audio(milliseconds: milliseconds)))
        happens(.reply(id, .complete))
        happens(.playing(id))
    }

    /// Up to a sounding answer, from nothing.
    static func speaking(_ settings: SessionSettings = SessionSettings(), milliseconds: Int = 3_000) -> Story {
        var story = Story(settings)
        story.tap()
        story.talk(1_000)
        story.wait(150)
        story.settled("What time is it?")
        story.wait(300)
        story.replySounds(milliseconds)
        story.wait(500)
        return story
    }

    var state: VisibleState { states.last ?? .idle }

    func count(_ matches: (TurnEffect) -> Bool) -> Int { effects.count(where: matches) }
    func contains(_ effect: TurnEffect) -> Bool { effects.contains(effect) }

    var outcomes: [TurnOutcome] {
        effects.compactMap { effect in
            if case .endTurn(let outcome, _) = effect { outcome } else { nil }
        }
    }

    var starts: [TurnStart] {
        effects.compactMap { effect in
            if case .beginTurn(let start) = effect { start } else { nil }
        }
    }

    var commits: [String] {
        effects.compactMap { effect in
            if case .commit(let text, _) = effect { text } else { nil }
        }
    }
}
