import Synchronization

/// The event loop's heartbeat: a count that grows while the session's executor gets round to its jobs.
actor Pulse {
    private let executor: ThreadExecutor
    private let beats = BeatCount()

    static let periodMilliseconds = 250

    init(executor: ThreadExecutor) { self.executor = executor }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Beats so far; from any thread.
    nonisolated var count: UInt64 { beats.value }

    /// Beats until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            beats.advance()
            try? await Task.sleep(for: .milliseconds(Self.periodMilliseconds))
        }
    }
}

private final class BeatCount: Sendable {
    private let beats = Atomic<UInt64>(0)
    var value: UInt64 { beats.load(ordering: .relaxed) }
    func advance() { beats.add(1, ordering: .relaxed) }
}
