import CPlatform
import CSystemd

/// Speaks to the service manager (`sd_notify`). Without one every call does nothing; with one that does not listen no call waits.
public struct ServiceNotifier: Sendable {
    private let queue = BoundedQueue(label: "linnet.notify", bound: 64)

    public init() {}

    public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    /// Settings are being read again; `ready` says when that is over. The instant lets systemd 253 and later tell this reload
    /// from an earlier one.
    public func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(ln_monotonic_ns() / 1000)\nSTATUS=reading the settings again") }
    public func status(_ text: String) { send("STATUS=\(text)") }
    public func watchdog() { send("WATCHDOG=1") }
    public func stopping(_ status: String) { send("STOPPING=1\nSTATUS=\(status)") }

    /// How often the manager wants to hear from us, microseconds; nil when it does not watch.
    public var watchdogMicroseconds: UInt64? {
        var microseconds: UInt64 = 0
        return sd_watchdog_enabled(0, &microseconds) > 0 && microseconds > 0 ? microseconds : nil
    }

    /// Waits until what was said so far is out, at most `milliseconds`.
    public func flush(milliseconds: Int) { queue.drain(milliseconds: milliseconds) }

    private func send(_ message: String) { queue.run { _ = sd_notify(0, message) } }
}
