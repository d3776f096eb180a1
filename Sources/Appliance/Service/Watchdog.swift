/// Decides whether the service manager may be told that all is well: only when capture, front end and event loop have all
/// advanced since it was told last. A pure value; `Daemon` asks it on a timer.
public struct Watchdog: Sendable, Equatable {
    /// The three clocks, as counts that only grow.
    public struct Progress: Sendable, Equatable {
        public var captureBlocks: UInt64
        public var frontEndFrames: UInt64
        public var eventLoopTurns: UInt64
        /// The capture device is known to be gone and is waited for: then two of the clocks stand still rightly.
        public var captureIsAway: Bool

        public init(captureBlocks: UInt64, frontEndFrames: UInt64, eventLoopTurns: UInt64, captureIsAway: Bool = false) {
            self.captureBlocks = captureBlocks
            self.frontEndFrames = frontEndFrames
            self.eventLoopTurns = eventLoopTurns
            self.captureIsAway = captureIsAway
        }
    }

    /// What stood still, in the order of the sound's way.
    public enum Stalled: String, Sendable {
        case capture
        case frontEnd = "front end"
        case eventLoop = "event loop"
    }

    private var last: Progress?

    public init() {}

    /// - Returns: what stands still; empty when the manager may be fed. The first call always may.
    public mutating func check(_ now: Progress) -> [Stalled] {
        guard let before = last else {
            last = now
            return []
        }
        var stalled: [Stalled] = []
        if !now.captureIsAway {
            if now.captureBlocks == before.captureBlocks { stalled.append(.capture) }
            if now.frontEndFrames == before.frontEndFrames { stalled.append(.frontEnd) }
        }
        if now.eventLoopTurns == before.eventLoopTurns { stalled.append(.eventLoop) }
        if stalled.isEmpty { last = now }
        return stalled
    }
}
