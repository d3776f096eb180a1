import CPlatform
import Synchronization

/// A serial executor with a thread of its own: the box's session runs here, so that a busy thread pool cannot slow it.
public final class ThreadExecutor: SerialExecutor {
    private let waiting = Mutex<[UnownedJob]>([])
    private let wake: Int32

    /// - Parameter name: of the thread, at most 15 bytes.
    public init(name: String) {
        wake = eventfd(0, Int32(EFD_CLOEXEC))
        let body = Body(executor: self, name: name)
        var thread = pthread_t()
        // The thread lives as long as the process and holds the executor, which therefore never goes away under it.
        _ = ln_thread_start(
            &thread, 0, 0,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(body).toOpaque())
        pthread_detach(thread)
    }

    private final class Body {
        let executor: ThreadExecutor
        let name: String
        init(executor: ThreadExecutor, name: String) {
            self.executor = executor
            self.name = name
        }

        func run() {
            ln_thread_name(name)
            while true {
                _ = ln_eventfd_drain(executor.wake)
                let jobs = executor.waiting.withLock { jobs in
                    defer { jobs.removeAll(keepingCapacity: true) }
                    return jobs
                }
                for job in jobs { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
            }
        }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        waiting.withLock { $0.append(job) }
        ln_eventfd_signal(wake)
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
