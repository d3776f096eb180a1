import Audio
import Failures

/// One endpoint's conversation: takes what the person does, runs the turn machine, and carries out what it says.
public actor Session {
    private actor Pool {}

    public let identity: SessionIdentity
    let endpoint: any SpeechEndpoint
    let recognizer: any Recognizer
    let model: any LanguageModel
    let synthesizer: any Synthesizer
    let settings: SessionSettings
    let timekeeper: any Timekeeper
    let observer: any SessionObserver
    private let executor: (any SerialExecutor)?
    private let pool = Pool()

    /// - Parameter executor: where the session runs; nil takes the shared pool.
    public init(
        identity: SessionIdentity, endpoint: any SpeechEndpoint, recognizer: any Recognizer, model: any LanguageModel,
        synthesizer: any Synthesizer, settings: SessionSettings, timekeeper: any Timekeeper, observer: any SessionObserver,
        executor: (any SerialExecutor)? = nil
    ) {
        self.identity = identity
        self.endpoint = endpoint
        self.recognizer = recognizer
        self.model = model
        self.synthesizer = synthesizer
        self.settings = settings
        self.timekeeper = timekeeper
        self.observer = observer
        self.executor = executor
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor?.asUnownedSerialExecutor() ?? pool.unownedExecutor
    }

    /// Holds the conversation until the endpoint is gone or the task is cancelled.
    public func run() async {
        for await event in endpoint.events where event == .gone { return }
    }

    /// The button went down, as seen by the board at this instant.
    public nonisolated func press(at time: MonotonicTime) {}
    public nonisolated func release(at time: MonotonicTime) {}
    public nonisolated func mute() {}
    public nonisolated func unmute() {}
    /// Ends whatever is going on.
    public nonisolated func stop() {}

    /// Asks in writing; the answer is spoken and returned.
    /// - Throws: the ``Failure`` that ended the turn.
    public func ask(_ text: String) async throws -> TurnRecord {
        throw Failure(.system, .unsupported, "not yet")
    }

    /// Speaks a text; returns when it was heard, or will not be.
    public func say(_ text: String) async {}
}
