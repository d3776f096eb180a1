import Synchronization

/// So much a period: full at first, used up by requests, refilled at an even pace.
struct Allowance: Sendable {
    let limit: Int
    private let perNanosecond: Double
    private var level: Double
    private var stamp: Int64

    /// - Parameter nanoseconds: now, of CLOCK_MONOTONIC.
    init(_ limit: Int, everySeconds: Int, nanoseconds: Int64) {
        self.limit = limit
        perNanosecond = Double(limit) / (Double(everySeconds) * 1e9)
        level = Double(limit)
        stamp = nanoseconds
    }

    /// Brings the level up to date.
    mutating func refill(_ nanoseconds: Int64) {
        level = min(Double(limit), level + Double(max(0, nanoseconds - stamp)) * perNanosecond)
        stamp = max(stamp, nanoseconds)
    }

    mutating func use(_ amount: Int) { level -= Double(amount) }

    var remaining: Int { max(0, Int(level)) }
    var secondsUntilFull: Double { (Double(limit) - level) / perNanosecond / 1e9 }

    /// Nil when `amount` can be had now.
    func secondsUntil(_ amount: Int) -> Double? {
        level >= Double(amount) ? nil : (Double(amount) - level) / perNanosecond / 1e9
    }
}

/// Requests per minute of one key, on all connections together.
final class RequestLimit: Sendable {
    private let allowance: Mutex<Allowance?>
    let perMinute: Int?

    /// - Parameter perMinute: nil for no limit.
    init(perMinute: Int?) {
        self.perMinute = perMinute
        allowance = Mutex(perMinute.map { Allowance($0, everySeconds: 60, nanoseconds: monotonicNanoseconds()) })
    }

    /// Counts a request.
    /// - Returns: nil when it may be served, else the seconds until the next may.
    func secondsToWait() -> Double? {
        allowance.withLock { allowance in
            allowance?.refill(monotonicNanoseconds())
            if let wait = allowance?.secondsUntil(1) { return wait }
            allowance?.use(1)
            return nil
        }
    }
}
