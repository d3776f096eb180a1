import CSystemd

/// Speaks to the service manager (`sd_notify`). Without one every call does nothing.
public struct ServiceNotifier: Sendable {
    public init() {}

    public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    public func status(_ text: String) { send("STATUS=\(text)") }
    public func watchdog() { send("WATCHDOG=1") }
    public func stopping(_ status: String) { send("STOPPING=1\nSTATUS=\(status)") }

    /// How often the manager wants to hear from us, microseconds; nil when it does not watch.
    public var watchdogMicroseconds: UInt64? {
        var microseconds: UInt64 = 0
        return sd_watchdog_enabled(0, &microseconds) > 0 && microseconds > 0 ? microseconds : nil
    }

    private func send(_ message: String) { _ = sd_notify(0, message) }
}
