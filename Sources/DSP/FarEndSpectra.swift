/// The spectra of what the loudspeaker played, shared by the echo cancellers of all microphones.
///
/// Every frame the newest 512 samples, pre-emphasised by 1 - 0.9 z^-1, are transformed. Partition p of a canceller looks back
/// 20 p ms, that is at the spectrum of 2 p frames before: `row(p)`. The powers of pairs of bins are computed once for all microphones.
public struct FarEndSpectra: ~Copyable {
    /// Echo taps per partition: two frames.
    public static var partitionSamples: Int { 320 }
    /// Bins from DC to 8 kHz.
    public static var binCount: Int { 257 }
    /// Values from one partition's spectrum to the next: the last pair's second bin is always zero.
    static var rowCount: Int { 258 }
    /// Bins two by two, for what is kept of the powers.
    static var pairCount: Int { 129 }
    /// Fraction bits of the spectra: |X| of pre-emphasised full scale stays below 2^29.
    static var fractionBits: Int { 4 }

    /// Pairs below 4 kHz.
    static var lowPairCount: Int { 64 }
    /// Partitions that count from 4 kHz on, where tones die sooner in a room: 120 ms.
    private static var highPartitions: Int { 6 }

    /// Pairs for which a partition counts.
    @_noAllocation @_noLocks @inline(__always)
    static func pairs(_ partition: Int) -> Int { partition < highPartitions ? pairCount : lowPairCount }

    /// Bins for which a partition counts.
    @_noAllocation @_noLocks @inline(__always)
    static func bins(_ partition: Int) -> Int { min(2 &* pairs(partition), binCount) }

    /// The last of so many partitions that counts for a pair.
    @_noAllocation @_noLocks @inline(__always)
    static func last(_ pair: Int, _ partitions: Int) -> Int {
        (pair < lowPairCount ? partitions : min(partitions, highPartitions)) &- 1
    }

    /// 1...16, 20 ms each.
    public let partitions: Int
    /// False when nothing within the reach of the partitions has sounded: then there is no echo either.
    public var isAwake: Bool { silentFrames < 2 &* partitions &+ 2 }
    /// Whether the loudspeaker sounded within the last 100 ms.
    public var isSounding: Bool { silentFrames < 10 }

    /// Mean square below which a frame is silence: 4 sample steps RMS, -78 dB full scale.
    private static var silencePower: Int32 { 16 }

    private var silentFrames: Int
    private var frame = 0
    private var fft = FFT()
    private let pastQ10 = FixedArray<Int32>(count: 512, repeating: 0)
    private var emphasis = EchoEmphasis()
    /// A ring of 2 x partitions rows, newest at `frame`.
    private let history: FixedArray<ComplexInt32>
    /// Mean |X|^2 of pairs of bins, likewise.
    private let powers: FixedArray<Int64>

    /// - Parameter tailMilliseconds: how long an echo can last, delay included; a multiple of 20 in 20...320.
    public init(tailMilliseconds: Int) {
        precondition(tailMilliseconds % 20 == 0 && (20...320).contains(tailMilliseconds))
        partitions = tailMilliseconds / 20
        silentFrames = 2 * partitions + 2
        history = FixedArray(count: Self.rowCount * 2 * partitions, repeating: ComplexInt32(re: 0, im: 0))
        powers = FixedArray(count: Self.pairCount * 2 * partitions, repeating: 0)
    }

