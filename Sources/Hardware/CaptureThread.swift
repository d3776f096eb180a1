import Audio
import CPlatform
import Failures
import Synchronization

/// The thread under ``ALSACapture``: captures, tells what becomes of the device, and opens it again when it was lost.
/// Only opening and telling allocate.
final class CaptureThread: @unchecked Sendable {  // only its thread has device, loop and report; the rest is atomic or locked
    private static let reopenMilliseconds: Int32 = 250
    /// A frozen converter is opened anew this often: that helps some drivers.
    private static let frozenReopenNanoseconds: Int64 = 5_000_000_000

    private let request: CaptureRequest
    private let face: DeviceFace<CaptureFormat>
    private let tally: CaptureTally
    private let ring: StampedRing
    private var device: ALSACaptureDevice?
    private var loop: CaptureLoop
    private var report: DeviceReport
    /// What was told of the sound; nil before the first block of an opening.
    private var told: CaptureLoop.Findings?
    private var isReopened = false
    private var openedNanoseconds: Int64 = 0
    private let stopping = Atomic<Bool>(false)
    private let stopSignal = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    private let thread = OwnThread()

    /// - Parameter ring: what `loop` refers to without counting.
    init(
        request: CaptureRequest, device: consuming ALSACaptureDevice?, face: DeviceFace<CaptureFormat>,
        loop: consuming CaptureLoop, report: consuming DeviceReport, tally: CaptureTally, keepingAlive ring: StampedRing
    ) {
        self.request = request
        self.face = face
        self.tally = tally
        self.ring = ring
        self.device = consume device
        self.loop = loop
        self.report = report
    }

    deinit { close(stopSignal) }

    var isRealTime: Bool { thread.isRealTime }

    /// - Returns: false when the system had no thread to give.
    func start(priority: Int) -> Bool { thread.start(name: "linnet-capture", priority: priority) { self.run() } }

    /// Ends the thread, which closes the device.
    func stop() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(stopSignal)
        thread.join()
    }

    private func run() {
        while !stopping.load(ordering: .acquiring) {
            if let present = device.take() {
                serve(present)
            } else {
                var signal = pollfd(fd: stopSignal, events: Int16(POLLIN), revents: 0)
                _ = poll(&signal, 1, Self.reopenMilliseconds)
                if !stopping.load(ordering: .acquiring) { reopen() }
            }
        }
        // Nobody waits longer for a device that its thread never came to serve.
        _ = device.take()
    }

    // MARK: With the device

    private enum Ending {
        case stopped
        /// Something is to be told.
        case news
        /// The device is of no use as it is.
        case lost(code: Int32)
        case frozenForLong
    }

    /// Captures until the device is lost, or the thread is to end.
    private func serve(_ device: borrowing ALSACaptureDevice) {
        told = nil
        openedNanoseconds = ln_monotonic_ns()
        while true {
            switch capture(device) {
            case .stopped: return
            case .news:
                let wasFrozen = report.lost?.kind == .stalled
                tell(loop.findings)
                if loop.findings.sound.isFrozen && !wasFrozen { return loop.lose() }
            case .frozenForLong: return loop.lose()
            case .lost(let code):
                loop.lose()
                return report.lose(.device(.capture, face.name.name, lostWith: code))
            }
        }
    }

    @_noAllocation @_noLocks
    private func capture(_ device: borrowing ALSACaptureDevice) -> Ending {
        while !stopping.load(ordering: .acquiring) {
            switch loop.turn(device) {
            case .lost(let code): return .lost(code: code)
            case .delivered:
                if told != loop.findings { return .news }
                let isDue = ln_monotonic_ns() - openedNanoseconds > Self.frozenReopenNanoseconds
                if isDue, loop.findings.sound.isFrozen { return .frozenForLong }
            case .goOn: continue
            }
        }
        return .stopped
    }

    /// A device that was away is back with its first block, not with its opening.
    private func tell(_ findings: CaptureLoop.Findings) {
        if told == nil, isReopened { tally.noteReopen() }
        isReopened = false
        told = findings
        let name = face.name.name
        if findings.sound.isFrozen {
            report.lose(Failure(.capture, .stalled, "\(name) delivers the same sound again and again"))
        } else if findings.sound.isSilent {
            report.lose(Failure(.capture, .silent, "\(name) delivers nothing but zeros"))
        } else {
            report.recover()
            report.impair(impairment(findings, name))
        }
    }

    private func impairment(_ findings: CaptureLoop.Findings, _ name: String) -> Failure? {
        if findings.isStorming { return .storm(.capture, name) }
        let dead = (0..<8).filter { findings.sound.deadChannels >> UInt8($0) & 1 == 1 }.map(String.init)
        guard !dead.isEmpty else { return nil }
        let channels = dead.count == 1 ? "channel \(dead[0])" : "channels \(dead.joined(separator: ", "))"
        return Failure(.capture, .silent, "\(name) delivers nothing but zeros on \(channels)")
    }

    // MARK: Without it

    /// Only at the rate and with the channels of before: all who read the ring count on them.
    private func reopen() {
        let format = face.format
        var exact = request.pcm(named: face.name.name).exactly(rateHz: format.rateHz)
        exact.channels = .exactly(format.channels)
        do throws(Failure) {
            let opened = try ALSACaptureDevice(exact)
            face.opened(opened.format)
            device = consume opened
            isReopened = true
        } catch {
            // That it is not there is known; that it is there and of no use is news.
            if error.kind != .absent || report.lost?.kind == .unsupported { report.lose(error) }
        }
    }
}
