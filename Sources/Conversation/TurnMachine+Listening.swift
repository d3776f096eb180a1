import Audio
import Failures

/// From the first sign of a question to its end.
extension TurnMachine {
    /// Opens the ears for a new turn.
    mutating func begin(_ turnStart: TurnStart, from: MonotonicTime, giveUp: MonotonicTime) {
        phase = .listening(Listening(giveUp: giveUp, reopensLeft: settings.continuationLimit))
        cancel(.fault)
        shownFault = nil
        emit(.beginTurn(turnStart))
        emit(.setReflex(isArmed: false))
        emit(.openEars(from: from, keepsWords: false))
    }

    // MARK: Speech

    mutating func frame(end: MonotonicTime, lastVoiced: MonotonicTime?) {
        heardUntil = end
        self.lastVoiced = lastVoiced
        // Falls at once, rises slowly: a stall must not pass for usual.
        let lag = now.nanoseconds(since: end)
        let usual = usualLag ?? lag
        usualLag = lag < usual ? lag : usual + (lag - usual) / 128
        if voiceOnset != nil { considerInterruption() }
    }

    mutating func speechStarted(_ onset: MonotonicTime) {
        guard !isMuted else { return }
        voiceOnset = onset
        switch phase {
        case .listening: startedToSpeak(onset)
        case .answering: startedToSpeakOverAnswer(onset)
        case .followUp(let until): begin(followUpAt: onset, until: until)
        case .resting: break
        }
    }

    mutating func speechEnded(_ end: MonotonicTime) {
        voiceOnset = nil
        switch phase {
        case .listening: stoppedSpeaking(end)
        case .answering: stoppedSpeakingOverAnswer(end)
        case .followUp, .resting: break
        }
    }

    mutating func begin(followUpAt onset: MonotonicTime, until: MonotonicTime) {
        cancel(.followUp)
        var from = onset.advanced(byMilliseconds: -settings.leadInMilliseconds)
        if let soundedUntil { from = max(from, soundedUntil) }
        begin(.followUp, from: from, giveUp: until)
        startedToSpeak(onset)
    }

    /// Whatever was prepared for the words so far is dropped unheard.
    mutating func startedToSpeak(_ onset: MonotonicTime) {
        guard var listening, listening.ending == nil else { return }
        cancel(.noSpeech, .firstPause, .endOfTurn, .finalTranscript)
        if listening.firstOnset == nil {
            listening.firstOnset = onset
            emit(.mark(.speechStart, at: onset))
            if !listening.isHeld { start(.longest, settings.longestQuestionMilliseconds, after: onset) }
        }
        dropSpeculation(&listening)
        listening.speech = .going(onset: onset)
        listening.detectorIsDeaf = false
        self.listening = listening
    }

    private mutating func dropSpeculation(_ listening: inout Listening) {
        if let speculation = listening.speculation { emit(.dropReply(speculation.id)) }
        listening.speculation = nil
        listening.finalizeSent = false
        listening.isSettled = false
    }

    private mutating func stoppedSpeaking(_ end: MonotonicTime) {
        guard let listening, listening.isSpeechGoing else { return }
        self.listening?.speech = .paused(end: end)
        emit(.mark(.speechEnd, at: end))
        guard !listening.isHeld, listening.ending == nil else { return }
        start(.firstPause, settings.firstPauseMilliseconds, after: end)
    }

    // MARK: The pause

    /// Asks the recognizer to settle; from here on its answer, the clock and the person's voice race.
    mutating func firstPause() {
        guard let listening, listening.pausedSince != nil, !listening.finalizeSent else { return }
        guard framesAreCurrent(retry: .firstPause) else { return }
        finalize()
        scheduleEnd()
    }

    mutating func finalize() {
        emit(.finalize)
        listening?.finalizeSent = true
        listening?.isSettled = false
        start(.finalTranscript, settings.finalTranscriptMilliseconds)
    }

    mutating func wordsWhileListening(_ text: String, isSettled: Bool) {
        guard var listening else { return }
        let isNew = text != listening.text && !text.isEmpty
        let wentOn = isNew && !isSettled && (listening.isSettled || listening.detectorIsDeaf || listening.speech == .none)
        listening.text = text
        listening.isSettled = listening.finalizeSent && (isSettled || listening.isSettled)
        self.listening = listening
        if listening.isSettled { cancel(.finalTranscript) }
        if listening.ending != nil { return listening.isSettled ? commitListening() : () }
        if wentOn { return heardWithoutDetector() }
        if listening.isSettled { considerEnd() } else if listening.finalizeSent, isNew { scheduleEnd() }
    }

    /// The recognizer hears somebody whom the detector does not: its words take the detector's place.
    private mutating func heardWithoutDetector() {
        guard var listening, !listening.isSpeechGoing else { return }
        if listening.firstOnset == nil {
            listening.firstOnset = now
            emit(.mark(.speechStart, at: now))
        }
        dropSpeculation(&listening)
        listening.speech = .paused(end: now)
        listening.detectorIsDeaf = true
        self.listening = listening
        emit(.mark(.speechEnd, at: now))
        cancel(.noSpeech, .endOfTurn, .finalTranscript)
        guard !listening.isHeld else { return }
        if !isRunning(.longest) { start(.longest, settings.longestQuestionMilliseconds) }
        start(.firstPause, settings.longestEndMilliseconds)
    }

