import Failures
import Synchronization

/// From the network thread to one consumer. The producer never waits; it watches the weight of what is queued and stops its
/// source above a mark of its own; a hook tells it when the consumer has come down to `lowWater` again.
package final class EventQueue<Element: Sendable>: Sendable {
    private enum Item: Sendable {
        case element(Element, weight: Int)
        case end(Failure?)
    }

    private struct State: Sendable {
        var items: [Item] = []
        var head = 0
        var weight = 0
        var isEnded = false
        var waiter: CheckedContinuation<Item, Never>?
        /// Gone after the end: they tend to hold the producer, which holds the queue.
        var onDrained: (@Sendable () -> Void)?
        var onAbandoned: (@Sendable () -> Void)?

        mutating func pop() -> Item? {
            guard head < items.count else { return nil }
            let item = items[head]
            head += 1
            if head == items.count || head > 256 {
                items.removeFirst(head)
                head = 0
            }
            return item
        }
    }

    private let state = Mutex(State())
    private let lowWater: Int

    package init(lowWater: Int = 0) { self.lowWater = lowWater }

    /// - Parameters:
    ///   - onDrained: the queue's weight fell to `lowWater` or below; called by the consumer's thread.
    ///   - onAbandoned: the consumer was cancelled or let go before the end; called once, by any thread.
    package func setHooks(onDrained: (@Sendable () -> Void)? = nil, onAbandoned: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.onDrained = onDrained
            state.onAbandoned = onAbandoned
        }
    }

    /// - Returns: the weight that now waits for the consumer. After the end nothing is taken.
    @discardableResult
    package func push(_ element: Element, weight: Int = 1) -> Int {
        let (waiter, waiting) = state.withLock { state -> (CheckedContinuation<Item, Never>?, Int) in
            guard !state.isEnded else { return (nil, 0) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, 0)
            }
            state.items.append(.element(element, weight: weight))
            state.weight += weight
            return (nil, state.weight)
        }
        waiter?.resume(returning: .element(element, weight: 0))
        return waiting
    }

    /// What is queued is still delivered, then the end.
    package func finish(throwing failure: Failure? = nil) {
        let waiter = state.withLock { state -> CheckedContinuation<Item, Never>? in
            guard !state.isEnded else { return nil }
            state.isEnded = true
            state.onDrained = nil
            state.onAbandoned = nil
            defer { state.waiter = nil }
            if state.waiter == nil { state.items.append(.end(failure)) }
            return state.waiter
        }
        waiter?.resume(returning: .end(failure))
    }

    /// Forgets what is queued and ends.
    package func abandon() {
        let (waiter, report) = state.withLock { state -> (CheckedContinuation<Item, Never>?, (@Sendable () -> Void)?) in
            defer {
                state = State()
                state.isEnded = true
            }
            return (state.waiter, state.onAbandoned)
        }
        waiter?.resume(returning: .end(nil))
        report?()
    }

    /// The consumer's. Nil after the end.
    package func next() async throws(Failure) -> Element? {
        switch await withTaskCancellationHandler(operation: nextItem, onCancel: abandon) {
        case .element(let element, _): return element
        case .end(let failure?): throw failure
        case .end(nil): return nil
        }
    }

    private func nextItem() async -> Item {
        var onDrained: (@Sendable () -> Void)?
        let item = await withCheckedContinuation { (waiter: CheckedContinuation<Item, Never>) in
            let item = state.withLock { state -> Item? in
                guard let item = state.pop() else {
                    if state.isEnded { return .end(nil) }
                    precondition(state.waiter == nil, "one consumer")
                    state.waiter = waiter
                    return nil
                }
                if case .element(_, let weight) = item {
                    if state.weight > lowWater, state.weight - weight <= lowWater { onDrained = state.onDrained }
                    state.weight -= weight
                }
                return item
            }
            if let item { waiter.resume(returning: item) }
        }
        onDrained?()
        return item
    }

    // MARK: As the sequences that sessions consume

    /// Letting go of the sequence abandons the queue.
    private final class Consumer: Sendable {
        let queue: EventQueue
        init(_ queue: EventQueue) { self.queue = queue }
        deinit { queue.abandon() }
    }

    /// For queues that end without a failure.
    package func stream() -> AsyncStream<Element> {
        let consumer = Consumer(self)
        return AsyncStream(unfolding: { (try? await consumer.queue.next()) ?? nil })
    }

    package func throwingStream() -> AsyncThrowingStream<Element, any Error> {
        let consumer = Consumer(self)
        return AsyncThrowingStream(unfolding: { try await consumer.queue.next() })
    }
}
