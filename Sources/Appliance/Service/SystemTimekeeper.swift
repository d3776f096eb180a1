import Audio
import CPlatform
import Conversation

/// The machine's monotonic clock.
public struct SystemTimekeeper: Timekeeper {
    public init() {}
    public func now() -> MonotonicTime { MonotonicTime(nanoseconds: ln_monotonic_ns()) }
    public func sleep(milliseconds: Int) async throws { try await Task.sleep(for: .milliseconds(milliseconds)) }
}
