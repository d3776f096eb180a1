/// Tells a storm of XRUNs from the single ones that a busy machine has: more than five a second, for two seconds or so. A pure
/// value on the caller's clock.
package struct XRUNStorm: Sendable {
    /// What one XRUN adds, and what the passing time takes away.
    private static let nanosecondsPerXRUN: Int64 = 200_000_000
    private static let stormNanoseconds: Int64 = 2_000_000_000
    /// Over when there was none for so long.
    private static let calmNanoseconds: Int64 = 1_500_000_000

    private var burden: Int64 = 0
    private var last: Int64 = 0

    package private(set) var isRaging = false

    package init() {}

    /// An XRUN, now.
    @_noAllocation @_noLocks
    package mutating func strike(at nanoseconds: Int64) {
        burden = max(0, burden - (nanoseconds - last)) + Self.nanosecondsPerXRUN
        last = nanoseconds
        if burden >= Self.stormNanoseconds { isRaging = true }
    }

    /// None, now.
    @_noAllocation @_noLocks
    package mutating func calm(at nanoseconds: Int64) {
        guard isRaging, nanoseconds - last > Self.calmNanoseconds else { return }
        isRaging = false
        burden = 0
    }
}
