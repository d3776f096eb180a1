/// From what the sound card gives to what the front end takes: one 10 ms block of interleaved 32-bit samples of the device
/// becomes 160 samples at 16 kHz of each microphone, planar.
///
/// Order: channel map, rounding to 16 bits with saturation, resampling (see `PolyphaseFilter`; the delay is 1.4 ms at 44.1 and
/// 48 kHz and none at 16 kHz). One coefficient table serves all microphones.
public struct InputStage: ~Copyable {
    /// Frames in one 10 ms block of the device: 160, 441 or 480.
    public let blockFrames: Int
    /// How many microphones come out: the length of the channel map.
    public let microphoneCount: Int
    /// Constant delay of the resampling in device frames.
    public let delayFrames: Int

    private let channels: Int
    private let map: FixedArray<Int>
    private let filter: PolyphaseFilter
    private var lines: DelayLines

    /// - Parameters:
    ///   - rateHz: 16000, 44100 or 48000.
    ///   - channels: of the device, 1...8.
    ///   - channelMap: the device channel, from 0, of each microphone; 1...8 entries.
    /// - Returns: nil when an argument is outside its range.
    public init?(rateHz: Int, channels: Int, channelMap: [Int]) {
        guard rateHz == 16_000 || rateHz == 44_100 || rateHz == 48_000, (1...8).contains(channels) else { return nil }
        guard (1...8).contains(channelMap.count), channelMap.allSatisfy((0..<channels).contains) else { return nil }
        map = FixedArray(count: channelMap.count, repeating: 0)
        for (microphone, channel) in channelMap.enumerated() {
            map[microphone] = channel
        }
        self.channels = channels
        blockFrames = rateHz / 100
        microphoneCount = channelMap.count
        filter = PolyphaseFilter(fromHz: rateHz, toHz: 16_000)
        delayFrames = rateHz == 16_000 ? 0 : filter.taps / 2
        lines = DelayLines(count: channelMap.count, history: filter.taps - 1, block: rateHz / 100)
    }

    /// - Parameters:
    ///   - block: `blockFrames` x channels samples, interleaved, Q31.
    ///   - microphones: receives `microphoneCount` x 160 samples, one microphone after the other.
    @_noAllocation @_noLocks
    public mutating func process(_ block: UnsafePointer<Int32>, into microphones: UnsafeMutablePointer<Int16>) {
        for microphone in 0..<microphoneCount {
            let source = block + map.base[microphone]
            let target = microphones + microphone &* 160
            if blockFrames == 160 {
                narrow(source, into: target)
            } else {
                narrow(source, into: lines.fresh(microphone))
                lines.run(microphone, filter, count: blockFrames, into: target)
            }
        }
    }

    /// Every `channels`-th sample, rounded to 16 bits.
    @_noAllocation @_noLocks @inline(__always)
    private func narrow(_ source: UnsafePointer<Int32>, into target: UnsafeMutablePointer<Int16>) {
        for frame in 0..<blockFrames {
            target[frame] = saturatedInt16((source[frame &* channels] &>> 15 &+ 1) &>> 1)
        }
    }
}

/// The delay lines of all microphones: the same instants, different samples.
struct DelayLines: ~Copyable {
    private let count: Int
    private let lines: UnsafeMutablePointer<DelayLine>

    init(count: Int, history: Int, block: Int) {
        self.count = count
        lines = .allocate(capacity: count)
        for index in 0..<count {
            (lines + index).initialize(to: DelayLine(history: history, block: block))
        }
    }

    deinit {
        lines.deinitialize(count: count)
        lines.deallocate()
    }

    @_noAllocation @_noLocks @inline(__always)
    func fresh(_ index: Int) -> UnsafeMutablePointer<Int16> {
        lines[index].fresh
    }

    @_noAllocation @_noLocks @inline(__always)
    func run(_ index: Int, _ filter: borrowing PolyphaseFilter, count: Int, into output: UnsafeMutablePointer<Int16>) {
        _ = lines[index].run(filter, count: count, into: output)
    }
}
