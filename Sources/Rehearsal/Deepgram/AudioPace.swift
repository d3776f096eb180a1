/// Watches that audio comes at most 1.25 times faster than real time, but for a burst.
struct AudioPace {
    /// A pre-roll, and what the network held back.
    private static let burstSeconds = 3.0
    private static let factor = 1.25

    private var credit = burstSeconds
    private var last: Int64
    private var isOver = false

    init(nowNanoseconds: Int64) { last = nowNanoseconds }

    /// - Returns: whether the client has just become too fast.
    mutating func received(seconds: Double, nowNanoseconds: Int64) -> Bool {
        let elapsedSeconds = Double(nowNanoseconds - last) / 1e9
        credit = min(Self.burstSeconds, credit + elapsedSeconds * Self.factor) - seconds
        last = nowNanoseconds
        let wasOver = isOver
        isOver = wasOver ? credit < Self.burstSeconds / 2 : credit < 0
        return isOver && !wasOver
    }
}
