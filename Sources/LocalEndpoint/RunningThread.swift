import CPlatform

/// A named thread that runs `body` once, in real time where the kernel allows it.
final class RunningThread {
    /// Whether it got SCHED_FIFO.
    let isRealTime: Bool
    private let thread: pthread_t

    private final class Start {
        let name: String
        let body: () -> Void
        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// - Parameters:
    ///   - name: at most 15 bytes.
    ///   - priority: of SCHED_FIFO; 0 for the ordinary policy.
    /// - Returns: nil when the system had no thread to give.
    init?(name: String, priority: Int, body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let outcome = ln_thread_start(
            &thread, Int32(priority), 256 * 1024,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                ln_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard outcome >= 0 else {
            start.release()
            return nil
        }
        self.thread = thread
        isRealTime = outcome == 0
    }

    /// Waits for its end, which its owner has asked for.
    func join() { pthread_join(thread, nil) }
}
