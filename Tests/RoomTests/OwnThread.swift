import Dispatch
import Testing

/// Runs a suite's tests on threads of their own: they wait for a sound card, and the cooperative pool has better to do.
struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(QueueExecutor(), operation: function)
    }
}

extension Trait where Self == OwnThread {
    static var ownThread: Self { OwnThread() }
}

private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "room test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
