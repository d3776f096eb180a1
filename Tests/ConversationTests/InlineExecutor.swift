import Synchronization

/// Runs jobs one after the other on whatever thread brings them, and counts them.
final class InlineExecutor: SerialExecutor {
    private struct State {
        var waiting: [UnownedJob] = []
        var isRunning = false
        var jobs = 0
    }
    private let state = Mutex(State())

    var jobs: Int { state.withLock { $0.jobs } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.waiting.append(job)
            state.jobs += 1
            defer { state.isRunning = true }
            return !state.isRunning
        }
        // Another thread: a job must not run inside the one that enqueues it.
        if isFirst { Task.detached { self.drain() } }
    }

    private func drain() {
        while let job = next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.isRunning = false
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
