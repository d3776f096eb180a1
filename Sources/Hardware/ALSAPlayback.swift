import Audio
import CPlatform
import Failures
import Synchronization

/// The loudspeaker behind alsa-lib. A thread of its own keeps the device running a few blocks ahead of the converter,
/// silence included, so that the far end's clock never stops. When a reply begins it takes back what it can of that
/// silence: the first sample is heard after 5 to 15 ms. Commands wake it at once.
///
/// When the device goes away the thread tries to open it again every 250 ms, and goes on with what was not heard.
public final class ALSAPlayback: LoudspeakerPlayback {
    /// What may be queued, in seconds.
    public static let boundSeconds = 60

    public let format: PlaybackFormat
    public let controls = PlaybackControls()
    public let events = PlaybackEventRing()
    public let farEnd: StampedRing

    private let reply: ReplyRing
    private let chimes: ReplyRing
    private let tally = PlaybackTally()
    private let enqueueing = Mutex(())
    private let chiming = Mutex(())
    private let thread: PlaybackThread

    /// Opens the device and starts to play silence.
    /// - Parameters:
    ///   - device: an ALSA PCM name.
    ///   - preferredRateHz: 48000, 44100, 24000 or 16000; the device's choice among these when it cannot or none is given.
    ///   - channels: wanted; 2, 1 or what the device has otherwise. The reply goes to all of them.
    ///   - realTimePriority: of SCHED_FIFO; the ordinary policy where the kernel refuses, or when 0.
    /// - Throws: `.absent`, `.busy`, `.unsupported` with what was asked for.
    public static func open(
        device: String, preferredRateHz: Int? = nil, channels: Int? = nil, realTimePriority: Int = 0
    ) throws(Failure) -> ALSAPlayback {
        let opened = try ALSAPlaybackDevice(
            name: device, preferredRateHz: preferredRateHz, exactly: false, channels: channels)
        return try ALSAPlayback(opened, name: device, realTimePriority: realTimePriority)
    }

    private init(_ device: consuming ALSAPlaybackDevice, name: String, realTimePriority: Int) throws(Failure) {
        format = device.format
        farEnd = StampedRing(blocks: 64, samplesPerBlock: format.blockFrames)
        reply = ReplyRing(capacity: Self.boundSeconds * format.rateHz, rewindMargin: format.rateHz)
        chimes = ReplyRing(capacity: 2 * format.rateHz, rewindMargin: 0)
        let loop = PlaybackLoop(
            format: format, reply: reply, chimes: chimes, controls: controls, events: events, farEnd: farEnd, tally: tally)
        let owned = [reply, chimes, controls, events, farEnd, tally] as [any AnyObject & Sendable]
        thread = PlaybackThread(device: device, name: name, loop: loop, controls: controls, keepingAlive: owned)
        guard thread.start(priority: realTimePriority) else {
            throw Failure(.playback, .unknown, "no thread for the loudspeaker")
        }
    }

    deinit { stop() }

    /// Whether the playback thread runs in real time.
    public var isRealTime: Bool { thread.isRealTime }

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
        chiming.withLock { _ in
            if chimes.count == 0 { _ = samples.withUnsafeBufferPointer { chimes.write($0) } }
        }
    }

    public func stop() { thread.stop() }
}
