/// Brings speech to -20 dB full scale, without clipping and without raising the noise between words.
///
/// Two gains in one. The level gain follows the active-speech level: the mean energy of the frames in which somebody speaks, as ITU-T
/// P.56 means it, with the voice detector's probability in the place of P.56's threshold. It moves while somebody speaks alone, so that
/// pauses keep the gain of the words before them. The limiter below it knows the peaks of the frame: where one would leave the scale,
/// the gain falls to it along a ramp that begins before the peak wherever the frame has room, and comes back by 54 dB per second.
///
/// Formats: gains are amplitudes in Q16, -12 to +30 dB, below 2^21; capped peaks are below 29204 x 2^16, which fits an Int32. Samples
/// times gains have at most 37 bits and are Int64. Energies are sums of 160 squares, below 2^38, kept in Q8: 46 bits of an Int64.
/// The gain between two nodes, ten samples apart, is a straight line: both ends lie below the cap of the samples between them.
public struct GainControl: ~Copyable {
    private static var decibel: Int32 { 21_771 }  // log2 of a power, Q16
    /// 160 x 3277^2, log2 in Q16.
    private static var targetEnergyLog2Q16: Int32 { 2_010_530 }
    private static var highestGainLog2Q16: Int32 { 30 &* decibel }
    private static var lowestGainLog2Q16: Int32 { -12 &* decibel }
    /// -1 dB full scale.
    private static var ceiling: Int64 { 29_204 }
    private static var nodes: Int { 16 }
    /// A third of a second: how many frames `recentQ8` is the mean of, and how long the first gain makes haste.
    private static var recentFrames: Int64 { 32 }

    /// Mean energy of a second of speech frames, Q8; with `spoken` as its number of frames, up to 100.
    private var levelQ8: Int64 = 0
    private var spoken: Int64 = 0
    /// The same of a third of a second: who speaks now.
    private var recentQ8: Int64 = 0
    private var isMoving = false
    /// The level gain, log2 of the power gain in Q16, and as an amplitude.
    private var gainLog2Q16: Int32 = 0
    private var levelGainQ16: Int32 = 65_536
    /// With the limiter, where the last frame ended.
    private var lastQ16: Int32 = 65_536
    /// What the gain may be at each node.
    private let capsQ16 = FixedArray<Int32>(count: nodes + 1, repeating: 0)

    public init() {}

    /// What is added at the end of the newest frame, the limiter included, dB in Q8.
    public var gainDecibelsQ8: Int16 {
        let log = 2 &* (Log2.ofQ16(UInt64(truncatingIfNeeded: max(lastQ16, 1))) &- 16 &* Log2.one)
        return saturatedInt16((Int64(log) &* 197_283) &>> 24)
    }

    /// One frame, in place, without delay.
    ///
    /// - Parameters:
    ///   - samples: 160.
    ///   - speechProbabilityQ15: that somebody speaks in them, 0...32767.
    @_noAllocation @_noLocks
    public mutating func process(_ samples: UnsafeMutablePointer<Int16>, speechProbabilityQ15: Int16) {
        let before = levelGainQ16
        if speechProbabilityQ15 > 16_384 {
            learn(FrontEndMeter.energy(UnsafePointer(samples)))
            move()
        }
        findCaps(samples)
        apply(to: samples, from: before)
        assert(levelGainQ16 > 0 && levelGainQ16 < 1 << 21 && lastQ16 > 0 && lastQ16 < 1 << 21)
    }

    // MARK: The level

    /// A frame of speech. What stands 9 dB above the last third of a second counts as 9 dB: a door that slams is no shout.
    @_noAllocation @_noLocks
    private mutating func learn(_ energy: Int64) {
        let heardQ8 = energy &<< 8
        spoken = min(spoken &+ 1, 100)
        let shortQ8 = spoken == 1 ? heardQ8 : min(heardQ8, recentQ8 &* 8 &+ 256)
        recentQ8 &+= (shortQ8 &- recentQ8) / min(spoken, Self.recentFrames)
        levelQ8 &+= (shortQ8 &- levelQ8) / spoken
        let distance = Self.log2(recentQ8) &- Self.log2(levelQ8)
        if spoken >= Self.recentFrames, abs(distance) > 6 &* Self.decibel {
            // Somebody else, or the same person in another voice.
            (levelQ8, spoken) = (recentQ8, Self.recentFrames)
        }
    }

