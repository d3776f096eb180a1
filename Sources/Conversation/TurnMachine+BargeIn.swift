import Audio
import Failures

/// Speech over the answer: ducked, paused, then interrupted or a false alarm. Ducking and pausing are the endpoint's reflex;
/// what they meant is decided here.
extension TurnMachine {
    // MARK: What the reflex did

    mutating func ducked(_ speechStart: MonotonicTime) {
        guard let answering, answering.pausedSince == nil else { return }
        closeOverlap()
        openOverlap(speechStart)
        self.answering?.sound = .ducked
        start(.duck, settings.longestDuckMilliseconds)
        if answering.isTurn { emit(.mark(.ducked, at: now)) }
    }

    mutating func unducked() {
        guard let answering, answering.sound == .ducked else { return }
        cancel(.duck)
        self.answering?.sound = .sounding
        emit(.noteFalseAlarm)
        emit(.forgetInterruption)
        closeOverlap()
    }

    /// The reflex owes an answer: loud again or silent.
    mutating func duckOverdue() {
        emit(.resume)
        unducked()
    }

    mutating func paused(_ speechStart: MonotonicTime?) {
        guard let answering, answering.pausedSince == nil else { return }
        if answering.overlap == nil || isRunning(.lateWords) {
            closeOverlap()
            openOverlap(speechStart ?? now)
        }
        cancel(.duck, .stall)
        let instant = now
        self.answering?.sound = .paused(since: instant)
        soundedUntil = now
        if answering.isTurn { emit(.mark(.paused, at: now)) }
        start(.decision, settings.decisionMilliseconds)
        considerInterruption()
    }

    /// Listens to what may become an interruption, from a little before its first sound.
    private mutating func openOverlap(_ speechStart: MonotonicTime) {
        let giveUp = now.advanced(byMilliseconds: settings.noSpeechMilliseconds)
        var overlap = Listening(giveUp: giveUp, reopensLeft: settings.continuationLimit)
        overlap.speech = .going(onset: speechStart)
        overlap.firstOnset = speechStart
        answering?.overlap = overlap
        // Half the usual lead-in: there the box's own voice still sounds.
        emit(.openEars(from: speechStart.advanced(byMilliseconds: -settings.leadInMilliseconds / 2), keepsWords: false))
        if answering?.isTurn == true { emit(.mark(.interruptionHeard, at: speechStart)) }
    }

    mutating func closeOverlap() {
        guard answering?.overlap != nil else { return }
        answering?.overlap = nil
        cancel(.lateWords, .finalTranscript)
        emit(.closeEars)
    }

    // MARK: What the person goes on to do

    mutating func startedToSpeakOverAnswer(_ onset: MonotonicTime) {
        guard let answering else { return }
        if answering.overlap != nil {
            self.answering?.overlap?.speech = .going(onset: onset)
            self.answering?.overlap?.finalizeSent = false
            self.answering?.overlap?.isSettled = false
        } else if case .turn(let left, _, _) = answering.kind, left > 0, !answering.isSounding {
            start(.continuation, settings.continuationMilliseconds, after: onset)
        } else if settings.bargeIn, answering.isInGap(at: now) {
            startedToSpeakIntoGap(onset)
        }
    }

    mutating func stoppedSpeakingOverAnswer(_ end: MonotonicTime) {
        cancel(.continuation)
        guard let overlap = answering?.overlap, overlap.isSpeechGoing else { return }
        answering?.overlap?.speech = .paused(end: end)
        finalizeOverlap()
    }

    private mutating func finalizeOverlap() {
        guard let overlap = answering?.overlap, !overlap.finalizeSent else { return }
        answering?.overlap?.finalizeSent = true
        emit(.finalize)
        start(.finalTranscript, settings.finalTranscriptMilliseconds)
    }

