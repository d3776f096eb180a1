import Audio
import CPlatform
import Failures
import Synchronization

/// The loudspeaker behind alsa-lib. A thread of its own keeps the device running a few blocks ahead of the converter,
/// silence included, so that the far end's clock never stops. When a reply begins it takes back what it can of that
/// silence: the first sample is heard after 5 to 15 ms. Commands wake it at once.
///
/// When the device goes away the thread says so, tries to open it again every 250 ms, and goes on with what was not heard and
/// not dropped meanwhile.
public final class ALSAPlayback: LoudspeakerPlayback {
    /// What may be queued, in seconds.
    public static let boundSeconds = 60

    public let controls = PlaybackControls()
    public let events = PlaybackEventRing()
    public let farEnd: StampedRing

    private let reply: ReplyRing
    private let chimes: ReplyRing
    private let tally = PlaybackTally()
    private let enqueueing = Mutex(())
    private let chiming = Mutex(())
    private let face: DeviceFace<PlaybackFormat>
    private let thread: PlaybackThread

    /// Opens the device and starts to play silence.
    /// - Parameters:
    ///   - lost: what its owner was told of the device before, if it did not work: `.recovered` follows when the converter moves.
    ///   - onChange: told on the playback thread what becomes of the device.
    /// - Throws: `.absent`, `.busy`, `.unsupported` with what was asked for and what the device can.
    public static func open(
        _ request: PlaybackRequest, recoveringFrom lost: Failure? = nil, onChange: @escaping @Sendable (DeviceChange) -> Void
    ) throws(Failure) -> ALSAPlayback {
        let name = CardName(request.device)
        let device = try ALSAPlaybackDevice(request.pcm(named: name.name))
        let face = DeviceFace(name: name, format: device.format)
        face.opened(device.format)
        return try ALSAPlayback(request, device: device, face: face, report: DeviceReport(lost: lost, tell: onChange))
    }

    /// Starts without the device, which is waited for at a rate that is only supposed. When it comes and has another, it is
    /// `.lost` as `.unsupported`: then its owner opens it anew. What is enqueued waits.
    /// - Parameter reason: why it is not there, as its owner knows.
    public static func waiting(
        _ request: PlaybackRequest, supposing format: PlaybackFormat, because reason: Failure,
        onChange: @escaping @Sendable (DeviceChange) -> Void
    ) throws(Failure) -> ALSAPlayback {
        let face = DeviceFace(name: CardName(request.device), format: format)
        return try ALSAPlayback(request, device: nil, face: face, report: DeviceReport(lost: reason, tell: onChange))
    }

    private init(
        _ request: PlaybackRequest, device: consuming ALSAPlaybackDevice?, face: DeviceFace<PlaybackFormat>,
        report: consuming DeviceReport
    ) throws(Failure) {
        self.face = face
        let format = face.format
        farEnd = StampedRing(blocks: 64, samplesPerBlock: format.blockFrames)
        reply = ReplyRing(capacity: Self.boundSeconds * format.rateHz, rewindMargin: format.rateHz)
        chimes = ReplyRing(capacity: 2 * format.rateHz, rewindMargin: 0)
        let links = PlaybackLinks(reply: reply, controls: controls, events: events, farEnd: farEnd, tally: tally)
        let renderer = PlaybackRenderer(blockFrames: format.blockFrames, reply: reply, chimes: chimes)
        thread = PlaybackThread(
            request: request, device: device, face: face, loop: PlaybackLoop(format: format, renderer: renderer, links: links),
            report: report, controls: controls, tally: tally,
            keepingAlive: [reply, chimes, events, farEnd])
        guard thread.start(priority: request.realTimePriority) else {
            throw Failure(.playback, .unknown, "no thread for the loudspeaker")
        }
    }

    deinit { stop() }

    /// Whether the playback thread runs in real time.
    public var isRealTime: Bool { thread.isRealTime }

    /// The rate never changes; the rest may when the device was opened again.
    public var format: PlaybackFormat { face.format }
    /// The ALSA name by which the device is found: by its card's id when it was named by a number.
    public var device: String { face.name.name }
    public var counters: PlaybackCounters { tally.counters }

    public var enqueued: Int64 { reply.written }

    public func enqueue(_ samples: [Int16]) -> Int64? {
        enqueueing.withLock { _ in
            let begins = reply.count == 0
            let start = samples.withUnsafeBufferPointer { reply.write($0) }
            if begins { ln_eventfd_signal(controls.wake) }
            return start
        }
    }

    public func chime(_ samples: [Int16]) {
        guard tally.isPlaying.load(ordering: .relaxed) else { return }
        chiming.withLock { _ in
            if chimes.count == 0 { _ = samples.withUnsafeBufferPointer { chimes.write($0) } }
        }
    }

    public func stop() { thread.stop() }
}
