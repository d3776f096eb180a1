import Audio
import Failures

/// Speech to text as a session needs it. Implementations speak a provider's protocol; the session never sees it.
public protocol Recognizer: Sendable {
    /// Opens connections ahead of need. Returns at once; failures are reported by the stream that needs them.
    func warm()
    /// Opens a stream. Returns at once; audio handed over before the connection stands is kept and sent then.
    func open() -> any RecognitionStream
}

/// One stream of audio and its transcripts. May live through several turns.
public protocol RecognitionStream: Sendable {
    /// One consumer. Ends after `.closed` or `.failed`.
    var events: AsyncStream<RecognitionEvent> { get }

    /// Hands over the next samples: mono, 16 kHz, any count above 0. Never waits; at most 15 s are kept unsent.
    /// - Parameter firstSample: index of the first one on the endpoint's 16 kHz clock; gaps and repeats are the stream's to map.
    func hear(_ samples: [Int16], firstSample: Int64)

    /// Asks for everything heard so far to be settled now. A ``RecognitionEvent/settled(_:)`` with `answersFinalize` follows,
    /// also when the provider has nothing to say (the stream's own deadline sees to it).
    func finalize()

    /// No more audio. What is under way may still be settled; then `.closed`.
    func close()
}

public struct Transcript: Sendable, Equatable {
    /// May be empty. Not yet joined with earlier pieces.
    public var text: String
    /// The audio it covers, on the endpoint's 16 kHz clock.
    public var firstSample: Int64
    public var endSample: Int64

    public init(text: String, firstSample: Int64, endSample: Int64) {
        self.text = text
        self.firstSample = firstSample
        self.endSample = endSample
    }
}

public enum RecognitionEvent: Sendable, Equatable {
    case opened
    /// May be rewritten entirely by the next one.
    case interim(Transcript)
    /// This range is settled. The utterance is all settled texts joined by a space.
    /// - answersFinalize: it answers ``RecognitionStream/finalize()``.
    /// - endsUtterance: the provider's own endpointing fired (a second opinion, never a verdict).
    case settled(Transcript, answersFinalize: Bool, endsUtterance: Bool)
    case failed(Failure)
    case closed
}
