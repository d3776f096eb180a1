import Audio
import CPlatform
import Conversation
import Glibc

/// The machine's monotonic clock, and its calendar.
public struct SystemTimekeeper: Timekeeper {
    public init() {}
    public func now() -> MonotonicTime { MonotonicTime(nanoseconds: ln_monotonic_ns()) }
    public func sleep(milliseconds: Int) async throws { try await Task.sleep(for: .milliseconds(milliseconds)) }

    /// "Wednesday, 25 November 2026, 19:40, UTC", in the machine's time zone.
    public var today: String {
        var seconds = time(nil)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return "" }
        var text = [CChar](repeating: 0, count: 80)
        let length = strftime(&text, text.count, "%A, %e %B %Y, %H:%M, %Z", &parts)
        let words = String(decoding: text[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return words.replacing("  ", with: " ")
    }
}
