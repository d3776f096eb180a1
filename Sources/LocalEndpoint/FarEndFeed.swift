import Audio
import DSP
import Hardware

/// Brings what the loudspeaker's converter played to the front end: 16 kHz, without gaps, on the loudspeaker's own clock.
///
/// Blocks arrive before they are heard. They wait here until the microphones' time reaches them, so that a block
/// which the device was stopped in can still be cut, and the front end never sees what was not played.
package struct FarEndFeed: ~Copyable {
    /// What ``feed(upTo:into:)`` gives at most in one call.
    package static let outputCapacity = 1600
    /// 320 ms of blocks can wait.
    private static let capacity = 32
    /// With no block for so long behind the microphones' time, the device is taken for stopped: silence is fed.
    private static let staleMilliseconds = 60

    /// Uncounted: the playback that owns it outlives the feed.
    private let ring: Unmanaged<StampedRing>
    private let rateHz: Int
    private let blockFrames: Int
    private var converter: RateConverter
    private let raw: UnsafeMutablePointer<Int32>
    private let waiting: UnsafeMutablePointer<Int16>
    private let starts: UnsafeMutablePointer<Int64>
    private let lengths: UnsafeMutablePointer<Int>
    private let silence: UnsafeMutablePointer<Int16>
    private var oldest = 0
    private var count = 0
    /// The next device sample to be fed, and where on the device's clock output sample 0 lies.
    private var consumed: Int64 = 0
    private var origin: Int64 = 0
    private var produced: Int64 = 0

    /// - Returns: nil when the rate converter does not know `rateHz`.
    package init?(ring: StampedRing, rateHz: Int) {
        guard let converter = RateConverter(fromHz: rateHz, toHz: SpeechFormat.rateHz) else { return nil }
        self.ring = .passUnretained(ring)
        self.rateHz = rateHz
        self.converter = converter
        blockFrames = ring.samplesPerBlock
        raw = .allocate(capacity: blockFrames)
        raw.initialize(repeating: 0, count: blockFrames)
        waiting = .allocate(capacity: blockFrames * Self.capacity)
        waiting.initialize(repeating: 0, count: blockFrames * Self.capacity)
        starts = .allocate(capacity: Self.capacity)
        starts.initialize(repeating: 0, count: Self.capacity)
        lengths = .allocate(capacity: Self.capacity)
        lengths.initialize(repeating: 0, count: Self.capacity)
        silence = .allocate(capacity: blockFrames)
        silence.initialize(repeating: 0, count: blockFrames)
    }

    deinit {
        raw.deallocate()
        waiting.deallocate()
        starts.deallocate()
        lengths.deallocate()
        silence.deallocate()
    }

    /// Where output sample number `produced` (the first of the next ``feed(upTo:into:)``) lies from `position`, a point on the
    /// device's clock: positive when `position` is later. In samples at 16 kHz.
    @_noAllocation @_noLocks
    package func distance(to position: Double) -> Double {
        let sinceOrigin = position - Double(origin) + Double(converter.delayInputSamples)
        return sinceOrigin * Double(SpeechFormat.rateHz) / Double(rateHz) - Double(produced)
    }

    /// Takes in the blocks that arrived, and their stamps.
    @_noAllocation @_noLocks
    package mutating func gather(into relation: inout ClockRelation) {
        let block = raw
        while let stamp = ring._withUnsafeGuaranteedRef({ $0.read(into: block) }) {
            relation.noteLoudspeaker(stamp, frames: blockFrames)
            cutWaiting(at: stamp.firstSample)
            if count == Self.capacity { dropOldest() }
            let slot = (oldest + count) % Self.capacity
            starts[slot] = stamp.firstSample
            lengths[slot] = blockFrames
            let target = waiting + slot * blockFrames
            for i in 0..<blockFrames { target[i] = Int16(truncatingIfNeeded: block[i] >> 16) }
            count += 1
        }
    }

    /// What waits at or after `index` was never played.
    @_noAllocation @_noLocks
    private mutating func cutWaiting(at index: Int64) {
        while count > 0 {
            let slot = (oldest + count - 1) % Self.capacity
            if starts[slot] < index {
                lengths[slot] = min(lengths[slot], Int(index - starts[slot]))
                return
            }
            count -= 1
        }
    }

    @_noAllocation @_noLocks
    private mutating func dropOldest() {
        oldest = (oldest + 1) % Self.capacity
        count -= 1
    }

    /// Feeds on to device sample `end`, as far as it is known what was played until then.
    /// - Parameter target: room for ``outputCapacity`` samples.
    /// - Returns: how many samples at 16 kHz came of it.
    @_noAllocation @_noLocks
    package mutating func feed(upTo end: Int64, into target: UnsafeMutablePointer<Int16>) -> Int {
        if abs(end - consumed) > Int64(rateHz / 5) { jump(to: end - Int64(rateHz / 10)) }
        let limit = min(end, consumed + Int64(rateHz / 11))
        var filled = 0
        while consumed < limit {
            let step = nextStep(upTo: limit)
            guard step.count > 0 else { break }
            filled += converter.process(step.source, count: step.count, into: target + filled)
            consumed += Int64(step.count)
        }
        produced += Int64(filled)
        return filled
    }

    private struct Step {
        var source: UnsafePointer<Int16>
        var count: Int
    }

    /// The next run of samples before `limit`: of a block, or of silence; empty when it is not known yet.
    @_noAllocation @_noLocks
    private mutating func nextStep(upTo limit: Int64) -> Step {
        while count > 0, starts[oldest] + Int64(lengths[oldest]) <= consumed { dropOldest() }
        let quiet = UnsafePointer(silence)
        guard count > 0 else {
            let known = limit - Int64(rateHz * Self.staleMilliseconds / 1000)
            return Step(source: quiet, count: max(0, min(Int(known - consumed), blockFrames)))
        }
        let start = starts[oldest]
        if start > consumed { return Step(source: quiet, count: min(Int(min(start, limit) - consumed), blockFrames)) }
        let offset = Int(consumed - start)
        let run = min(lengths[oldest] - offset, Int(limit - consumed))
        return Step(source: UnsafePointer(waiting + oldest * blockFrames + offset), count: run)
    }

    /// Goes on from device sample `index`: what lies between is of no use any more.
    @_noAllocation @_noLocks
    private mutating func jump(to index: Int64) {
        origin += index - consumed
        consumed = index
    }
}

extension FarEndOffset {
    /// From samples at 16 kHz; beyond ±2 s it stays there.
    @_noAllocation @_noLocks
    init(_ distance: Double) {
        let steps = Int64(min(max(distance, -32_000), 32_000) * 32_768)
        self.init(samples: Int32(truncatingIfNeeded: steps >> 15), fractionQ15: Int16(truncatingIfNeeded: steps & 32_767))
    }
}
