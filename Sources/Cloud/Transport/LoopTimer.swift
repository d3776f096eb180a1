import CPlatform

/// One wait on the network thread. Fires once, unless cancelled; the holder keeps it only to cancel it.
package final class LoopTimer {
    let deadlineNanoseconds: Int64
    private var body: (() -> Void)?

    init(afterMilliseconds milliseconds: Int, _ body: @escaping () -> Void) {
        deadlineNanoseconds = ln_monotonic_ns() + Int64(milliseconds) * 1_000_000
        self.body = body
    }

    var isPending: Bool { body != nil }

    package func cancel() { body = nil }

    func fire() {
        let body = body
        self.body = nil
        body?()
    }
}
