/// Looks at what microphones deliver for what no room sounds like: exact zeros, and the same sound again and again.
///
/// The last bit of a real converter is never quiet: microphones that deliver nothing but zeros for three seconds are not
/// connected (or muted in the card's mixer). And no room repeats itself to the bit: a block that equals one of the last
/// 640 ms, and the next one too, for two seconds, is a converter or a DMA buffer that stands still.
package struct CaptureWatch: ~Copyable {
    /// What is the matter.
    package struct Findings: Sendable, Equatable {
        /// All watched channels have delivered zeros for three seconds.
        package var isSilent = false
        /// The same blocks came for two seconds.
        package var isFrozen = false
        /// Bit k: channel k alone has delivered zeros for three seconds.
        package var deadChannels: UInt8 = 0

        package init() {}
    }

    private static let silentBlocks = 300
    private static let frozenBlocks = 200
    /// So many blocks that are no repetition end it.
    private static let thawedBlocks = 20
    private static let memoryBlocks = 64

    package private(set) var findings = Findings()

    private let channels: Int
    private let blockFrames: Int
    private let watched: UInt8
    private let zeroBlocks: UnsafeMutablePointer<Int>
    private let hashes: UnsafeMutablePointer<UInt64>
    /// For each distance in blocks: how many blocks in a row repeated what came so long before.
    private let repeats: UnsafeMutablePointer<Int>
    private var newest = 0
    private var fresh = 0

    /// - Parameters:
    ///   - channels: of the device, 1...8.
    ///   - watched: which of them are microphones; empty for all. A card's loop-back channels are silent by right.
    package init(blockFrames: Int, channels: Int, watched: [Int]) {
        self.blockFrames = blockFrames
        self.channels = channels
        let all = watched.isEmpty ? Array(0..<channels) : watched
        self.watched = all.reduce(0) { $1 < channels ? $0 | 1 << UInt8($1) : $0 }
        zeroBlocks = .allocate(capacity: channels)
        zeroBlocks.initialize(repeating: 0, count: channels)
        hashes = .allocate(capacity: Self.memoryBlocks)
        hashes.initialize(repeating: 0, count: Self.memoryBlocks)
        repeats = .allocate(capacity: Self.memoryBlocks)
        repeats.initialize(repeating: 0, count: Self.memoryBlocks)
    }

    deinit {
        zeroBlocks.deallocate()
        hashes.deallocate()
        repeats.deallocate()
    }

    /// Takes a block, interleaved.
    @_noAllocation @_noLocks
    package mutating func note(_ block: UnsafePointer<Int32>) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for channel in 0..<channels where watched &>> UInt8(channel) & 1 == 1 {
            var bits: Int32 = 0
            for frame in 0..<blockFrames {
                let sample = block[frame &* channels &+ channel]
                bits |= sample
                hash = (hash ^ UInt64(UInt32(bitPattern: sample))) &* 0x0000_0100_0000_01B3
            }
            zeroBlocks[channel] = bits == 0 ? zeroBlocks[channel] &+ 1 : 0
        }
        judgeZeros()
        judgeRepetition(hash)
    }

    @_noAllocation @_noLocks
    private mutating func judgeZeros() {
        var dead: UInt8 = 0
        for channel in 0..<channels where zeroBlocks[channel] >= Self.silentBlocks { dead |= 1 &<< UInt8(channel) }
        findings.isSilent = dead == watched
        findings.deadChannels = findings.isSilent ? 0 : dead
    }

    @_noAllocation @_noLocks
    private mutating func judgeRepetition(_ hash: UInt64) {
        var longest = 0
        for distance in 1...Self.memoryBlocks {
            let before = (newest &+ Self.memoryBlocks &- distance &+ 1) % Self.memoryBlocks
            repeats[distance &- 1] = hashes[before] == hash ? repeats[distance &- 1] &+ 1 : 0
            longest = max(longest, repeats[distance &- 1])
        }
        newest = (newest &+ 1) % Self.memoryBlocks
        hashes[newest] = hash
        fresh = longest == 0 ? fresh &+ 1 : 0
        if longest >= Self.frozenBlocks, !isAllZeros { findings.isFrozen = true }
        if fresh >= Self.thawedBlocks { findings.isFrozen = false }
        if findings.isFrozen { findings.isSilent = false }
    }

    /// Zeros are silence, however often they come.
    private var isAllZeros: Bool {
        @_noAllocation @_noLocks get {
            for channel in 0..<channels where watched &>> UInt8(channel) & 1 == 1 && zeroBlocks[channel] == 0 { return false }
            return true
        }
    }
}
