@preconcurrency import Dispatch
import Synchronization

/// A serial queue for work that may block (a journal, a service manager that does not listen): whoever hands it over never
/// waits, and no more than a bound of it piles up.
final class BoundedQueue: Sendable {
    private let queue: DispatchQueue
    private let bound: Int
    private let waiting = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)

    init(label: String, bound: Int) {
        queue = DispatchQueue(label: label)
        self.bound = bound
    }

    /// Work that found no place.
    var droppedCount: Int { dropped.load(ordering: .relaxed) }

    func run(_ work: @escaping @Sendable () -> Void) {
        guard waiting.add(1, ordering: .relaxed).newValue <= bound else {
            waiting.subtract(1, ordering: .relaxed)
            dropped.add(1, ordering: .relaxed)
            return
        }
        queue.async { [self] in
            work()
            waiting.subtract(1, ordering: .relaxed)
        }
    }

    /// Waits for what was handed over so far, at most so long.
    func drain(milliseconds: Int) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
    }
}
