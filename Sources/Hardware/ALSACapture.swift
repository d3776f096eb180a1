import Audio
import CPlatform
import Failures
import Synchronization

/// Microphones behind alsa-lib, on a thread of their own that does nothing but move samples into the ring.
///
/// When the device goes away the thread tries to open it again every 250 ms, in the format of before, and says both.
public final class ALSACapture: MicrophoneCapture, @unchecked Sendable {  // its thread owns device and loop; the rest is atomic
    private static let reopenMilliseconds: UInt32 = 250
    /// Blocks that may wait for the front end: 640 ms.
    private static let ringBlocks = 64

    public let format: CaptureFormat
    public let ring: StampedRing

    private let name: String
    private let onChange: @Sendable (DeviceChange) -> Void
    private let tally = CaptureTally()
    private var device: ALSACaptureDevice?
    private var loop: CaptureLoop
    private let stopping = Atomic<Bool>(false)
    private let realTime = Atomic<Bool>(false)
    private let handle = Mutex<pthread_t?>(nil)

    /// Opens the device and starts to capture.
    /// - Parameters:
    ///   - device: an ALSA PCM name.
    ///   - preferredRateHz: 16000, 44100 or 48000; the device's choice among these when it cannot or none is given.
    ///   - channels: exactly so many, 1...8; nil for what the device has.
    ///   - realTimePriority: of SCHED_FIFO; the ordinary policy where the kernel refuses, or when 0.
    ///   - onChange: told on the capture thread when the device goes away and when it is back.
    /// - Throws: `.absent`, `.busy`, or `.unsupported` with what was asked for and what the device can.
    public static func open(
        device: String, preferredRateHz: Int? = nil, channels: Int? = nil, realTimePriority: Int = 0,
        onChange: @escaping @Sendable (DeviceChange) -> Void
    ) throws(Failure) -> ALSACapture {
        let opened = try ALSACaptureDevice(name: device, preferredRateHz: preferredRateHz, channels: channels)
        let capture = ALSACapture(opened, name: device, onChange: onChange)
        guard capture.start(priority: realTimePriority) else {
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

    /// Whether the capture thread runs in real time.
    public var isRealTime: Bool { realTime.load(ordering: .relaxed) }

    public var wake: Int32 { tally.wake }
    public var counters: CaptureCounters { tally.counters }

    public func stop() {
        stopping.store(true, ordering: .releasing)
        let running = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let running { pthread_join(running, nil) }
    }

    // MARK: The thread

    private func start(priority: Int) -> Bool {
        var created = pthread_t()
        let context = Unmanaged.passRetained(self)
        let outcome = ln_thread_start(
            &created, Int32(priority), 256 * 1024,
            { context in
                guard let context else { return nil }
                ln_thread_name("linnet-capture")
                Unmanaged<ALSACapture>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard outcome >= 0 else {
            context.release()
            return false
        }
        realTime.store(outcome == 0, ordering: .relaxed)
        handle.withLock { $0 = created }
        return true
    }

    private func run() {
        while !stopping.load(ordering: .acquiring) {
            guard let present = device.take() else {
                usleep(Self.reopenMilliseconds * 1000)
                reopen()
                continue
            }
            let code = capture(present)
            guard code != 0 else { return }
            loop.lose()
            onChange(.lost(Self.failure(name, code)))
        }
    }

    /// Captures until the device is lost. - Returns: its errno; 0 when it was asked to stop.
    @_noAllocation @_noLocks
    private func capture(_ device: borrowing ALSACaptureDevice) -> Int32 {
        while !stopping.load(ordering: .acquiring) {
            if case .lost(let code) = loop.turn(device) { return code }
        }
        return 0
    }

    /// Only in the format of before: all who read the ring count on it.
    private func reopen() {
        let opened = try? ALSACaptureDevice(name: name, preferredRateHz: format.rateHz, channels: format.channels)
        guard let opened, opened.format == format else { return }
        device = consume opened
        tally.noteReopen()
        onChange(.recovered)
    }

    private static func failure(_ name: String, _ code: Int32) -> Failure {
        switch code {
        case ENODEV: Failure(.capture, .unplugged, "\(name) went away")
        case ETIMEDOUT: Failure(.capture, .stalled, "\(name) delivered nothing for a second")
        default: Failure(.capture, .unknown, "\(name): \(String(cString: strerror(code)))")
        }
    }
}
