import Audio
import Failures

/// Something that happened, and when. Time is an event like all others: the machine has no clock.
public struct TurnEvent: Sendable, Equatable {
    public var kind: Kind
    public var time: MonotonicTime

    public init(_ kind: Kind, at time: MonotonicTime) {
        self.kind = kind
        self.time = time
    }

    public enum Kind: Sendable, Equatable {
        // The person's hand
        case press
        case release
        case mute
        case unmute
        case stop
        // Words from elsewhere
        case ask(String)
        case say(Announcement)
        // The microphones
        /// A frame of 10 ms ended at `end`; speech so far ended at `lastVoiced`.
        case frame(end: MonotonicTime, lastVoiced: MonotonicTime?)
        case speechStarted(onset: MonotonicTime)
        case speechEnded(end: MonotonicTime)
        // The recognizer
        /// All words since the ears were opened; settled when nothing that was asked for is outstanding.
        case words(String, isSettled: Bool)
        case recognizerFailed(Failure)
        // The reply under way
        case reply(UtteranceID, ReplyNews)
        // The loudspeaker
        case playing(UtteranceID)
        case played(UtteranceID)
        case ducked(speechStart: MonotonicTime)
        case unducked
        case paused(speechStart: MonotonicTime?)
        // The devices
        case deviceFailed(Failure)
        case deviceRecovered(Failure.Subject)
        // Time
        case deadline(TurnTimer)
    }
}

/// A text that the box is to speak of its own accord; `id` is the caller's.
public struct Announcement: Sendable, Equatable {
    public var id: Int
    public var text: String

    public init(id: Int, text: String) {
        self.id = id
        self.text = text
    }
}

/// What became of a reply on its way from the model to the loudspeaker.
public enum ReplyNews: Sendable, Equatable {
    /// The model's first words; after tools once more.
    case firstToken
    /// The model failed before a word; another is asked now.
    case fellBack(to: Failure.Subject)
    /// The model has called for tools; they take at most so long.
    case toolsRunning(boundMilliseconds: Int)
    /// They have answered, and the model is asked again.
    case toolsDone
    /// This much more of it was handed to the loudspeaker.
    case audio(milliseconds: Int)
    /// All of it was handed over.
    case complete
    /// It ends here. `isAudible` says whether some of it was handed over and will still be heard to its end.
    case failed(Failure, isAudible: Bool)
}

/// The waits of a turn; at most one of each runs.
public enum TurnTimer: String, Sendable, Hashable, CaseIterable {
    // Listening
    case noSpeech, longest, firstPause, endOfTurn, releaseTail, finalTranscript
    // Thinking
    case continuation, thinkingSound, answer, filler
    // Speaking
    case stall, duck, decision, lateWords
    // Afterwards
    case followUp, fault
}
