import Failures

/// Text to speech, one context per answer, text clause by clause while the model still writes.
public protocol Synthesizer: Sendable {
    func warm()
    /// Opens a context. Returns at once; text handed over before the connection stands is kept and sent then.
    /// - Parameter rateHz: of the audio wanted; the session passes its endpoint's `playbackRateHz`.
    func open(rateHz: Int) -> any SpeechContext
}

public protocol SpeechContext: Sendable {
    /// One consumer. Ends after `.finished` or `.failed`. Bounded by back-pressure on the context, never on a socket that others share.
    var events: AsyncStream<SpeechEvent> { get }
    /// The next piece. Pieces are joined verbatim: the spaces between them are the caller's. At most 64 KiB unsent.
    /// - Parameter isLast: nothing follows; an empty `text` is allowed then.
    func speak(_ text: String, isLast: Bool)
    /// Stops: nothing that arrives later is delivered.
    func cancel()
}

/// A word and where it stands in the context's audio.
public struct SpokenWord: Sendable, Equatable {
    public var text: String
    public var startMilliseconds: Int
    public var endMilliseconds: Int
    public init(text: String, startMilliseconds: Int, endMilliseconds: Int) {
        self.text = text
        self.startMilliseconds = startMilliseconds
        self.endMilliseconds = endMilliseconds
    }
}

public enum SpeechEvent: Sendable, Equatable {
    /// The first text has left this machine.
    case requested
    /// Mono at the rate asked for, in order.
    case audio([Int16])
    /// May come before or after the audio it describes, or never.
    case words([SpokenWord])
    case finished
    case failed(Failure)
}
