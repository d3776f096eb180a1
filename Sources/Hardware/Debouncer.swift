import Audio

/// Tells a button's presses from the bouncing of its contact: the first edge counts at once, then none for a while, and what
/// the line says at the end of that while has the last word. A pure value: edges and the passing of time go in.
public struct Debouncer: Sendable, Equatable {
    private let windowNanoseconds: Int64
    private var isDown = false
    private var acceptedAt: MonotonicTime?

    /// - Parameter milliseconds: 0...100; 0 takes every edge.
    public init(milliseconds: Int) { windowNanoseconds = Int64(milliseconds) * 1_000_000 }

    /// An edge of the line.
    /// - Returns: the event to pass on; nil for a bounce.
    public mutating func edge(isDown level: Bool, at time: MonotonicTime) -> BoardEvent? {
        if let acceptedAt, time.nanoseconds(since: acceptedAt) < windowNanoseconds { return nil }
        return accept(level, at: time)
    }

    /// When the line must be looked at; nil when there is no need.
    public var settlesAt: MonotonicTime? { acceptedAt?.advanced(byNanoseconds: windowNanoseconds) }

    /// What the line says once the bouncing is over.
    public mutating func settled(isDown level: Bool, at time: MonotonicTime) -> BoardEvent? {
        acceptedAt = nil
        return accept(level, at: time)
    }

    private mutating func accept(_ level: Bool, at time: MonotonicTime) -> BoardEvent? {
        guard level != isDown else { return nil }
        isDown = level
        acceptedAt = time
        return level ? .pressed(at: time) : .released(at: time)
    }
}
