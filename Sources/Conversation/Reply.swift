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
    /// Who writes it now.
    var provider: Failure.Subject
    /// What was written since the model was last asked.
    var newWords = ""

    // Tools
    /// What the model has called for since it was last asked.
    var calls: [ToolCall] = []
    var toolRounds = 0
    var toolsRun: [String] = []
    var sources: [ToolSource] = []
    /// What is said while the tools take their time; sounds first.
    var filler: Reply?

    /// No more text will come.
    var isWritten = false
    /// Why the model or the voice ended it early.
    var brokeOff: Failure?
    /// What is still to be said about that.
    var lastWords: String?

    // Speech
    var context: (any SpeechContext)?
    var speechTask: Task<Void, Never>?
    var headSilence: HeadSilence
    var ledger: HeardLedger
    /// Audio that waits: for the release, or for room at the endpoint.
    var queue: [[Int16]] = []
    var queuedSamples = 0
    /// Text after the context that is open must wait for another: it was told that nothing follows.
    var isContextEnding = false
    /// Tasks that wait for the release: tools to be run, audio beyond what may be held.
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// All of it was handed to the endpoint.
    var isComplete = false
    var isDropped = false
    var playingSince: MonotonicTime?

    init(
        _ id: UtteranceID, isFromModel: Bool, isReleased: Bool, provider: Failure.Subject, rateHz: Int, settings: SessionSettings
    ) {
        self.id = id
        self.isFromModel = isFromModel
        self.isReleased = isReleased
        self.provider = provider
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
        filler?.drop()
        resumeWaiters()
    }

    /// Nothing more of it will reach the loudspeaker.
    var isOver: Bool { isComplete || isDropped }

    /// Returns once its audio may sound, or it was dropped.
    func waitForRelease(isolation: isolated (any Actor)? = #isolation) async {
        guard !isReleased, !isDropped else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    func resumeWaiters() {
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }
}