    mutating func words(_ text: String, isSettled: Bool) {
        guard var overlap = answering?.overlap else { return wordsWhileListening(text, isSettled: isSettled) }
        overlap.text = text
        overlap.isSettled = overlap.finalizeSent && (isSettled || overlap.isSettled)
        answering?.overlap = overlap
        if overlap.isSettled { cancel(.finalTranscript) }
        if Backchannel.isInterruption(text) { return interrupt() }
        if overlap.isSettled, !overlap.isSpeechGoing, answering?.pausedSince != nil { falseAlarm() }
    }

    /// While paused: speech that has gone on long enough is meant, whatever its words.
    mutating func considerInterruption() {
        guard let overlap = answering?.overlap, answering?.pausedSince != nil else { return }
        if Backchannel.isInterruption(overlap.text) { return interrupt() }
        if case .going(let onset) = overlap.speech, let lastVoiced,
            lastVoiced.milliseconds(since: onset) >= Double(settings.confirmMilliseconds)
        {
            interrupt()
        }
    }

    /// The time for telling them apart is over.
    mutating func decide() {
        guard let overlap = answering?.overlap, answering?.pausedSince != nil else { return }
        voiceOnset != nil && overlap.isSpeechGoing ? interrupt() : falseAlarm()
    }

    // MARK: The two ways out

    /// Nobody meant to interrupt: on from where it stopped. Words may still come late and prove the contrary.
    private mutating func falseAlarm() {
        guard let answering, let since = answering.pausedSince else { return }
        cancel(.decision)
        emit(.resume)
        emit(.noteFalseAlarm)
        emit(.forgetInterruption)
        let pause = now.nanoseconds(since: since)
        self.answering?.sound = .sounding
        self.answering?.soundEnds = answering.soundEnds.advanced(byNanoseconds: pause)
        watchSilence()
        finalizeOverlap()
        start(.lateWords, settings.lateWordsMilliseconds)
    }

    /// The person has the word: the answer ends where it was heard to, and what is being said is the next turn.
    private mutating func interrupt() {
        guard let answering, let overlap = answering.overlap else { return }
        soundedUntil = answering.pausedSince ?? now
        cancel(.thinkingSound, .answer, .filler, .stall, .duck, .decision, .lateWords, .continuation)
        emit(.silence)
        emit(.dropReply(answering.id))
        switch answering.kind {
        case .turn: emit(.endTurn(.interrupted, nil))
        case .announcement(let id): emit(.announced(id, isHeard: false))
        case .apology: break
        }
        emit(.beginTurn(.bargeIn))
        emit(.setReflex(isArmed: false))
        phase = .listening(overlap)
        goOnListening(overlap)
    }

    private mutating func goOnListening(_ overlap: Listening) {
        let onset = overlap.firstOnset ?? now
        emit(.mark(.speechStart, at: onset))
        start(.longest, settings.longestQuestionMilliseconds, after: onset)
        guard let end = overlap.pausedSince else { return }
        emit(.mark(.speechEnd, at: end))
        if !overlap.finalizeSent { return start(.firstPause, settings.firstPauseMilliseconds, after: end) }
        overlap.isSettled ? considerEnd() : scheduleEnd()
    }

    /// The person went on after the turn was committed, before anything sounded: it is the same question still.
    mutating func reopenTurn() {
        guard let answering, !answering.isSounding, let voiceOnset,
            case .turn(let left, let text, _) = answering.kind, left > 0
        else { return }
        closeAnswering()
        emit(.silence)
        emit(.dropReply(answering.id))
        emit(.forgetCommitment)
        emit(.setReflex(isArmed: false))
        let giveUp = now.advanced(byMilliseconds: settings.noSpeechMilliseconds)
        var listening = Listening(giveUp: giveUp, reopensLeft: left - 1)
        listening.text = text
        listening.speech = .going(onset: voiceOnset)
        listening.firstOnset = voiceOnset
        phase = .listening(listening)
        start(.longest, settings.longestQuestionMilliseconds, after: voiceOnset)
        emit(.openEars(from: voiceOnset.advanced(byMilliseconds: -settings.leadInMilliseconds), keepsWords: true))
    }
}
