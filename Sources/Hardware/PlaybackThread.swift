import Audio
import CPlatform
import Synchronization

/// The thread under ``ALSAPlayback``: sleeps until the device wants more or a command comes, and opens the device
/// again when it was lost. Only that opening allocates.
final class PlaybackThread: @unchecked Sendable {  // `device` and `loop` are the running thread's own; the rest is atomic
    private static let reopenMilliseconds = 250

    private let name: String
    private let format: PlaybackFormat
    private let controls: PlaybackControls
    private let owned: [any AnyObject & Sendable]
    private var device: ALSAPlaybackDevice?
    private var loop: PlaybackLoop
    private let stopping = Atomic<Bool>(false)
    private let thread = OwnThread()

    /// - Parameter owned: the objects that `loop` refers to without counting.
    init(
        device: consuming ALSAPlaybackDevice, name: String, loop: consuming PlaybackLoop, controls: PlaybackControls,
        keepingAlive owned: [any AnyObject & Sendable]
    ) {
        self.name = name
        self.controls = controls
        self.owned = owned
        format = device.format
        self.device = consume device
        self.loop = loop
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
        while !stopping.load(ordering: .acquiring) {
            if let present = device.take() {
                let code = play(present)
                if code != 0 { loop.lose(code: code) }
            } else {
                sleep(nanoseconds: Int64(Self.reopenMilliseconds) * 1_000_000)
                loop.obeyWithoutDevice()
                reopen()
            }
        }
    }

    /// Plays until the device is lost. - Returns: its errno; 0 when it was asked to stop.
    private func play(_ device: borrowing ALSAPlaybackDevice) -> Int32 {
        while !stopping.load(ordering: .acquiring) {
            let early = loop.silenceToTakeBack(device)
            if early > 0 { loop.tookBack(device.takeBack(early)) }
            switch loop.turn(device) {
            case .sleep(let nanoseconds): sleep(nanoseconds: nanoseconds)
            case .lost(let code): return code
            }
        }
        return 0
    }

    /// Until then, or until a command comes.
    private func sleep(nanoseconds: Int64) {
        _ = ln_wait_readable(controls.wake, nanoseconds)
        _ = ln_eventfd_drain(controls.wake)
    }

    /// Only at the rate of before: all books are kept in it.
    private func reopen() {
        let opened = try? ALSAPlaybackDevice(
            name: name, preferredRateHz: format.rateHz, exactly: true, channels: format.channels)
        guard let opened else { return }
        device = consume opened
        loop.recover()
    }
}
