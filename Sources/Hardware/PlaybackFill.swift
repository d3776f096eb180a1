/// How full the device is kept: as little as the machine's punctuality allows, because a reply begins behind what is
/// queued already. Owned by the playback thread.
struct PlaybackFill {
    /// Frames to fill up to, a block at a time.
    private(set) var target: Int

    private let blockFrames: Int
    private let least: Int
    private let most: Int
    private var lowest = Int.max
    private var looks = 0

    /// Looks between two thoughts of going lower (20 s).
    private static let looksPerWindow = 2000

    /// - Parameters:
    ///   - blockFrames: 10 ms.
    ///   - periodFrames: the device's period, the grain in which its position may advance.
    ///   - bufferFrames: the device's buffer.
    init(blockFrames: Int, periodFrames: Int, bufferFrames: Int) {
        self.blockFrames = blockFrames
        most = min(bufferFrames, max(4 * blockFrames, 3 * periodFrames))
        least = min(most, max(2 * blockFrames, periodFrames + blockFrames))
        target = min(most, least + blockFrames)
    }

    /// The fill at which the next block is due.
    var lowWater: Int {
        @_noAllocation @_noLocks get { target - blockFrames }
    }

    /// Takes how full the device was found at a wake-up: close calls raise the target at once, punctuality lowers it slowly.
    @_noAllocation @_noLocks
    mutating func note(found fill: Int) {
        lowest = min(lowest, fill)
        looks += 1
        if fill < blockFrames / 3 {
            raise(by: blockFrames / 2)
        } else if looks == Self.looksPerWindow {
            if lowest > lowWater - blockFrames / 5 { target = max(least, target - blockFrames / 2) }
            (lowest, looks) = (Int.max, 0)
        }
    }

    /// The device ran dry.
    @_noAllocation @_noLocks
    mutating func noteUnderrun() { raise(by: blockFrames) }

    @_noAllocation @_noLocks
    private mutating func raise(by frames: Int) {
        target = min(most, target + frames)
        (lowest, looks) = (Int.max, 0)
    }
}
