import Audio
import CPlatform
import Conversation
import Hardware
import Synchronization

/// The accounts of the utterances, kept by the session's calls and the pump's thread.
final class SharedUtteranceBook: Sendable {
    private let book: Mutex<UtteranceBook>

    init(rateHz: Int) { book = Mutex(UtteranceBook(rateHz: rateHz)) }

    func withLock<Result>(_ body: (inout sending UtteranceBook) -> sending Result) -> sending Result { book.withLock(body) }
}

/// Microphones and a loudspeaker, joined: between them the front end and the reflex, behind them the pump that makes events.
/// When one of the two is replaced by another device, another path takes this one's place.
final class SoundPath: Sendable {
    let capture: any MicrophoneCapture
    let playback: any LoudspeakerPlayback
    let earcons: EarconSounds
    let book: SharedUtteranceBook
    let frontEnd: FrontEndThread
    /// From the microphones' clock, at 16 kHz, to the endpoint's, which goes on when other microphones take their place.
    private let clockOffset: Int64
    private let pump: EndpointPump

    /// - Parameter old: the path before this one, if any. What its loudspeaker still has to play goes on when it is the same.
    init(
        capture: any MicrophoneCapture, playback: any LoudspeakerPlayback, settings: BoxEndpointSettings, lever: ReflexLever,
        queue: EndpointEventQueue, continuing old: SoundPath? = nil
    ) {
        self.capture = capture
        self.playback = playback
        earcons = EarconSounds(rateHz: playback.format.rateHz)
        let isSameLoudspeaker = old?.playback === playback
        book = isSameLoudspeaker ? old?.book ?? Self.book(playback) : Self.book(playback)
        clockOffset = old.map { $0.clockOffset(goingOnWith: capture) } ?? 0
        frontEnd = FrontEndThread(
            capture: capture, playback: playback, settings: settings, lever: lever, clockOffset: clockOffset)
        pump = EndpointPump(frames: frontEnd.frames, playback: playback, reflexLever: lever, book: book, queue: queue)
    }

    private static func book(_ playback: any LoudspeakerPlayback) -> SharedUtteranceBook {
        SharedUtteranceBook(rateHz: playback.format.rateHz)
    }

    /// Between two microphones' samples lie at least 100 ms: more than the new front end's delay, by which its first frames reach back.
    private static let pauseSamples = Int64(SpeechFormat.rateHz / 10)

    /// A clock that began at 0 again would make new words look older than those already heard.
    private func clockOffset(goingOnWith next: any MicrophoneCapture) -> Int64 {
        guard next !== capture else { return clockOffset }
        let now = MonotonicTime(nanoseconds: ln_monotonic_ns())
        return frontEnd.gauges.sample(at: now).map { $0 + Self.pauseSamples } ?? clockOffset
    }

    func start() {
        pump.start()
        frontEnd.start()
    }

    /// Ends the threads, in at most 200 ms. Capture and playback remain their owner's.
    func stop() {
        frontEnd.stop()
        pump.stop()
    }
}
