import CPlatform
import Synchronization

/// The one thread of an object that works by itself: named, started once, in real time where the kernel allows it, joined once.
public final class OwnThread: Sendable {
    private let handle = Mutex<pthread_t?>(nil)
    private let realTime = Atomic<Bool>(false)

    /// What a thread needs that does little but move samples.
    private static let stackBytes = 256 * 1024

    public init() {}

    /// Whether it got SCHED_FIFO.
    public var isRealTime: Bool { realTime.load(ordering: .relaxed) }

    /// Runs `body` on the thread, which keeps alive what `body` holds until it returns.
    /// - Parameters:
    ///   - name: at most 15 bytes.
    ///   - priority: of SCHED_FIFO; 0 for the ordinary policy, which it also gets when the kernel refuses.
    /// - Returns: false when the system had no thread to give.
    public func start(name: String, priority: Int, body: @escaping @Sendable () -> Void) -> Bool {
        var created = pthread_t()
        let errand = Unmanaged.passRetained(Errand(name: name, body: body))
        let outcome = ln_thread_start(
            &created, Int32(priority), Self.stackBytes,
            { context in
                guard let context else { return nil }
                let errand = Unmanaged<Errand>.fromOpaque(context).takeRetainedValue()
                ln_thread_name(errand.name)
                errand.body()
                return nil
            }, errand.toOpaque())
        guard outcome >= 0 else {
            errand.release()
            return false
        }
        realTime.store(outcome == 0, ordering: .relaxed)
        handle.withLock { $0 = created }
        return true
    }

    /// Waits for its end, which its owner has asked for. At once when it never started or was joined already.
    public func join() {
        let running = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let running { pthread_join(running, nil) }
    }

    private final class Errand {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
