/// Where the microphones' frame stands on the loudspeaker's clock: whole samples and a fraction, at nominal 16 kHz.
public struct FarEndOffset: Sendable, Equatable {
    /// Whole samples; may be negative.
    public var samples: Int32
    /// The rest, 0...32767 = 0 ..< 1 sample.
    public var fractionQ15: Int16

    public init(samples: Int32, fractionQ15: Int16) {
        self.samples = samples
        self.fractionQ15 = fractionQ15
    }
}

/// What the loudspeaker played, on its own clock, and from it the 160 samples that belong to each frame of the microphones.
///
/// Two clocks a few ppm apart make the offset creep. It is followed by a second-order loop (time constant 0.3 s), which
/// takes the jitter out of the measured offset and goes on at the learned rate. A frame is a cross-fade between
/// the interpolation at the offset where the last frame ended and that at the new one, so neither creeping nor a jump clicks.
public struct FarEndHistory: ~Copyable {
    /// Samples kept: 1.02 s at 16 kHz.
    public static var capacitySamples: Int { 16_384 }

    /// A measured offset further than this from the expected one is a jump (device reopened), not jitter.
    private static var jumpQ24: Int64 { 3 << 24 }
    /// The fastest creep that is believed: 400 ppm, per frame of 160 samples.
    private static var fastestRateQ24: Int64 { 160 * 400 << 24 / 1_000_000 }

    private let samples = FixedArray<Int16>(count: 16_384, repeating: 0)
    /// Samples appended so far; sample n stands at n modulo the capacity.
    private var written: Int64 = 0
    /// The microphones' clock: index of the next frame's first sample.
    private var microphoneSample: Int64 = 0
    /// Loudspeaker's clock minus microphones' clock, Q24 samples, at the beginning of the frame.
    private var leadQ24: Int64 = 0
    /// The same where the last frame ended.
    private var frameEndQ24: Int64 = 0
    /// How much `leadQ24` grows per frame, Q24 samples.
    private var rateQ24: Int64 = 0
    private var isLocked = false
    /// By how much the frames lag behind the offsets that are given: 0...8000.
    var bulkDelaySamples: Int32 = 0

    private var before = FarEndInterpolator()
    private var after = FarEndInterpolator()
    private let segment = FixedArray<Int16>(count: 160 + FarEndInterpolator.taps, repeating: 0)
    private let leaving = FixedArray<Int32>(count: 160, repeating: 0)
    private let arriving = FixedArray<Int32>(count: 160, repeating: 0)

    public init() {}

    /// How fast the loudspeaker's clock runs against the microphones', parts per million in Q8, as learned.
    public var driftPartsPerMillionQ8: Int32 {
        Int32(truncatingIfNeeded: (rateQ24 &* 256 &* 6_250) &>> 24)
    }

    /// Appends `count` newly played samples and gives the frame that the microphones' next 160 samples belong to.
    ///
    /// - Parameters:
    ///   - played: samples on the loudspeaker's clock, following those of the last call.
    ///   - count: 0...1600.
    ///   - offset: where the microphones' first sample stands, counted from `played[0]`.
    ///   - frame: receives 160 samples; silence where nothing was played, or no longer or not yet is known.
    @_noAllocation @_noLocks
    public mutating func process(
        played: UnsafePointer<Int16>, count: Int, offset: FarEndOffset, into frame: UnsafeMutablePointer<Int16>
    ) {
        precondition(count >= 0 && count <= 1600)
        let first = written
        for n in 0..<count {
            samples.base[Int(truncatingIfNeeded: first &+ Int64(n)) & (Self.capacitySamples &- 1)] = played[n]
        }
        written &+= Int64(count)
        let measuredQ24 = (first &+ Int64(offset.samples) &- microphoneSample) &<< 24 &+ Int64(offset.fractionQ15) &<< 9
        let previousQ24 = isLocked ? frameEndQ24 : measuredQ24
        follow(measuredQ24)
        frameEndQ24 = leadQ24 &+ rateQ24
        interpolate(from: previousQ24, to: frameEndQ24, into: frame)
        microphoneSample &+= 160
    }

    @_noAllocation @_noLocks
    private mutating func follow(_ measuredQ24: Int64) {
        let expectedQ24 = leadQ24 &+ rateQ24
        let errorQ24 = measuredQ24 &- expectedQ24
        guard isLocked, abs(errorQ24) <= Self.jumpQ24 else {
            leadQ24 = measuredQ24
            isLocked = true
            return
        }
        leadQ24 = expectedQ24 &+ errorQ24 &>> 4
        rateQ24 = max(min(rateQ24 &+ errorQ24 &>> 10, Self.fastestRateQ24), 0 &- Self.fastestRateQ24)
    }

    @_noAllocation @_noLocks
    private mutating func interpolate(from oldQ24: Int64, to newQ24: Int64, into frame: UnsafeMutablePointer<Int16>) {
        let start = microphoneSample &- Int64(bulkDelaySamples)
        before.setFraction(q15: Int32(truncatingIfNeeded: (oldQ24 &>> 9) & 0x7FFF))
        let oldSounds = gather(around: start &+ oldQ24 &>> 24)
        before.process(UnsafePointer(segment.base), into: leaving.base)
        // Where nothing creeps there is nothing to fade.
        guard newQ24 &>> 9 != oldQ24 &>> 9 else {
            for n in 0..<160 { frame[n] = saturatedInt16(roundingShift(leaving.base[n], 14)) }
            return
        }
        after.setFraction(q15: Int32(truncatingIfNeeded: (newQ24 &>> 9) & 0x7FFF))
        let newSounds = gather(around: start &+ newQ24 &>> 24)
        guard oldSounds || newSounds else { return frame.update(repeating: 0, count: 160) }
        after.process(UnsafePointer(segment.base), into: arriving.base)
        for n in 0..<160 {
            let change = (Int64(arriving.base[n]) &- Int64(leaving.base[n])) &* Int64(n &+ 1) / 160
            frame[n] = saturatedInt16(roundingShift(Int64(leaving.base[n]) &+ change, 14))
        }
    }

    /// The samples that an interpolation of 160 from `position` on needs, into `segment`. False when all are silence.
    @_noAllocation @_noLocks
    private func gather(around position: Int64) -> Bool {
        let oldest = max(written &- Int64(Self.capacitySamples), 0)
        let start = position &- Int64(FarEndInterpolator.tapsBefore)
        let length = Int64(segment.count)
        let first = Int(truncatingIfNeeded: max(min(oldest &- start, length), 0))
        let end = Int(truncatingIfNeeded: max(min(written &- start, length), Int64(first)))
        let place = (Int(truncatingIfNeeded: start) &+ first) & (Self.capacitySamples &- 1)
        let wrap = min(first &+ Self.capacitySamples &- place, end)
        segment.base.update(repeating: 0, count: segment.count)
        copy(UnsafePointer(samples.base + place), to: segment.base + first, count: wrap &- first)
        copy(UnsafePointer(samples.base), to: segment.base + wrap, count: end &- wrap)
        var bits: Int16 = 0
        for n in 0..<segment.count { bits |= segment.base[n] }
        return bits != 0
    }
}
