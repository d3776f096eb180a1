import Audio
import Failures

/// The turn machine of DESIGN.md section 3: a pure value. Events go in, effects come out; no clock, no task, no socket.
///
/// Late events are normal: network, card and timers do not know the state. What means nothing any more changes nothing.
public struct TurnMachine: Sendable {
    /// Changed between turns alone.
    public internal(set) var settings: SessionSettings
    /// What people see now.
    public private(set) var visible = VisibleState.idle

    var phase = TurnPhase.resting
    var now = MonotonicTime(nanoseconds: 0)
    var isMuted = false
    /// Devices that do not work, with the reason.
    var broken: [Failure.Subject: Failure] = [:]
    /// Why the last turn failed, while it is shown.
    var shownFault: Failure?
    /// Announcements that wait for quiet.
    var announcements: [Announcement] = []
    static let announcementBound = 4
    /// Speech at the microphones, whatever the phase: since when, nil for none.
    var voiceOnset: MonotonicTime?
    var lastVoiced: MonotonicTime?
    /// The end of the newest frame.
    var heardUntil: MonotonicTime?
    /// How long frames usually take from their last sample to here, in nanoseconds: a remote endpoint's take longer.
    var usualLag: Int64?
    /// When the box itself last sounded; what the microphones had before is its own voice.
    var soundedUntil: MonotonicTime?

    private var running: Set<TurnTimer> = []
    private var effects: [TurnEffect] = []
    private var lastUtterance: UInt64 = 0

    public init(settings: SessionSettings = SessionSettings()) { self.settings = settings }

    /// Takes one event.
    ///
    /// - Returns: what must be done, in order; nothing when the event means nothing in this state.
    public mutating func handle(_ event: TurnEvent) -> [TurnEffect] {
        effects.removeAll(keepingCapacity: true)
        now = event.time
        take(event.kind)
        let face = face
        if face != visible {
            visible = face
            emit(.show(face))
        }
        return effects
    }

    private mutating func take(_ kind: TurnEvent.Kind) {
        switch kind {
        case .press: press()
        case .release: release()
        case .mute: mute()
        case .unmute: unmute()
        case .stop: stop()
        case .ask(let text): ask(text)
        case .say(let announcement): say(announcement)
        case .frame(let end, let voiced): frame(end: end, lastVoiced: voiced)
        case .speechStarted(let onset): speechStarted(onset)
        case .speechEnded(let end): speechEnded(end)
        case .words(let text, let isSettled): words(text, isSettled: isSettled)
        case .recognizerFailed(let failure): recognizerFailed(failure)
        case .reply(let id, let news): reply(id, news)
        case .playing(let id): playing(id)
        case .played(let id): played(id)
        case .ducked(let speechStart): ducked(speechStart)
        case .unducked: unducked()
        case .paused(let speechStart): paused(speechStart)
        case .deviceFailed(let failure): deviceFailed(failure)
        case .deviceRecovered(let subject): deviceRecovered(subject)
        case .deadline(let timer): if running.remove(timer) != nil { deadline(timer) }
        }
    }

    private mutating func deadline(_ timer: TurnTimer) {
        switch timer {
        case .noSpeech: nothingSaid()
        case .longest: longestReached()
        case .firstPause: firstPause()
        case .endOfTurn: considerEnd()
        case .releaseTail: settleEnding()
        case .finalTranscript: finalTranscriptOverdue()
        case .continuation: reopenTurn()
        case .thinkingSound: thinkingSound()
        case .answer: answerOverdue()
        case .filler: fillerDue()
        case .stall: stalled()
        case .duck: duckOverdue()
        case .decision: decide()
        case .lateWords: closeOverlap()
        case .followUp: if case .followUp = phase { rest() }
        case .fault: shownFault = nil
        }
    }

    // MARK: What the parts share

    mutating func emit(_ effect: TurnEffect) { effects.append(effect) }

    mutating func start(_ timer: TurnTimer, _ milliseconds: Int) {
        running.insert(timer)
        emit(.startTimer(timer, milliseconds: max(0, milliseconds)))
    }

    /// Starts a timer that fires so long after an instant that may lie in the past.
    mutating func start(_ timer: TurnTimer, _ milliseconds: Int, after instant: MonotonicTime) {
        let passed = now.nanoseconds(since: instant) / 1_000_000
        start(timer, milliseconds - Int(clamping: passed))
    }

    mutating func cancel(_ timers: TurnTimer...) {
        for timer in timers where running.remove(timer) != nil { emit(.cancelTimer(timer)) }
    }

    func isRunning(_ timer: TurnTimer) -> Bool { running.contains(timer) }

    mutating func newUtterance() -> UtteranceID {
        lastUtterance += 1
        return UtteranceID(lastUtterance)
    }

    /// Ends whatever was going on; an announcement that waits has its chance now.
    mutating func rest() {
        phase = .resting
        cancel(.followUp)
        guard !announcements.isEmpty else { return }
        announce(announcements.removeFirst())
    }

    /// No turn is under way and nothing of the box's own sounds.
    var isQuiet: Bool {
        switch phase {
        case .resting, .followUp: true
        case .listening, .answering: false
        }
    }

    private var face: VisibleState {
        switch phase {
        case .listening: return .listening
        case .answering(let answering):
            if answering.kind == .apology { return faultFace }
            return answering.isSounding && !answering.isInGap(at: now) ? .speaking : .thinking
        case .followUp: return .followUp
        case .resting:
            if isMuted { return .muted }
            return broken.isEmpty && shownFault == nil ? .idle : faultFace
        }
    }

    /// The network gone is something else than something broken.
    private var faultFace: VisibleState {
        guard broken.isEmpty, let shownFault else { return .error }
        return shownFault.isNetworkGone ? .offline : .error
    }
}

extension Failure {
    var isNetworkGone: Bool { kind == .nameNotResolved || kind == .unreachable }
}

extension TurnMachine {
    /// The open ears' state, wherever it stands.
    var listening: Listening? {
        get {
            if case .listening(let listening) = phase { listening } else { nil }
        }
        set {
            if case .listening = phase, let newValue { phase = .listening(newValue) }
        }
    }

    var answering: Answering? {
        get {
            if case .answering(let answering) = phase { answering } else { nil }
        }
        set {
            if case .answering = phase, let newValue { phase = .answering(newValue) }
        }
    }
}
