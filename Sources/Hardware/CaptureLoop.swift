import Audio
import CPlatform

/// What the capture thread does between two waits: gather whole blocks, stamp them, hand them on, recover from XRUNs. Owns its
/// memory; never allocates, locks, or waits for anything but the device.
struct CaptureLoop: ~Copyable {
    enum Outcome {
        /// Nothing yet.
        case goOn
        /// At least one block came.
        case delivered
        /// The device is gone, with this errno.
        case lost(code: Int32)
    }

    /// The device is asked again this often whether it is still there. Short, because `snd_pcm_wait` counts anew from every
    /// wake-up that brought nothing: a driver that wakes more often than this would hold it for ever.
    private static let waitMilliseconds: Int32 = 50
    /// A device that delivers nothing for so many waits is taken for gone: a second.
    private static let silentWaitsBeforeLost = 20
    /// So many restarts in a row that bring no block: the device is broken, and trying on would burn the processor.
    private static let restartsBeforeLost = 20

    private let rateHz: Int
    private let blockFrames: Int
    private var isRunning = false
    private var filled = 0
    private var silentWaits = 0
    private var vainRestarts = 0
    /// The next block's first frame on the device's clock.
    private var nextFrame: Int64 = 0
    /// Where the last block ended in time; 0 before the first.
    private var endNanoseconds: Int64 = 0
    /// The stream was interrupted: the frames lost are known by the clock alone.
    private var hasGap = false
    private let block: UnsafeMutablePointer<Int32>
    private var watch: CaptureWatch
    private var storm = XRUNStorm()
    private let ring: Unmanaged<StampedRing>
    private let tally: Unmanaged<CaptureTally>

    /// What is the matter with the sound, blocks and XRUNs considered.
    struct Findings: Equatable {
        var sound = CaptureWatch.Findings()
        var isStorming = false
    }

    /// As of the last block.
    private(set) var findings = Findings()

    /// - Parameters:
    ///   - ring, tally: uncounted: whoever owns the loop keeps them alive.
    ///   - watched: the channels that are microphones; empty for all.
    init(format: CaptureFormat, watched: [Int], ring: StampedRing, tally: CaptureTally) {
        rateHz = format.rateHz
        blockFrames = format.blockFrames
        block = .allocate(capacity: format.blockFrames * format.channels)
        block.initialize(repeating: 0, count: format.blockFrames * format.channels)
        watch = CaptureWatch(blockFrames: format.blockFrames, channels: format.channels, watched: watched)
        self.ring = .passUnretained(ring)
        self.tally = .passUnretained(tally)
    }

    deinit { block.deallocate() }

    /// One round. The first one on a device starts it.
    @_noAllocation @_noLocks
    mutating func turn(_ device: borrowing ALSACaptureDevice) -> Outcome {
        if !isRunning {
            let status = device.start()
            if status < 0 { return startAnew(after: status) }
            isRunning = true
            filled = 0
        }
        let waited = device.wait(milliseconds: Self.waitMilliseconds)
        if waited < 0 { return stumble(waited) }
        if waited == 0 {
            silentWaits += 1
            return silentWaits < Self.silentWaitsBeforeLost ? .goOn : .lost(code: ETIMEDOUT)
        }
        silentWaits = 0
        return gather(device)
    }

    /// The device went away: what it will have missed is known when it is back.
    @_noAllocation @_noLocks
    mutating func lose() {
        isRunning = false
        hasGap = true
        silentWaits = 0
        vainRestarts = 0
    }

    @_noAllocation @_noLocks
    private mutating func gather(_ device: borrowing ALSACaptureDevice) -> Outcome {
        let standing = device.standing()
        if standing.status < 0 { return stumble(standing.status) }
        var outcome = Outcome.goOn
        var available = standing.available
        while available + filled >= blockFrames {
            let read = device.read(behind: filled)
            if read == 0 || read == -Int(EAGAIN) { break }
            if read < 0 { return stumble(Int32(read)) }
            available -= read
            filled += read
            guard filled == blockFrames else { continue }
            filled = 0
            vainRestarts = 0
            // The frame behind the `available` that are left met the converter at the standing's instant.
            let end = standing.nanoseconds - Int64(available) * 1_000_000_000 / Int64(rateHz)
            handOn(device, endingAt: end)
            outcome = .delivered
        }
        return outcome
    }

    @_noAllocation @_noLocks
    private mutating func handOn(_ device: borrowing ALSACaptureDevice, endingAt end: Int64) {
        let duration = Int64(blockFrames) * 1_000_000_000 / Int64(rateHz)
        if hasGap {
            let missed = (end - duration - endNanoseconds) * Int64(rateHz) / 1_000_000_000
            if endNanoseconds != 0, missed > 0 { nextFrame += missed }
            hasGap = false
        }
        device.widen(into: block)
        let samples = UnsafePointer(block)
        watch.note(samples)
        storm.calm(at: end)
        findings = Findings(sound: watch.findings, isStorming: storm.isRaging)
        defer {
            nextFrame += Int64(blockFrames)
            endNanoseconds = end
        }
        // What a frozen converter repeats is not what anybody says.
        if findings.sound.isFrozen { return }
        let stamp = FrameStamp(firstSample: nextFrame, time: MonotonicTime(nanoseconds: end - duration))
        let isTaken = ring._withUnsafeGuaranteedRef { $0.write(stamp: stamp, samples: samples) }
        tally._withUnsafeGuaranteedRef { $0.note(blockTaken: isTaken) }
    }

    /// Overrun, or the system slept: both mend by starting anew.
    @_noAllocation @_noLocks
    private mutating func stumble(_ status: Int32) -> Outcome {
        isRunning = false
        hasGap = true
        guard status == -EPIPE || status == -ESTRPIPE else { return .lost(code: -status) }
        tally._withUnsafeGuaranteedRef { $0.noteXRUN() }
        storm.strike(at: ln_monotonic_ns())
        return startAnew(after: status)
    }

    @_noAllocation @_noLocks
    private mutating func startAnew(after status: Int32) -> Outcome {
        vainRestarts += 1
        return status == -ENODEV || vainRestarts > Self.restartsBeforeLost ? .lost(code: -status) : .goOn
    }
}
