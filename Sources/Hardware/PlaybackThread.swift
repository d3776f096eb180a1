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
    private let realTime = Atomic<Bool>(false)
    private let handle = Mutex<pthread_t?>(nil)

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

    var isRealTime: Bool { realTime.load(ordering: .relaxed) }

    /// - Returns: false when the system had no thread to give.
    func start(priority: Int) -> Bool {
        var created = pthread_t()
        let context = Unmanaged.passRetained(self)
        let outcome = ln_thread_start(
            &created, Int32(priority), 256 * 1024,
            { context in
                guard let context else { return nil }
                ln_thread_name("linnet-play")
                Unmanaged<PlaybackThread>.fromOpaque(context).takeRetainedValue().run()
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

    /// Ends the thread, which closes the device.
    func stop() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(controls.wake)
        let running = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let running { pthread_join(running, nil) }
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
