import Audio
import Failures

/// The box never fails silently: a sound, a light and, if it still can, the reason aloud.
extension TurnMachine {
    /// Tells the person why. The turn under way, if any, ends with it.
    mutating func apologise(for failure: Failure, endsTurn: Bool = false) {
        emit(.note(failure))
        if endsTurn { emit(.endTurn(.failed, failure)) }
        emit(.signal(.failed))
        show(failure)
        phase = .resting
        guard failure.subject != settings.synthesizer, broken[.playback] == nil, !isMuted else { return rest() }
        speak(failure.spoken, .apology)
    }

    mutating func show(_ failure: Failure) {
        shownFault = failure
        start(.fault, failure.isNetworkGone ? settings.offlineShownMilliseconds : settings.faultShownMilliseconds)
    }

    mutating func recognizerFailed(_ failure: Failure) {
        switch phase {
        case .listening:
            closeListeningForFailure(failure)
        case .answering, .followUp, .resting: emit(.note(failure))
        }
    }

    mutating func closeListeningForFailure(_ failure: Failure) {
        closeListening(.failed, failure)
        apologise(for: failure)
    }

    /// Why nothing can be heard. Microphones that are merely silent may speak up any moment (some arrays close a gate between
    /// two sentences): they are listened to all the same, and only when nothing came the person is told.
    var deafness: Failure? { broken[.capture].flatMap { $0.kind == .silent ? nil : $0 } }

    mutating func deviceFailed(_ failure: Failure) {
        broken[failure.subject] = failure
        switch (failure.subject, phase) {
        case (.capture, _) where failure.kind == .silent: emit(.note(failure))
        case (.capture, .listening): closeListeningForFailure(failure)
        case (.capture, .followUp):
            emit(.note(failure))
            rest()
        case (.playback, .answering): breakOff(failure)
        default: emit(.note(failure))
        }
    }

    mutating func deviceRecovered(_ subject: Failure.Subject) {
        broken[subject] = nil
        if broken.isEmpty, shownFault?.subject == subject {
            cancel(.fault)
            shownFault = nil
        }
    }
}
