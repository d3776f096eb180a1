import Audio
import CPlatform
import DSP
import Hardware
import Synchronization

/// The front end's thread: waits for the microphones and for nothing else, and runs ``FrontEndChain`` on what they gave.
final class FrontEndThread: @unchecked Sendable {  // its own thread alone touches the chain; the rest is constant or atomic
    let frames = CleanFrameRing()
    let gauges = FrontEndGauges()
    let snapshot: EchoPathSnapshot
    /// Why the echo path that it was to begin with was not taken; nil when it was, or when there was none.
    let echoPathRefusal: EchoPathRefusal?

    private let capture: any MicrophoneCapture
    private let playback: any LoudspeakerPlayback
    private let lever: ReflexLever
    private let priority: Int
    private var chain: FrontEndChain
    private let stopping = Atomic<Bool>(false)
    private let thread = OwnThread()

    /// - Parameter clockOffset: from the microphones' clock, at 16 kHz, to the endpoint's.
    init(
        capture: any MicrophoneCapture, playback: any LoudspeakerPlayback, settings: BoxEndpointSettings, lever: ReflexLever,
        clockOffset: Int64
    ) {
        self.capture = capture
        self.playback = playback
        self.lever = lever
        priority = settings.realTimePriority
        var frontEnd = FrontEnd(settings.frontEnd)
        echoPathRefusal = settings.echoPath.flatMap { frontEnd.restoreEchoPath(from: $0, count: $0.count) }
        snapshot = EchoPathSnapshot(count: frontEnd.echoPathStateBytes)
        chain = FrontEndChain(
            capture: capture, playback: playback, settings: settings, lever: lever, frames: frames, gauges: gauges,
            snapshot: snapshot, frontEnd: frontEnd, clockOffset: clockOffset)
        chain.copyEchoPath()
        _ = snapshot.take()
    }

    /// Starts the thread, in real time where the kernel allows it.
    func start() {
        _ = thread.start(name: "linnet-frontend", priority: priority) { self.run() }
        gauges.isRealTime.store(thread.isRealTime, ordering: .relaxed)
    }

    /// Ends it within 100 ms.
    func stop() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(capture.wake)
        thread.join()
        snapshot.finish { chain.copyEchoPath() }
    }

    private func run() {
        let wake = capture.wake
        while !stopping.load(ordering: .acquiring) {
            var descriptor = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, 100)
            _ = ln_eventfd_drain(wake)
            while !stopping.load(ordering: .relaxed), chain.processBlock() {}
        }
    }
}
