/// Decides by how much the far end must lag so that its echo falls within the canceller's reach: 0...500 ms.
///
/// A canceller that cancels is left alone, and so is one that did, while somebody talks over the echo. Otherwise `EchoDelay` looks for
/// the echo, and when that clearly begins too late for the tail (less than 80 ms of it, or half, would be left for
/// reverberation), the far end is delayed so that the echo begins 40 ms, or a quarter, into it. When the echo is then lost for
/// three seconds of far end, because it comes earlier now, the search begins again without a delay.
struct BulkDelay: ~Copyable {
    /// Below this the echo counts as not cancelled: 6 dB in Q8.
    private static var poorEnhancementQ8: Int16 { 1_536 }
    private static var longestFrames: Int { 50 }
    private static var patienceFrames: Int { 300 }
    /// For so long somebody may talk over the echo.
    private static var longestTrustFrames: Int { 1_500 }

    private var search = EchoDelay()
    private let tailFrames: Int
    /// The lag, frames of 10 ms: 0...50.
    var lagFrames = 0
    /// From the loudspeaker's converter to the beginning of the echo, frames of 10 ms; -1 as long as it is not known.
    var echoFrames = -1
    private var lostFrames = 0
    private var isSearching = false
    /// How much longer the echo is taken to be where it was cancelled last, frames.
    private var trustFrames = 0

    /// The lag, samples at 16 kHz.
    var samples: Int32 { Int32(truncatingIfNeeded: 160 &* lagFrames) }

    init(tailMilliseconds: Int) { tailFrames = tailMilliseconds / 10 }

    /// One frame while the far end sounds or may echo.
    ///
    /// - Parameters:
    ///   - farEnd: 160 samples, delayed by `samples`.
    ///   - microphone: 160 samples with the echo in them.
    ///   - enhancementDecibelsQ8: the canceller's echo return loss enhancement of late.
    ///   - isPathSuspect: `EchoCanceller.isPathSuspect`.
    @_noAllocation @_noLocks
    mutating func process(
        farEnd: UnsafePointer<Int16>, microphone: UnsafePointer<Int16>, enhancementDecibelsQ8: Int16, isPathSuspect: Bool
    ) {
        guard mustSearch(enhancementDecibelsQ8, isPathSuspect) else {
            if isSearching { search.reset() }
            (isSearching, lostFrames) = (false, 0)
            return
        }
        isSearching = true
        search.process(farEnd: farEnd, microphone: microphone)
        let found = search.frameCount
        if found >= 0 {
            echoFrames = lagFrames &+ found
            lostFrames = 0
            let comesTooLate = found &+ min(8, tailFrames / 2) > tailFrames && enhancementDecibelsQ8 < Self.poorEnhancementQ8
            if comesTooLate { lag(min(echoFrames &- min(4, tailFrames / 4), Self.longestFrames)) }
        } else if lagFrames > 0 {
            lostFrames &+= 1
            if lostFrames > Self.patienceFrames {
                echoFrames = -1
                lag(0)
            }
        }
    }

    /// Whether the echo may be elsewhere. Where it was cancelled, a person who talks over it makes the enhancement as poor as a delay
    /// that has changed does; but only the change makes the canceller add to what is heard.
    @_noAllocation @_noLocks
    private mutating func mustSearch(_ enhancementDecibelsQ8: Int16, _ isPathSuspect: Bool) -> Bool {
        if enhancementDecibelsQ8 >= Self.poorEnhancementQ8 {
            trustFrames = Self.longestTrustFrames
        } else {
            trustFrames = isPathSuspect ? 0 : max(trustFrames &- 1, 0)
        }
        return trustFrames == 0 || echoFrames < 0
    }

    @_noAllocation @_noLocks
    private mutating func lag(_ wanted: Int) {
        guard wanted != lagFrames else { return }
        lagFrames = wanted
        (trustFrames, lostFrames) = (0, 0)
        search.reset()
    }
}
