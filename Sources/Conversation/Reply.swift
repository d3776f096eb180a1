import Audio
import Failures

/// One answer on its way: the model's text, the pieces cut from it, their audio, and what of it went to the loudspeaker.
/// Belongs to its session's executor.
final class Reply {
    let id: UtteranceID
    /// Comes from the model; otherwise a text of the box's own.
    let isFromModel: Bool
    /// Its audio may sound.
    var isReleased: Bool
    /// Stamps are kept here until it is sure that the turn will have them.
    var stamps = TurnStamps()

    // Text
    var written = ""
    var cutter: ClauseCutter
    var speakable: SpeakableText
    /// Pieces that were spoken, or wait until the reply is released.
    var clauses: [String] = []
    var spokenClauses = 0
    var modelTask: Task<Void, Never>?
    /// No more text will come.
    var isWritten = false
    /// Why the model or the voice ended it early.
    var brokeOff: Failure?

    // Speech
    var context: (any SpeechContext)?
    var speechTask: Task<Void, Never>?
    var headSilence: HeadSilence
    var ledger: HeardLedger
    /// Audio that waits: for the release, or for room at the endpoint.
    var queue: [[Int16]] = []
    var queuedSamples = 0
    /// The speech task, when it waits for the release because too much is held.
    var waiter: CheckedContinuation<Void, Never>?
    /// All of it was handed to the endpoint.
    var isComplete = false
    var isDropped = false
    var playingSince: MonotonicTime?

    init(_ id: UtteranceID, isFromModel: Bool, isReleased: Bool, rateHz: Int, settings: SessionSettings) {
        self.id = id
        self.isFromModel = isFromModel
        self.isReleased = isReleased
        cutter = ClauseCutter(firstWords: settings.firstClauseWords)
        speakable = SpeakableText(language: settings.language)
        headSilence = HeadSilence(rateHz: rateHz, keptMilliseconds: settings.headSilenceMilliseconds)
        ledger = HeardLedger(rateHz: rateHz)
    }

    /// Ends it wherever it is.
    func drop() {
        isDropped = true
        modelTask?.cancel()
        speechTask?.cancel()
        context?.cancel()
        context = nil
        queue = []
        resumeWaiter()
    }

    func resumeWaiter() {
        waiter?.resume()
        waiter = nil
    }
}
