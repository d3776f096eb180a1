import Audio
import Failures

/// From the committed question to the last sample of the answer.
extension TurnMachine {
    mutating func commit(
        _ text: String, endpointingMilliseconds: Int, reopensLeft: Int, opensFollowUp: Bool, speculation: Listening.Speculation?
    ) {
        emit(.mark(.turnCommitted, at: now))
        emit(.commit(text: text, endpointingMilliseconds: endpointingMilliseconds))
        if settings.stopPhrases.contains(Words.all(in: text).joined(separator: " ")) {
            if let speculation { emit(.dropReply(speculation.id)) }
            emit(.endTurn(.stopped, nil))
            return rest()
        }
        let id = replyID(for: text, speculation)
        emit(.release(id))
        answer(id, .turn(reopensLeft: reopensLeft, text: text, opensFollowUp: opensFollowUp))
        if speculation?.id == id { answering?.hasToken = speculation?.hasToken ?? false }
    }

    /// The speculative reply if it answers these very words, else a new one.
    private mutating func replyID(for text: String, _ speculation: Listening.Speculation?) -> UtteranceID {
        if let speculation {
            if speculation.text == text && !speculation.hasFailed { return speculation.id }
            emit(.dropReply(speculation.id))
        }
        let id = newUtterance()
        emit(.ask(id, text: text, speculative: false))
        return id
    }

    mutating func announce(_ announcement: Announcement) { speak(announcement.text, .announcement(announcement.id)) }

    mutating func speak(_ text: String, _ kind: Answering.Kind) {
        let id = newUtterance()
        emit(.speak(id, text: text))
        answer(id, kind)
    }

    private mutating func answer(_ id: UtteranceID, _ kind: Answering.Kind) {
        phase = .answering(Answering(id: id, kind: kind, soundEnds: now))
        emit(.setReflex(isArmed: settings.bargeIn && !isMuted))
        guard answering?.isTurn == true else { return start(.answer, settings.firstAudioDeadlineMilliseconds) }
        start(.answer, settings.firstTokenDeadlineMilliseconds)
        start(.thinkingSound, settings.thinkingSoundMilliseconds)
    }

    // MARK: News of the reply

    mutating func reply(_ id: UtteranceID, _ news: ReplyNews) {
        if listening?.speculation?.id == id {
            if case .failed(let failure, _) = news { speculationFailed(failure) }
            if news == .firstToken { listening?.speculation?.hasToken = true }
            return
        }
        if let filler = answering?.filler, filler == id {
            if case .audio(let milliseconds) = news { lengthenSound(milliseconds) }
            return
        }
        guard answering?.id == id else { return }
        switch news {
        case .firstToken: tookWords()
        case .fellBack(let model): fellBack(to: model)
        case .toolsRunning(let bound): toolsRunning(boundMilliseconds: bound)
        case .toolsDone: toolsDone()
        case .audio(let milliseconds): tookAudio(milliseconds)
        case .complete: answering?.isComplete = true
        case .failed(let failure, let isAudible): replyFailed(failure, isAudible: isAudible)
        }
    }

    /// Asked again when the turn is committed: then the person is told if it fails again.
    private mutating func speculationFailed(_ failure: Failure) {
        guard let speculation = listening?.speculation else { return }
        emit(.note(failure))
        emit(.dropReply(speculation.id))
        // The words stay marked as asked: a fault is not provoked again before it matters.
        listening?.speculation?.hasFailed = true
    }

    private mutating func tookWords() {
        answering?.hasToken = true
        answering?.toolRound = nil
        cancel(.filler)
        if isRunning(.answer) { start(.answer, settings.firstAudioDeadlineMilliseconds) }
    }

    private mutating func tookAudio(_ milliseconds: Int) {
        lengthenSound(milliseconds)
        // The words before a call say nothing of those after it.
        guard let answering, answering.toolRound == nil else { return }
        cancel(.answer)
        if !isRunning(.stall) && answering.pausedSince == nil { watchSilence() }
    }

    private mutating func lengthenSound(_ milliseconds: Int) {
        guard let answering else { return }
        let end = max(answering.soundEnds, now).advanced(byMilliseconds: milliseconds)
        self.answering?.soundEnds = end
    }

    private mutating func replyFailed(_ failure: Failure, isAudible: Bool) {
        guard let answering, answering.failure == nil else { return }
        guard isAudible else { return breakOff(failure) }
        emit(.note(failure))
        self.answering?.failure = failure
        self.answering?.isComplete = true
        self.answering?.toolRound = nil
        cancel(.filler)
    }

