import Audio
import Failures

/// What the machine wants done, in order.
public enum TurnEffect: Sendable, Equatable {
    // Time
    /// Starts the timer anew; answered by ``TurnEvent/Kind/deadline(_:)`` unless cancelled.
    case startTimer(TurnTimer, milliseconds: Int)
    case cancelTimer(TurnTimer)
    // Seen from outside
    case show(VisibleState)
    case note(Failure)
    case noteFalseAlarm
    // The turn's record
    case beginTurn(TurnStart)
    /// What began as a tap turned out to be a hold.
    case startedBy(TurnStart)
    case mark(TurnStamp, at: MonotonicTime)
    /// The turn goes on after all: the stamps from its commitment on are forgotten.
    case forgetCommitment
    /// It was no speech: all stamps so far are forgotten.
    case forgetSpeech
    /// Nobody interrupted: the interruption's stamps are forgotten.
    case forgetInterruption
    /// The turn is the person's words and a decision now.
    case commit(text: String, endpointingMilliseconds: Int)
    case endTurn(TurnOutcome, Failure?)
    // The ears
    /// Sends audio to the recognizer, beginning with what the pre-roll has from this instant on.
    /// `keepsWords`: the words heard so far belong to the same utterance.
    case openEars(from: MonotonicTime, keepsWords: Bool)
    case closeEars
    case finalize
    /// Muted: forget all audio, hang up on the recognizer, take no frame. Then the reverse.
    case deafen
    case undeafen
    // The reply
    /// Asks the model; nothing of the answer sounds before ``release(_:)``.
    case ask(UtteranceID, text: String, speculative: Bool)
    /// Speaks a text of the box's own; nothing holds it.
    case speak(UtteranceID, text: String)
    case release(UtteranceID)
    /// Says that it takes a moment, ahead of the reply under way, as an utterance of its own.
    case sayFiller(UtteranceID)
    /// Ends the reply wherever it is: model, speech and what is held.
    case dropReply(UtteranceID)
    // The endpoint
    case silence
    case pause
    case resume
    case setReflex(isArmed: Bool)
    case signal(Earcon)
    /// A written announcement was spoken, or will never be.
    case announced(Int, isHeard: Bool)
}
