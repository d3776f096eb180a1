import Audio
import CPlatform
import Conversation
import DSP
import Failures
import Hardware
import Synchronization

/// The box itself as a ``SpeechEndpoint``: its microphones, its loudspeaker, and between them the front end and the reflex.
///
/// Three threads work here: capture's and playback's own (in `Hardware`), the front end's (``FrontEndThread``), and
/// the pump's, which alone makes events. Ducking and pausing on speech go from the front end's thread straight to the
/// playback thread.
///
/// The session stays when a device is replaced by another one (see ``join(capture:playback:settings:)``).
public final class BoxEndpoint: SpeechEndpoint {
    private struct State {
        var path: SoundPath
        var isStarted = false
    }

    private let queue = EndpointEventQueue()
    private let reflexLever = ReflexLever()
    private let state: Mutex<State>

    /// Joins a capture and a playback. Nothing moves before ``start()``.
    public init(capture: any MicrophoneCapture, playback: any LoudspeakerPlayback, settings: BoxEndpointSettings) {
        let path = SoundPath(capture: capture, playback: playback, settings: settings, lever: reflexLever, queue: queue)
        state = Mutex(State(path: path))
    }

    private var path: SoundPath { state.withLock { $0.path } }

    /// Starts the front end and the events.
    public func start() {
        let path = state.withLock { state in
            state.isStarted = true
            return state.path
        }
        path.start()
    }

    /// Ends them, in at most 200 ms, and the event stream. Capture and playback remain their owner's to stop.
    public func stop() {
        path.stop()
        queue.finish()
    }

    /// Why the canceller did not take the `echoPath` that it was to begin with; nil when it did, or when there was none.
    public var echoPathRefusal: EchoPathRefusal? { path.frontEnd.echoPathRefusal }

    /// What the echo canceller has learned, for the next start; nil when it has learned nothing since it was last asked. While it
    /// runs the front end's thread makes a copy, which is waited for a second at most; one caller at a time.
    public func learnedEchoPath() async -> [UInt8]? {
        let snapshot = path.frontEnd.snapshot
        snapshot.ask()
        for _ in 0..<10 where snapshot.isAsked { try? await Task.sleep(for: .milliseconds(100)) }
        return snapshot.take()
    }

    /// The same after ``stop()``.
    public func lastEchoPath() -> [UInt8]? { path.frontEnd.snapshot.take() }

    /// Another device takes the place of one of the two, or of both. What was to be played by a loudspeaker that is replaced
    /// ends: it is reported as failed. The echo canceller goes on with what it has learned, if that fits. Waits at most 200 ms; one
    /// caller at a time, and none beside ``start()`` and ``stop()``.
    public func join(capture: any MicrophoneCapture, playback: any LoudspeakerPlayback, settings: BoxEndpointSettings) {
        let (old, isStarted) = state.withLock { ($0.path, $0.isStarted) }
        if isStarted { old.stop() }
        var settings = settings
        settings.echoPath = old.frontEnd.snapshot.latest
        let new = SoundPath(
            capture: capture, playback: playback, settings: settings, lever: reflexLever, queue: queue, continuing: old)
        state.withLock { $0.path = new }
        if old.book !== new.book, !old.book.withLock({ $0.isEmpty }) {
            queue.push(.failed(Failure(.playback, .unplugged, "another loudspeaker took its place")))
            queue.push(.recovered(.playback))
        }
        if isStarted { new.start() }
    }

    /// What became of the microphones, for `ALSACapture`'s `onChange`; of what is merely impaired the session knows nothing.
    public func captureChanged(_ change: DeviceChange) { changed(.capture, change) }

    /// Likewise for `ALSAPlayback`.
    public func playbackChanged(_ change: DeviceChange) { changed(.playback, change) }

    private func changed(_ subject: Failure.Subject, _ change: DeviceChange) {
        switch change {
        case .lost(let failure): queue.push(.failed(failure))
        case .recovered: queue.push(.recovered(subject))
        case .impaired, .unimpaired: break
        }
    }

    /// What the watchdog watches.
    public var progress: BoxEndpointProgress {
        let gauges = path.frontEnd.gauges
        return BoxEndpointProgress(
            captureBlocks: gauges.captureBlocks.load(ordering: .relaxed), frames: gauges.frames.load(ordering: .relaxed))
    }

    /// What `linnet status` shows.
    public var figures: BoxEndpointFigures {
        let path = path
        var figures = path.frontEnd.gauges.figures
        figures.droppedFrames += queue.droppedFrames
        let captured = path.capture.counters
        figures.captureXruns = captured.xruns
        figures.captureOverruns = captured.overruns
        figures.playbackUnderruns = path.playback.counters.underruns
        return figures
    }

    // MARK: SpeechEndpoint

    public var capabilities: EndpointCapabilities {
        EndpointCapabilities(cleansItself: true, playbackRateHz: path.playback.format.rateHz)
    }

    public var events: AsyncStream<EndpointEvent> { queue.stream() }

    public func play(_ samples: [Int16], utterance: UtteranceID) -> Bool {
        guard !samples.isEmpty else { return true }
        let path = path
        return path.book.withLock { book in
            guard let start = path.playback.enqueue(samples) else { return false }
            book.queued(samples.count, of: utterance, at: start)
            return true
        }
    }

    public func finish(utterance: UtteranceID) {
        let now = MonotonicTime(nanoseconds: ln_monotonic_ns())
        path.book.withLock { book in
            for event in book.finished(utterance, at: now) { queue.push(event) }
        }
    }

    public func duck() { path.playback.setDucked(true) }
    public func pause() { path.playback.pause() }
    public func resume() { path.playback.resume() }

    public func drop() {
        let path = path
        // Under the lock, so that no sample of a `play` on another thread slips in between "enqueued up to" and the command.
        path.book.withLock { _ in path.playback.drop() }
    }

    public func setReflex(_ reflex: Reflex) { reflexLever.set(reflex) }

    public func signal(_ sound: Earcon) {
        let path = path
        path.playback.chime(path.earcons[sound])
    }
}
