import Audio
import Failures

/// Where a conversation stands, inside. ``VisibleState`` is what follows from it.
enum TurnPhase: Sendable, Equatable {
    /// Idle, muted, offline or error, by what else is known.
    case resting
    case listening(Listening)
    case answering(Answering)
    case followUp(until: MonotonicTime)
}

/// The ears are open: a turn's question, or (inside ``Answering``) what may become an interruption.
struct Listening: Sendable, Equatable {
    enum Button: Sendable, Equatable {
        case untouched
        case down(since: MonotonicTime)
        case released
    }
    enum Speech: Sendable, Equatable {
        case none
        case going(onset: MonotonicTime)
        case paused(end: MonotonicTime)
    }

    var button = Button.untouched
    var speech = Speech.none
    /// When the first speech of this turn began; nil while there was none.
    var firstOnset: MonotonicTime?
    /// All words so far.
    var text = ""
    /// `finalize` was sent since speech last went on.
    var finalizeSent = false
    /// Nothing that the recognizer was asked for is outstanding.
    var isSettled = false
    /// The recognizer hears words where the detector hears no speech.
    var detectorIsDeaf = false
    /// The end is decided (button, longest question); only the settled text is waited for.
    var ending: Ending?
    /// The answer being prepared for words that may not be the last.
    var speculation: Speculation?
    /// When a turn without a word gives up.
    var giveUp: MonotonicTime
    var reopensLeft: Int

    enum Ending: Sendable, Equatable { case button, longest }

    struct Speculation: Sendable, Equatable {
        var id: UtteranceID
        var text: String
        var hasToken = false
        var hasFailed = false
    }

    var isHeld: Bool {
        if case .down = button { true } else { false }
    }

    var isSpeechGoing: Bool {
        if case .going = speech { true } else { false }
    }

    var pausedSince: MonotonicTime? {
        if case .paused(let end) = speech { end } else { nil }
    }
}

/// Something of the box's own is to be heard: the answer of a turn, or an announcement, or why a turn failed.
struct Answering: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// - reopensLeft: how often speech before the first sound may reopen the turn; 0 after a button or the longest question.
        case turn(reopensLeft: Int, text: String, opensFollowUp: Bool)
        case announcement(Int)
        case apology
    }
    enum Sound: Sendable, Equatable {
        /// Nothing sounds yet: what people see as thinking.
        case awaited
        case sounding
        case ducked
        case paused(since: MonotonicTime)
    }

    enum ToolRound: Sendable, Equatable {
        case running(boundMilliseconds: Int)
        /// The model has the results, and has said nothing to them yet.
        case answered
    }

    var id: UtteranceID
    var kind: Kind
    var sound = Sound.awaited
    /// All of it was handed to the loudspeaker.
    var isComplete = false
    /// When all that was handed over will have sounded.
    var soundEnds: MonotonicTime
    /// Words have come: if nothing follows, it is the synthesizer who is late.
    var hasToken = false
    /// What the model called for, until its next word.
    var toolRound: ToolRound?
    /// What was said to bridge a tool's silence.
    var filler: UtteranceID?
    /// Who writes it, when that is not the first model.
    var model: Failure.Subject?
    /// It broke while it sounded; told when it has sounded to its end.
    var failure: Failure?
    /// What may become an interruption: open from the duck until the words can no longer be late.
    var overlap: Listening?

    var isTurn: Bool {
        if case .turn = kind { true } else { false }
    }

    var isSounding: Bool { sound != .awaited }

    /// The words before a call have been heard, and those after it have not come.
    func isInGap(at now: MonotonicTime) -> Bool {
        isSounding && toolRound != nil && pausedSince == nil && soundEnds <= now
    }

    func isMine(_ id: UtteranceID) -> Bool { id == self.id || id == filler }

    var pausedSince: MonotonicTime? {
        if case .paused(let since) = sound { since } else { nil }
    }
}