    /// Takes the 160 samples that belong to the microphones' next frame.
    @_noAllocation @_noLocks
    public mutating func process(_ samples: UnsafePointer<Int16>) {
        let wasAwake = isAwake
        silentFrames = Self.isSilent(samples) ? min(silentFrames &+ 1, 1 &<< 20) : 0
        copy(pastQ10.base + 160, to: pastQ10.base, count: 352)
        emphasis.emphasise(samples, into: pastQ10.base + 352)
        guard isAwake else {
            if wasAwake { forget() }
            return
        }
        frame = frame &+ 1 == 2 &* partitions ? 0 : frame &+ 1
        let (newest, power) = (history.base + frame &* Self.rowCount, powers.base + frame &* Self.pairCount)
        let exponent = fft.forward(UnsafePointer(pastQ10.base), into: newest) &+ Self.fractionBits &- 10
        let parts = UnsafeMutableRawPointer(newest).assumingMemoryBound(to: Int32.self)
        scale(parts, count: 2 &* Self.binCount, byPowerOfTwo: exponent, within: 1 &<< 29)
        for pair in 0..<Self.pairCount {
            // Each below 2^59.
            power[pair] = (newest[2 &* pair].power &+ newest[2 &* pair &+ 1].power) &>> 15
        }
    }

    @_noAllocation @_noLocks
    private func forget() {
        history.base.update(repeating: ComplexInt32(re: 0, im: 0), count: history.count)
        powers.base.update(repeating: 0, count: powers.count)
    }

    /// The spectrum X that a partition looks at: `rowCount` values, Q4 of the pre-emphasised sample step.
    @_noAllocation @_noLocks @inline(__always)
    func row(_ partition: Int) -> UnsafePointer<ComplexInt32> {
        UnsafePointer(history.base + place(partition) &* Self.rowCount)
    }

    /// Mean |X|^2 of its pairs, `pairCount` values, Q-6: below 2^44.
    @_noAllocation @_noLocks @inline(__always)
    func powers(_ partition: Int) -> UnsafePointer<Int64> {
        UnsafePointer(powers.base + place(partition) &* Self.pairCount)
    }

    @inline(__always)
    private func place(_ partition: Int) -> Int {
        let place = frame &- 2 &* partition
        return place < 0 ? place &+ 2 &* partitions : place
    }

    @_noAllocation @_noLocks
    private static func isSilent(_ samples: UnsafePointer<Int16>) -> Bool {
        var energy: Int64 = 0
        for n in 0..<160 {
            energy &+= Int64(Int32(samples[n]) &* Int32(samples[n]))
        }
        return energy < Int64(silencePower) &* 160
    }
}

/// 1 - 0.9 z^-1 before the adaptive filter, which flattens speech and so speeds up its learning, and the inverse behind it.
struct EchoEmphasis: ~Copyable {
    /// 0.899 in Q10.
    private static var factorQ10: Int64 { 921 }

    private var lastInput: Int32 = 0
    private var lastOutputQ10: Int32 = 0

    /// 160 samples into Q10. Exact.
    @_noAllocation @_noLocks
    mutating func emphasise(_ samples: UnsafePointer<Int16>, into outputQ10: UnsafeMutablePointer<Int32>) {
        var last = lastInput
        for n in 0..<160 {
            let sample = Int32(samples[n])
            outputQ10[n] = sample &<< 10 &- Int32(truncatingIfNeeded: Self.factorQ10) &* last
            last = sample
        }
        lastInput = last
    }

    /// 160 values in Q10 back into samples, saturated.
    @_noAllocation @_noLocks
    mutating func deemphasise(_ valuesQ10: UnsafePointer<Int32>, into samples: UnsafeMutablePointer<Int16>) {
        var last = Int64(lastOutputQ10)
        for n in 0..<160 {
            last = Int64(saturatedInt32(Int64(valuesQ10[n]) &+ roundingShift(Self.factorQ10 &* last, 10)))
            samples[n] = saturatedInt16(roundingShift(last, 10))
        }
        lastOutputQ10 = Int32(truncatingIfNeeded: last)
    }

    /// Keeps the state in step over 160 samples that pass both filters unchanged.
    @_noAllocation @_noLocks
    mutating func pass(_ samples: UnsafePointer<Int16>) {
        lastInput = Int32(samples[159])
        lastOutputQ10 = lastInput &<< 10
    }
}
