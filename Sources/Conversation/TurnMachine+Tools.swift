import Audio
import Failures

/// The silence between a model's call and its next word, and the model that steps in for another.
extension TurnMachine {
    /// Tools keep their own deadlines; this much later the machine does not believe them any more.
    private static let toolSlackMilliseconds = 1_000

    /// Another model is asked; it has the whole time once more.
    mutating func fellBack(to model: Failure.Subject) {
        answering?.model = model
        if isRunning(.answer) { start(.answer, settings.firstTokenDeadlineMilliseconds) }
    }

    mutating func toolsRunning(boundMilliseconds: Int) {
        guard let answering else { return }
        self.answering?.toolRound = .running(boundMilliseconds: boundMilliseconds)
        cancel(.stall)
        start(.answer, boundMilliseconds + Self.toolSlackMilliseconds)
        if answering.pausedSince == nil { watchSilence() }
        guard settings.fillerMilliseconds > 0, answering.filler == nil, !answering.hasToken else { return }
        start(.filler, settings.fillerMilliseconds)
    }

    mutating func toolsDone() {
        guard answering?.toolRound != nil else { return }
        answering?.toolRound = .answered
        cancel(.filler)
        start(.answer, settings.firstTokenDeadlineMilliseconds)
    }

    /// The tools take their time, and the person has heard nothing yet.
    mutating func fillerDue() {
        guard let answering, case .running? = answering.toolRound, voiceOnset == nil, !answering.isSounding else { return }
        let id = newUtterance()
        self.answering?.filler = id
        emit(.sayFiller(id))
    }

    /// Says what a silence from here on means: the reply has stalled, or somebody is still thinking.
    mutating func watchSilence() {
        guard let answering else { return }
        if answering.toolRound == nil {
            start(.stall, settings.stallMilliseconds, after: answering.soundEnds)
        } else if !isRunning(.thinkingSound) {
            start(.thinkingSound, settings.thinkingSoundMilliseconds, after: max(now, answering.soundEnds))
        }
    }

    /// Speech while a tool runs and the words before it have been heard: nothing sounds that a reflex could pause.
    mutating func startedToSpeakIntoGap(_ onset: MonotonicTime) {
        emit(.pause)
        paused(onset)
    }

    /// Why the answer is late, by whom it waits for.
    func lateness(of answering: Answering) -> Failure {
        let limit = settings.firstTokenDeadlineMilliseconds
        let late = Failure(answering.model ?? settings.model, .timedOut, "no word within \(limit) ms")
        switch answering.toolRound {
        case .running(let bound): return Failure(.system, .timedOut, "a tool did not return within \(bound) ms")
        case .answered: return late
        case nil where answering.isTurn && !answering.hasToken: return late
        case nil:
            let limit = settings.firstAudioDeadlineMilliseconds
            return Failure(settings.synthesizer, .timedOut, "no audio within \(limit) ms of the text")
        }
    }
}
