import Audio
import Failures

/// Button, mute, stop, and words that come in writing.
extension TurnMachine {
    mutating func press() {
        guard !isMuted else { return emit(.signal(.muted)) }
        switch phase {
        case .listening(let listening): pressWhileListening(listening)
        case .answering: pressOverAnswer()
        case .resting, .followUp: listenAfterPress()
        }
    }

    private mutating func pressWhileListening(_ listening: Listening) {
        guard !listening.isHeld, listening.ending == nil else { return }
        if listening.firstOnset == nil && listening.text.isEmpty { return endListening(.stopped) }
        endByButton()
    }

    /// Stop and listen.
    private mutating func pressOverAnswer() {
        endAnswering(spoken: .interrupted)
        listenAfterPress()
    }

    private mutating func listenAfterPress() {
        if let deafness { return apologise(for: deafness) }
        cancel(.followUp)
        // What the microphones had while the box sounded is its own voice.
        var from = now.advanced(byMilliseconds: -settings.preRollMilliseconds)
        if let soundedUntil { from = max(from, soundedUntil) }
        begin(.tap, from: from, giveUp: now.advanced(byMilliseconds: settings.noSpeechMilliseconds))
        let instant = now
        listening?.button = .down(since: instant)
        if settings.soundsWhenListening { emit(.signal(.listening)) }
        start(.noSpeech, settings.noSpeechMilliseconds)
        start(.longest, settings.longestHoldMilliseconds)
        if let voiceOnset { startedToSpeak(max(voiceOnset, from)) }
    }

    mutating func release() {
        guard let listening, case .down(let since) = listening.button else { return }
        self.listening?.button = .released
        cancel(.longest)
        if now.milliseconds(since: since) >= Double(settings.tapLimitMilliseconds) {
            emit(.startedBy(.hold))
            return endByButton()
        }
        if let firstOnset = listening.firstOnset { start(.longest, settings.longestQuestionMilliseconds, after: firstOnset) }
        if let end = listening.pausedSince { start(.firstPause, settings.firstPauseMilliseconds, after: end) }
    }

    mutating func mute() {
        guard !isMuted else { return }
        stop()
        isMuted = true
        voiceOnset = nil
        emit(.deafen)
        emit(.signal(.muted))
    }

    mutating func unmute() {
        guard isMuted else { return }
        isMuted = false
        emit(.undeafen)
    }

    /// Ends everything, now.
    mutating func stop() {
        for announcement in announcements { emit(.announced(announcement.id, isHeard: false)) }
        announcements.removeAll()
        cancel(.fault)
        shownFault = nil
        leave(answer: .stopped)
        rest()
    }

    mutating func ask(_ text: String) {
        leave(answer: .interrupted)
        emit(.beginTurn(.text))
        commit(text, endpointingMilliseconds: 0, reopensLeft: 0, opensFollowUp: false, speculation: nil)
    }

    mutating func say(_ announcement: Announcement) {
        switch phase {
        case .resting, .followUp:
            cancel(.followUp)
            announce(announcement)
        case .listening, .answering:
            guard announcements.count < Self.announcementBound else { return emit(.announced(announcement.id, isHeard: false)) }
            announcements.append(announcement)
        }
    }

    /// Ends what is going on without beginning something else.
    private mutating func leave(answer outcome: TurnOutcome) {
        switch phase {
        case .listening: closeListening(.stopped, nil)
        case .answering: endAnswering(spoken: outcome)
        case .followUp, .resting: cancel(.followUp)
        }
        phase = .resting
    }
}