    mutating func thinkingSound() {
        guard let answering, answering.pausedSince == nil else { return }
        guard answering.toolRound != nil || !answering.isSounding else { return }
        guard answering.soundEnds <= now else {
            return start(.thinkingSound, settings.thinkingSoundMilliseconds, after: answering.soundEnds)
        }
        emit(.signal(.thinking))
        start(.thinkingSound, settings.thinkingSoundMilliseconds * 2)
    }

    mutating func answerOverdue() {
        if let answering { breakOff(lateness(of: answering)) }
    }

    /// Nothing has sounded for too long although something should.
    mutating func stalled() {
        guard let answering, answering.pausedSince == nil else { return }
        let silence = now.milliseconds(since: answering.soundEnds)
        guard silence >= Double(settings.stallMilliseconds) else { return watchSilence() }
        let subject = answering.isComplete ? Failure.Subject.playback : settings.synthesizer
        breakOff(Failure(subject, .stalled, "the reply stopped sounding for \(settings.stallMilliseconds) ms"))
    }

    // MARK: The loudspeaker

    mutating func playing(_ id: UtteranceID) {
        guard let answering, answering.isMine(id) else { return }
        soundedUntil = now
        guard answering.id == id else { return }
        if answering.sound == .awaited { self.answering?.sound = .sounding }
        cancel(.continuation, .filler)
        if answering.toolRound == nil { cancel(.thinkingSound, .answer) }
        if !isRunning(.stall) && answering.pausedSince == nil { watchSilence() }
        if answering.isTurn { emit(.mark(.firstSamplePlayed, at: now)) }
    }

    mutating func played(_ id: UtteranceID) {
        guard let answering, answering.isMine(id) else { return }
        soundedUntil = now
        guard answering.id == id else { return }
        let overlap = answering.overlap
        if answering.isTurn { emit(.mark(.lastSamplePlayed, at: now)) }
        closeAnswering()
        switch answering.kind {
        case .announcement(let id): emit(.announced(id, isHeard: true))
        case .apology: break
        case .turn:
            emit(.endTurn(answering.failure == nil ? .answered : .failed, answering.failure))
        }
        if let failure = answering.failure {
            emit(.signal(.failed))
            show(failure)
            return rest()
        }
        guard case .turn(_, _, opensFollowUp: true) = answering.kind else { return rest() }
        openFollowUp(overlap)
    }

    private mutating func openFollowUp(_ overlap: Listening?) {
        guard settings.followUpMilliseconds > 0, !isMuted, deafness == nil, announcements.isEmpty else { return rest() }
        let until = now.advanced(byMilliseconds: settings.followUpMilliseconds)
        phase = .followUp(until: until)
        start(.followUp, settings.followUpMilliseconds)
        // Somebody who began before the last sample goes straight on.
        guard let overlap, overlap.isSpeechGoing, let voiceOnset else { return }
        soundedUntil = min(now, voiceOnset)
        begin(followUpAt: voiceOnset, until: until)
    }

    // MARK: Ends

    /// Ends what is being answered, wherever it stands.
    /// - Parameter outcome: of a turn of which something was heard; one that never sounded is merely stopped.
    mutating func endAnswering(spoken outcome: TurnOutcome) {
        guard let answering else { return }
        soundedUntil = answering.pausedSince ?? (answering.isSounding || answering.soundEnds > now ? now : soundedUntil)
        closeAnswering()
        emit(.silence)
        emit(.dropReply(answering.id))
        switch answering.kind {
        case .turn: emit(.endTurn(answering.isSounding ? outcome : .stopped, nil))
        case .announcement(let id): emit(.announced(id, isHeard: false))
        case .apology: break
        }
    }

    /// Stops the timers and ears of an answer.
    mutating func closeAnswering() {
        closeOverlap()
        cancel(.continuation, .thinkingSound, .answer, .filler, .stall, .duck, .decision, .lateWords, .finalTranscript)
    }

    /// The reply ends here and cannot go on.
    mutating func breakOff(_ failure: Failure) {
        guard let answering else { return }
        closeAnswering()
        emit(.silence)
        emit(.dropReply(answering.id))
        soundedUntil = answering.isSounding ? now : soundedUntil
        switch answering.kind {
        case .turn: return apologise(for: failure, endsTurn: true)
        case .announcement(let id): emit(.announced(id, isHeard: false))
        case .apology: break
        }
        emit(.note(failure))
        emit(.signal(.failed))
        show(failure)
        rest()
    }
}
