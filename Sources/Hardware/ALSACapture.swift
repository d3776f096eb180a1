import Audio
import CPlatform
import Failures
import Synchronization

/// Microphones behind alsa-lib, on a thread of their own that does nothing but move samples into the ring.
///
/// When the device goes away the thread tries to open it again every 250 ms, in the format of before, and says both.
public final class ALSACapture: MicrophoneCapture, @unchecked Sendable {  // its thread owns device and loop; the rest is atomic
    private static let reopenMilliseconds: Int32 = 250
    /// Blocks that may wait for the front end: 640 ms.
    private static let ringBlocks = 64

    public let format: CaptureFormat
    public let ring: StampedRing

    private let name: String
    private let onChange: @Sendable (DeviceChange) -> Void
    private let tally = CaptureTally()
    private var device: ALSACaptureDevice?
    private var loop: CaptureLoop
    /// Why the device is away, as it was said last; nil while it delivers.
    private var said: Failure?
    private let stopping = Atomic<Bool>(false)
    private let stopSignal = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    private let thread = OwnThread()

    /// Opens the device and starts to capture. The caller ends it with ``stop()``.
    /// - Parameters:
    ///   - device: an ALSA PCM name.
    ///   - preferredRateHz: 16000, 44100 or 48000; the device's choice among these when it cannot or none is given.
    ///   - channels: exactly so many, 1...8; nil for what the device has.
    ///   - realTimePriority: of SCHED_FIFO; the ordinary policy where the kernel refuses, or when 0.
    ///   - onChange: told on the capture thread when the device goes away, when it is there but cannot be used any more, and
    ///     when it delivers again.
    /// - Throws: `.absent`, `.busy`, or `.unsupported` with what was asked for and what the device can.
    public static func open(
        device: String, preferredRateHz: Int? = nil, channels: Int? = nil, realTimePriority: Int = 0,
        onChange: @escaping @Sendable (DeviceChange) -> Void
    ) throws(Failure) -> ALSACapture {
        let opened = try ALSACaptureDevice(name: device, preferredRateHz: preferredRateHz, channels: channels)
        let capture = ALSACapture(opened, name: device, onChange: onChange)
        guard capture.thread.start(name: "linnet-capture", priority: realTimePriority, body: { capture.run() }) else {
            throw Failure(.capture, .unknown, "no thread for the microphones")
        }
        return capture
    }

    private init(_ device: consuming ALSACaptureDevice, name: String, onChange: @escaping @Sendable (DeviceChange) -> Void) {
        self.name = name
        self.onChange = onChange
        format = device.format
        ring = StampedRing(blocks: Self.ringBlocks, samplesPerBlock: format.blockFrames * format.channels)
        loop = CaptureLoop(format: format, ring: ring, tally: tally)
        self.device = consume device
    }

    deinit { close(stopSignal) }

    /// Whether the capture thread runs in real time.
    public var isRealTime: Bool { thread.isRealTime }

    public var wake: Int32 { tally.wake }
    public var counters: CaptureCounters { tally.counters }

    public func stop() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(stopSignal)
        thread.join()
    }

    // MARK: The thread

    private func run() {
        while !stopping.load(ordering: .acquiring) {
            if let present = device.take() {
                let code = serve(present)
                if code != 0 { lose(Self.failure(name, code)) }
            } else {
                var signal = pollfd(fd: stopSignal, events: Int16(POLLIN), revents: 0)
                _ = poll(&signal, 1, Self.reopenMilliseconds)
                reopen()
            }
        }
    }

    /// Captures until the device is lost. One that was away is back with its first block, not with its opening.
    /// - Returns: its errno; 0 when the thread was asked to stop.
    private func serve(_ device: borrowing ALSACaptureDevice) -> Int32 {
        if said != nil {
            let code = capture(device, untilDelivered: true)
            guard code == 0, !stopping.load(ordering: .acquiring) else { return code }
            said = nil
            tally.noteReopen()
            onChange(.recovered)
        }
        return capture(device, untilDelivered: false)
    }

    /// - Returns: the errno with which the device was lost; 0 otherwise.
    @_noAllocation @_noLocks
    private func capture(_ device: borrowing ALSACaptureDevice, untilDelivered: Bool) -> Int32 {
        while !stopping.load(ordering: .acquiring) {
            switch loop.turn(device) {
            case .lost(let code): return code
            case .delivered where untilDelivered: return 0
            case .delivered, .goOn: continue
            }
        }
        return 0
    }

    private func lose(_ failure: Failure) {
        loop.lose()
        sayLost(failure)
    }

    /// Only at the rate and with the channels of before: all who read the ring count on them.
    private func reopen() {
        do throws(Failure) {
            let opened = try ALSACaptureDevice(name: name, preferredRateHz: format.rateHz, channels: format.channels)
            guard opened.format.rateHz == format.rateHz else {
                let rates = "at \(opened.format.rateHz) Hz, not \(format.rateHz)"
                throw Failure(.capture, .unsupported, "\(name) came back \(rates): restart linnet")
            }
            device = consume opened
        } catch {
            // That it is not there is known; that it is there and of no use is news.
            if error.kind != .absent { sayLost(error) }
        }
    }

    /// Each kind of trouble once.
    private func sayLost(_ failure: Failure) {
        guard said?.kind != failure.kind else { return }
        said = failure
        onChange(.lost(failure))
    }

    private static func failure(_ name: String, _ code: Int32) -> Failure {
        switch code {
        // What a card says that is pulled out differs from driver to driver.
        case ENODEV, EIO, EBADFD: Failure(.capture, .unplugged, "\(name) went away: \(String(cString: strerror(code)))")
        case ETIMEDOUT: Failure(.capture, .stalled, "\(name) delivered nothing for a second")
        case EPIPE: Failure(.capture, .stalled, "\(name) overran again and again without delivering")
        default: Failure(.capture, .unknown, "\(name): \(String(cString: strerror(code)))")
        }
    }
}
