import Audio
import CPlatform
import Conversation
import Failures
import Hardware
import Synchronization

/// The accounts of the utterances, kept by the session's calls and the pump's thread.
final class SharedUtteranceBook: Sendable {
    private let book: Mutex<UtteranceBook>

    init(rateHz: Int) { book = Mutex(UtteranceBook(rateHz: rateHz)) }

    func withLock<Result>(_ body: (inout sending UtteranceBook) -> sending Result) -> sending Result { book.withLock(body) }
}

/// The box itself as a ``SpeechEndpoint``: its microphones, its loudspeaker, and between them the front end and the reflex.
///
/// Three threads work here: capture's and playback's own (in `Hardware`), the front end's (``FrontEndThread``), and
/// the pump's, which alone makes events. Ducking and pausing on speech go from the front end's thread straight to the
/// playback thread.
public final class BoxEndpoint: SpeechEndpoint {
    public let capabilities: EndpointCapabilities

    private let capture: any MicrophoneCapture
    private let playback: any LoudspeakerPlayback
    private let earcons: EarconSounds
    private let queue = EndpointEventQueue()
    private let reflexLever = ReflexLever()
    private let book: SharedUtteranceBook
    private let frontEnd: FrontEndThread
    private let pump: EndpointPump

    /// Joins an open capture and an open playback. Nothing moves before ``start()``.
    public init(capture: any MicrophoneCapture, playback: any LoudspeakerPlayback, settings: BoxEndpointSettings) {
        self.capture = capture
        self.playback = playback
        capabilities = EndpointCapabilities(cleansItself: true, playbackRateHz: playback.format.rateHz)
        earcons = EarconSounds(rateHz: playback.format.rateHz)
        book = SharedUtteranceBook(rateHz: playback.format.rateHz)
        frontEnd = FrontEndThread(capture: capture, playback: playback, settings: settings, lever: reflexLever)
        pump = EndpointPump(frames: frontEnd.frames, playback: playback, reflexLever: reflexLever, book: book, queue: queue)
    }

    /// Starts the front end and the events.
    public func start() {
        pump.start()
        frontEnd.start()
    }

    /// Ends them, in at most 200 ms, and the event stream. Capture and playback remain their owner's to stop.
    public func stop() {
        frontEnd.stop()
        pump.stop()
        queue.finish()
    }

    /// Says that the microphones went away or came back; for `ALSACapture`'s `onChange`.
    public func captureChanged(_ change: DeviceChange) {
        switch change {
        case .lost(let failure): queue.push(.failed(failure))
        case .recovered: queue.push(.recovered(.capture))
        }
    }

    /// What the watchdog watches.
    public var progress: BoxEndpointProgress {
        BoxEndpointProgress(
            captureBlocks: frontEnd.gauges.captureBlocks.load(ordering: .relaxed),
            frames: frontEnd.gauges.frames.load(ordering: .relaxed))
    }

    /// What `linnet status` shows.
    public var figures: BoxEndpointFigures {
        var figures = frontEnd.gauges.figures
        figures.droppedFrames += queue.droppedFrames
        let captured = capture.counters
        figures.captureXruns = captured.xruns
        figures.captureOverruns = captured.overruns
        figures.playbackUnderruns = playback.counters.underruns
        return figures
    }

    // MARK: SpeechEndpoint

    public var events: AsyncStream<EndpointEvent> { queue.stream() }

    public func play(_ samples: [Int16], utterance: UtteranceID) -> Bool {
        guard !samples.isEmpty else { return true }
        return book.withLock { book in
            guard let start = playback.enqueue(samples) else { return false }
            book.queued(samples.count, of: utterance, at: start)
            return true
        }
    }

    public func finish(utterance: UtteranceID) {
        let now = MonotonicTime(nanoseconds: ln_monotonic_ns())
        book.withLock { book in
            for event in book.finished(utterance, at: now) { queue.push(event) }
        }
    }

    public func duck() { playback.setDucked(true) }
    public func pause() { playback.pause() }
    public func resume() { playback.resume() }

    public func drop() {
        // Under the lock, so that no sample of a `play` on another thread slips in between "enqueued up to" and the command.
        book.withLock { _ in playback.drop() }
    }

    public func setReflex(_ reflex: Reflex) { reflexLever.set(reflex) }
    public func signal(_ sound: Earcon) { playback.chime(earcons[sound]) }
}