    /// Towards the target: a 400th of the distance per ms up, a 200th down, at most 24 and 48 dB per second, at least 8; and not for
    /// less than 1.5 dB, which is how much a second of speech differs from the next. Six times as fast in the first third of a second
    /// of speech since the beginning: the first words are to be heard at the level of those that follow.
    @_noAllocation @_noLocks
    private mutating func move() {
        let ideal = Self.targetEnergyLog2Q16 &- Self.log2(levelQ8)
        let wanted = max(min(ideal, Self.highestGainLog2Q16), Self.lowestGainLog2Q16)
        let distance = wanted &- gainLog2Q16
        isMoving = abs(distance) > (isMoving ? Self.decibel / 4 : Self.decibel &* 3 / 2)
        guard isMoving else { return }
        let slowest = Self.decibel &* 2 / 25
        let haste: Int32 = spoken < Self.recentFrames ? 6 : 1
        let up = min(max(distance &* haste / 40, slowest), 3 &* haste &* slowest)
        let down = max(min(distance &* haste / 20, 0 &- slowest), -6 &* haste &* slowest)
        gainLog2Q16 &+= distance > 0 ? min(up, distance) : max(down, distance)
        levelGainQ16 = Log2.power(gainLog2Q16 / 2 &+ 16 &* Log2.one)
    }

    @_noAllocation @_noLocks
    private static func log2(_ energyQ8: Int64) -> Int32 {
        Log2.ofQ16(UInt64(bitPattern: max(energyQ8, 256))) &- 8 &* Log2.one
    }

    // MARK: The limiter

    /// The gain at a node must suit the ten samples on either side, and come down from the node before by no more than 2 dB.
    @_noAllocation @_noLocks
    private mutating func findCaps(_ samples: UnsafePointer<Int16>) {
        for node in 0...Self.nodes { capsQ16.base[node] = 1 &<< 22 }
        for block in 0..<Self.nodes {
            var peak: Int32 = 1
            for n in 0..<10 { peak = max(peak, abs(Int32(samples[block &* 10 &+ n]))) }
            let cap = Int32(truncatingIfNeeded: min((Self.ceiling &<< 16) / Int64(peak), 1 &<< 22))
            capsQ16.base[block] = min(capsQ16.base[block], cap)
            capsQ16.base[block &+ 1] = min(capsQ16.base[block &+ 1], cap)
        }
        for node in (0..<Self.nodes).reversed() {
            let next = capsQ16.base[node &+ 1]
            capsQ16.base[node] = min(capsQ16.base[node], next &+ next &>> 2)
        }
    }

    @_noAllocation @_noLocks
    private mutating func apply(to samples: UnsafeMutablePointer<Int16>, from before: Int32) {
        lastQ16 = min(lastQ16, capsQ16.base[0])
        for block in 0..<Self.nodes {
            let share = Int32(truncatingIfNeeded: block &+ 1)
            let levelQ16 = before &+ (levelGainQ16 &- before) &* share / 16
            let releasedQ16 = lastQ16 &+ lastQ16 &>> 8 &+ 1
            let nextQ16 = min(min(levelQ16, releasedQ16), capsQ16.base[block &+ 1])
            ramp(samples + block &* 10, from: lastQ16, to: nextQ16)
            lastQ16 = nextQ16
        }
    }

    @_noAllocation @_noLocks @inline(__always)
    private func ramp(_ samples: UnsafeMutablePointer<Int16>, from first: Int32, to last: Int32) {
        let step = last &- first
        for n in 0..<10 {
            let gainQ16 = first &+ step &* Int32(truncatingIfNeeded: n &+ 1) / 10
            samples[n] = saturatedInt16(roundingShift(Int64(samples[n]) &* Int64(gainQ16), 16))
        }
    }
}