    mutating func scheduleEnd() {
        guard let listening, let end = listening.pausedSince else { return }
        start(.endOfTurn, EndOfTurn.silence(after: listening.text, settings), after: end)
    }

    /// Ends the turn if the words are settled and the pause is long enough for them; asks the model ahead otherwise.
    mutating func considerEnd() {
        guard let listening, listening.ending == nil, let end = listening.pausedSince else { return }
        guard listening.isSettled else { return }
        let wait = EndOfTurn.silence(after: listening.text, settings)
        guard now.milliseconds(since: end) >= Double(wait) else {
            speculate()
            return start(.endOfTurn, wait, after: end)
        }
        guard framesAreCurrent(retry: .endOfTurn) else { return }
        listening.text.isEmpty ? nothingUnderstood() : commitListening(endpointing: wait)
    }

    /// Frames that are late may hold speech: the clock must not outrun them.
    private mutating func framesAreCurrent(retry timer: TurnTimer) -> Bool {
        guard let heardUntil, let usualLag else { return true }
        let limit = usualLag + Int64(settings.lateFrameMilliseconds) * 1_000_000
        guard now.nanoseconds(since: heardUntil) > limit else { return true }
        start(timer, 20)
        return false
    }

    private mutating func speculate() {
        guard settings.speculates, var listening, listening.speculation?.text != listening.text else { return }
        guard !EndOfTurn.wantsMore(listening.text) else { return }
        if let stale = listening.speculation { emit(.dropReply(stale.id)) }
        let id = newUtterance()
        listening.speculation = Listening.Speculation(id: id, text: listening.text)
        self.listening = listening
        emit(.ask(id, text: listening.text, speculative: true))
    }

    mutating func finalTranscriptOverdue() {
        listening?.isSettled = true
        guard let listening else { return }
        listening.ending == nil ? considerEnd() : commitListening()
    }

    // MARK: The end

    /// A button says that all has been said.
    mutating func endByButton() {
        cancel(.noSpeech, .firstPause, .endOfTurn, .longest)
        listening?.ending = .button
        guard let listening else { return }
        if listening.isSpeechGoing {
            emit(.mark(.speechEnd, at: lastVoiced ?? now))
            return start(.releaseTail, settings.releaseTailMilliseconds)
        }
        settleEnding()
    }

    mutating func longestReached() {
        guard let listening, listening.ending == nil else { return }
        cancel(.noSpeech, .firstPause, .endOfTurn)
        if listening.isSpeechGoing { emit(.mark(.speechEnd, at: lastVoiced ?? now)) }
        self.listening?.ending = .longest
        settleEnding()
    }

    /// Waits for the settled text, unless it is there already.
    mutating func settleEnding() {
        guard let listening, listening.ending != nil else { return }
        if listening.finalizeSent && listening.isSettled { return commitListening() }
        if !listening.finalizeSent { finalize() }
    }

    /// The time for a first word is over.
    mutating func nothingSaid() {
        guard let listening, listening.firstOnset == nil, listening.ending == nil, !listening.isHeld else { return }
        if let failure = broken[.capture] { return closeListeningForFailure(failure) }
        endListening(.unheard)
    }

    /// There was sound, but no word in it: a cough, a chair. The question may still come.
    private mutating func nothingUnderstood() {
        guard var listening, now < listening.giveUp else { return endListening(.unheard) }
        listening.speech = .none
        listening.firstOnset = nil
        listening.finalizeSent = false
        listening.isSettled = false
        self.listening = listening
        cancel(.longest, .endOfTurn)
        emit(.forgetSpeech)
        start(.noSpeech, Int(listening.giveUp.milliseconds(since: now)))
    }

    private mutating func commitListening(endpointing: Int = 0) {
        guard let listening else { return }
        guard !listening.text.isEmpty else { return endListening(.unheard) }
        closeEars()
        commit(
            listening.text, endpointingMilliseconds: endpointing,
            reopensLeft: listening.ending == nil ? listening.reopensLeft : 0,
            opensFollowUp: true, speculation: listening.speculation)
    }

    /// Ends the turn without an answer.
    mutating func endListening(_ outcome: TurnOutcome, _ failure: Failure? = nil) {
        closeListening(outcome, failure)
        rest()
    }

    mutating func closeListening(_ outcome: TurnOutcome, _ failure: Failure?) {
        if let speculation = listening?.speculation { emit(.dropReply(speculation.id)) }
        closeEars()
        emit(.endTurn(outcome, failure))
    }

    mutating func closeEars() {
        cancel(.noSpeech, .longest, .firstPause, .endOfTurn, .releaseTail, .finalTranscript)
        emit(.closeEars)
    }
}
