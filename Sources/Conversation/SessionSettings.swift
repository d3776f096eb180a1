import Failures

/// Every figure of a conversation, each with a default that suits a small box in a living room.
///
/// Times are milliseconds. The ranges are what was tried; a configuration file should refuse what lies outside them by name.
public struct SessionSettings: Sendable, Equatable {
    public init() {}

    // MARK: Button

    /// A press shorter than this is a tap, a longer one is hold-to-talk. 100...1000.
    public var tapLimitMilliseconds = 350
    /// Audio taken after a hold's release when the person was still talking: the front end's delay and a last consonant. 0...300.
    public var releaseTailMilliseconds = 60
    /// Longest hold; a button that is stuck down ends here. 5000...300000.
    public var longestHoldMilliseconds = 60_000
    /// Audio from before a press that belongs to the question. 0...600.
    public var preRollMilliseconds = 600
    /// Audio from before the first sign of speech that goes along in follow-ups and interruptions. 0...600.
    public var leadInMilliseconds = 200

    // MARK: End of a turn

    /// How long a press waits for the first word. 2000...30000.
    public var noSpeechMilliseconds = 6_000
    /// Longest question, counted from its first word; noise that never pauses ends here. 5000...60000.
    public var longestQuestionMilliseconds = 12_000
    /// Silence after which the recognizer is told to settle (and the model is asked, if `speculates`). 100...1000.
    public var firstPauseMilliseconds = 200
    /// Silence that ends a turn whose words sound complete. 200...3000.
    public var shortestEndMilliseconds = 350
    /// Silence that ends a turn whose words want more (a conjunction, a comma, a filler, nothing at all). 200...3000.
    public var longestEndMilliseconds = 900
    /// Asks the model at the first pause, before the turn is sure to be over.
    public var speculates = true
    /// Also has the speculative answer synthesized (and held) before the turn is sure to be over.
    public var speculatesSpeech = true
    /// Longest wait for the recognizer's settled text once it was asked; then the newest interim text counts. 300...5000.
    public var finalTranscriptMilliseconds = 1_500
    /// Speech this long after the turn was committed, but before anything sounded, reopens it. 100...1000.
    public var continuationMilliseconds = 250
    /// How often one turn may be reopened. 0...5.
    public var continuationLimit = 2
    /// How much later than usual frames may be before a silence is judged by them and not by the clock. 50...500.
    public var lateFrameMilliseconds = 100

    // MARK: Answer

    /// Longest wait for the model's first words. 500...30000.
    public var firstTokenDeadlineMilliseconds = 8_000
    /// Longest wait from the first words to the first audio. 500...30000.
    public var firstAudioDeadlineMilliseconds = 5_000
    /// Silence after which a sound says that the box is thinking, and again after twice that. 300...5000.
    public var thinkingSoundMilliseconds = 700
    /// Time that a tool may take before words bridge it, if nothing was said yet; 0 for never. 0...10000.
    public var fillerMilliseconds = 1_200
    /// Longest gap in a reply that has begun to sound. 1000...30000.
    public var stallMilliseconds = 6_000
    /// Speculative audio held before the context is made to wait. 1000...60000.
    public var heldAudioMilliseconds = 10_000
    /// Silence left at the head of the synthesizer's audio. 0...100.
    public var headSilenceMilliseconds = 20
    /// Words that a first clause must have to leave at a comma. 1...10.
    public var firstClauseWords = 3
    /// Tokens that one answer may have. 50...4000.
    public var maximumTokens = 300
    /// Largest answer that is taken from a model, in UTF-8 bytes. 1024...65536.
    public var replyBound = 16_384

    // MARK: Interruption

    /// Whether the person can interrupt by talking over the answer (the button always can).
    public var bargeIn = true
    /// Speech over the answer that makes it quieter, and that pauses it. 20...500 each.
    public var duckAfterMilliseconds = 40
    public var pauseAfterMilliseconds = 100
    /// Longest the reply stays quieter without becoming loud or silent. 500...5000.
    public var longestDuckMilliseconds = 1_500
    /// Time to tell an interruption from a cough once the answer is paused. 200...1000.
    public var decisionMilliseconds = 500
    /// Speech this long is an interruption whatever its words. 200...1000.
    public var confirmMilliseconds = 450
    /// Words that come this late after a false alarm still interrupt. 0...5000.
    public var lateWordsMilliseconds = 1_200

    // MARK: After the answer

    /// How long it listens for more after an answer; 0 for never. 0...30000.
    public var followUpMilliseconds = 6_000
    /// How long a failure is shown. 500...10000.
    public var faultShownMilliseconds = 2_000
    /// How long the network's absence is shown after a turn failed for it. 1000...600000.
    public var offlineShownMilliseconds = 30_000

    // MARK: Speech detection

    /// A frame at or above this probability can begin speech, below the second it is silence. Q15: 0...32767 = 0...1.
    public var speechOnsetQ15: Int16 = 16_384
    public var speechOffsetQ15: Int16 = 9_830
    /// Speech that confirms an onset. 20...100.
    public var onsetMilliseconds = 50
    /// Silence that confirms that speech has ended. 20...200.
    public var offsetMilliseconds = 80

    // MARK: Words

    /// What the model is told about itself; empty takes ``defaultInstructions``.
    public var instructions = ""
    /// What is said while a tool takes its time; empty takes the built-in words of `language`, where there are any.
    public var filler = ""
    /// BCP 47 code of the language spoken; symbols and units are put into words in English only.
    public var language = "en"
    /// Phrases that end everything without asking the model, in lower case without punctuation.
    public var stopPhrases: Set<String> = [
        "stop", "stop it", "stop talking", "please stop", "be quiet", "quiet", "shut up", "cancel", "never mind", "that's enough",
    ]
    /// Exchanges that are remembered, and their size in UTF-8 bytes. 0...100 and 1024...65536.
    public var historyTurns = 20
    public var historyBound = 16_384
    /// A sound when a press begins to listen; the light says it already.
    public var soundsWhenListening = false

    // MARK: Who is behind the protocols, for failures that only the session can see (a deadline)

    public var recognizer = Failure.Subject.deepgram
    public var model = Failure.Subject.groq
    public var synthesizer = Failure.Subject.cartesia

    /// The built-in text: short sentences, nothing that cannot be spoken.
    public static let defaultInstructions = """
        You are Linnet, a voice assistant in a small box. Your words are spoken aloud, so answer in one to three short \
        sentences of plain text. Never use markdown, lists, headings, tables, code, emoji or links. Say numbers, units and \
        abbreviations as a person would say them. The question reached you through speech recognition and may contain \
        misheard words: answer what was most likely meant. If you do not know, say so in one sentence.
        """
}
