import Audio
import Failures

/// What the machine's effects mean.
extension Session {
    func perform(_ effect: TurnEffect) {
        switch effect {
        case .startTimer(let timer, let milliseconds): start(timer, milliseconds: milliseconds)
        case .cancelTimer(let timer): cancel(timer)
        case .show(let state): note(.state(state))
        case .note(let failure):
            troubles[failure.subject] = failure.kind
            note(.failure(failure))
        case .noteFalseAlarm: note(.falseAlarm)
        case .beginTurn(let start): beginTurn(start)
        case .startedBy(let start): turn?.startedBy = start
        case .mark(let stamp, let time): mark(stamp, at: time)
        case .forgetSpeech: turn?.stamps.forget(TurnStamp.allCases)
        case .forgetInterruption: turn?.stamps.forget([.interruptionHeard, .ducked, .paused])
        case .forgetCommitment: forgetCommitment()
        case .commit(let text, let milliseconds): commit(text, endpointingMilliseconds: milliseconds)
        case .endTurn(let outcome, let failure): endTurn(outcome, failure)
        case .openEars(let from, let keepsWords): openEars(from: from, keepsWords: keepsWords)
        case .closeEars: closeEars()
        case .finalize: finalize()
        case .deafen: deafen()
        case .undeafen: ears.isDeaf = false
        case .ask(let id, let text, let isSpeculative): ask(id, text: text, isSpeculative: isSpeculative)
        case .speak(let id, let text): speak(id, text: text)
        case .release(let id): release(id)
        case .sayFiller(let id): sayFiller(id)
        case .dropReply(let id): dropReply(id)
        case .silence: endpoint.drop()
        case .pause: endpoint.pause()
        case .resume:
            pausedPosition = nil
            endpoint.resume()
        case .setReflex(let isArmed): setReflex(isArmed: isArmed)
        case .signal(let earcon): endpoint.signal(earcon)
        case .announced(let id, _): announcers.removeValue(forKey: id)?.resume()
        }
    }

    private func setReflex(isArmed: Bool) {
        let armed = Reflex.armed(
            duckAfterMilliseconds: settings.duckAfterMilliseconds, pauseAfterMilliseconds: settings.pauseAfterMilliseconds)
        endpoint.setReflex(isArmed ? armed : .off)
    }

    // MARK: The endpoint's events

    func takeEndpointEvents() async {
        for await event in endpoint.events {
            if event == .gone { return }
            take(event)
        }
    }

    private func take(_ event: EndpointEvent) {
        switch event {
        case .frame(let frame): take(frame)
        case .playing(let id, let time):
            if reply?.id == id { reply?.playingSince = time }
            handle(.playing(id), at: time)
        case .played(let heard): handle(.played(heard.utterance), at: heard.time)
        case .ducked(let speechStart, let time): handle(.ducked(speechStart: speechStart), at: time)
        case .unducked(let time): handle(.unducked, at: time)
        case .paused(let speechStart, let heard, let time):
            pausedPosition = heard
            handle(.paused(speechStart: speechStart), at: time)
        case .resumed: pausedPosition = nil
        case .dropped(let heard, _): settleClosing(heard)
        case .failed(let failure): handle(.deviceFailed(failure))
        case .recovered(let subject):
            note(.recovered(subject))
            handle(.deviceRecovered(subject))
        case .gone: break
        }
    }
}
