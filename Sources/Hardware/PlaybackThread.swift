import Audio
import CPlatform
import Failures
import Synchronization

/// The thread under ``ALSAPlayback``: sleeps until the device wants more or a command comes, tells what becomes of the device,
/// and opens it again when it was lost. Only opening and telling allocate.
final class PlaybackThread: @unchecked Sendable {  // only its thread has device, loop and report; the rest is atomic or locked
    private static let reopenMilliseconds: Int64 = 250

    private let request: PlaybackRequest
    private let face: DeviceFace<PlaybackFormat>
    private let controls: PlaybackControls
    private let tally: PlaybackTally
    private let owned: [any AnyObject & Sendable]
    private var device: ALSAPlaybackDevice?
    private var loop: PlaybackLoop
    private var report: DeviceReport
    /// It was away, and is back when its converter moves.
    private var isAwaited: Bool
    private var isStormTold = false
    private let stopping = Atomic<Bool>(false)
    private let thread = OwnThread()

    /// - Parameter owned: the objects that `loop` refers to without counting.
    init(
        request: PlaybackRequest, device: consuming ALSAPlaybackDevice?, face: DeviceFace<PlaybackFormat>,
        loop: consuming PlaybackLoop, report: consuming DeviceReport, controls: PlaybackControls, tally: PlaybackTally,
        keepingAlive owned: [any AnyObject & Sendable]
    ) {
        self.request = request
        self.face = face
        self.controls = controls
        self.tally = tally
        self.owned = owned
        isAwaited = report.lost != nil
        self.device = consume device
        self.loop = loop
        self.report = report
    }

    var isRealTime: Bool { thread.isRealTime }

    /// - Returns: false when the system had no thread to give.
    func start(priority: Int) -> Bool { thread.start(name: "linnet-play", priority: priority) { self.run() } }

    /// Ends the thread, which closes the device.
    func stop() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(controls.wake)
        thread.join()
    }

    private func run() {
        tally.isPlaying.store(device != nil, ordering: .relaxed)
        while !stopping.load(ordering: .acquiring) {
            if let present = device.take() {
                serve(present)
            } else {
                waitForDevice()
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
        case lost(code: Int32)
    }

    /// Plays until the device is lost, or the thread is to end.
    private func serve(_ device: borrowing ALSAPlaybackDevice) {
        while true {
            switch play(device) {
            case .stopped: return
            case .news: tell()
            case .lost(let code):
                loop.lose()
                tally.isPlaying.store(false, ordering: .relaxed)
                return report.lose(.device(.playback, face.name.name, lostWith: code))
            }
        }
    }

    private func play(_ device: borrowing ALSAPlaybackDevice) -> Ending {
        while !stopping.load(ordering: .acquiring) {
            let early = loop.silenceToTakeBack(device)
            if early > 0 { loop.tookBack(device.takeBack(early)) }
            switch loop.turn(device) {
            case .sleep(let nanoseconds): sleep(nanoseconds: nanoseconds)
            case .lost(let code): return .lost(code: code)
            }
            if loop.hasMoved && isAwaited || loop.storm.isRaging != isStormTold { return .news }
        }
        return .stopped
    }

    /// A device that was away is back when its converter moves, not with its opening.
    private func tell() {
        if isAwaited, loop.hasMoved {
            isAwaited = false
            tally.noteReopen()
            report.recover()
        }
        isStormTold = loop.storm.isRaging
        if report.lost == nil { report.impair(isStormTold ? .storm(.playback, face.name.name) : nil) }
    }

    /// Until then, or until a command comes.
    private func sleep(nanoseconds: Int64) {
        _ = ln_wait_readable(controls.wake, nanoseconds)
        _ = ln_eventfd_drain(controls.wake)
    }

    // MARK: Without it

    /// Commands are obeyed at once, with the books alone; the device is tried for at its own pace.
    private func waitForDevice() {
        let due = ln_monotonic_ns() + Self.reopenMilliseconds * 1_000_000
        while !stopping.load(ordering: .acquiring) {
            loop.obeyWithoutDevice()
            let rest = due - ln_monotonic_ns()
            guard rest > 0 else { return reopen() }
            sleep(nanoseconds: rest)
        }
    }

    /// Only at the rate of before: all books are kept in it.
    private func reopen() {
        let exact = request.pcm(named: face.name.name).exactly(rateHz: face.format.rateHz)
        do throws(Failure) {
            let opened = try ALSAPlaybackDevice(exact)
            face.opened(opened.format)
            loop.adopt(opened.format)
            device = consume opened
            isAwaited = true
            isStormTold = false
            tally.isPlaying.store(true, ordering: .relaxed)
        } catch {
            // That it is not there is known; that it is there and of no use is news.
            if error.kind != .absent || report.lost?.kind == .unsupported { report.lose(error) }
        }
    }
}
