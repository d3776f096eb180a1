/// Changes the sample rate of one channel of 16-bit samples by a rational factor, in blocks of any length.
///
/// Pass band, stop band and precision are those of `PolyphaseFilter`: flat to 45 % of the lower rate, 68 dB down from 55 % on.
/// Output k stands at input instant k x fromHz / toHz - `delayInputSamples`; the phase is kept exactly, so nothing drifts.
public struct RateConverter: ~Copyable {
    public let fromHz: Int
    public let toHz: Int
    /// Constant delay, in samples of the input: 24 up and more down; at most 3 ms in any pair of rates.
    public let delayInputSamples: Int

    private let filter: PolyphaseFilter
    private var line: DelayLine

    /// - Parameters:
    ///   - fromHz: one of 8000, 16000, 22050, 24000, 44100, 48000.
    ///   - toHz: likewise. Nil for other rates. Equal ones are copied, filter and delay left out.
    public init?(fromHz: Int, toHz: Int) {
        guard Self.isSupported(fromHz), Self.isSupported(toHz) else { return nil }
        (self.fromHz, self.toHz) = (fromHz, toHz)
        filter = PolyphaseFilter(fromHz: fromHz, toHz: toHz)
        line = DelayLine(history: filter.taps - 1, block: Self.chunk)
        delayInputSamples = fromHz == toHz ? 0 : filter.taps / 2
    }

    /// At most how many samples `count` of the input produce.
    public func capacity(forInput count: Int) -> Int {
        (count * filter.phases + filter.step - 1) / filter.step
    }

    /// Consumes `count` samples and produces those that are due.
    ///
    /// - Parameter output: room for `capacity(forInput: count)` samples; must not overlap the input.
    /// - Returns: how many were produced.
    @_noAllocation @_noLocks
    public mutating func process(
        _ input: UnsafePointer<Int16>, count: Int, into output: UnsafeMutablePointer<Int16>
    ) -> Int {
        guard fromHz != toHz else {
            copy(input, to: output, count: count)
            return count
        }
        var (consumed, produced) = (0, 0)
        while consumed < count {
            let part = min(count &- consumed, Self.chunk)
            copy(input + consumed, to: line.fresh, count: part)
            produced &+= line.run(filter, count: part, into: output + produced)
            consumed &+= part
        }
        return produced
    }

    private static var chunk: Int { 480 }

    private static func isSupported(_ rateHz: Int) -> Bool {
        switch rateHz {
        case 8_000, 16_000, 22_050, 24_000, 44_100, 48_000: true
        default: false
        }
    }
}

/// The samples under a polyphase filter and the instant of the next output.
struct DelayLine: ~Copyable {
    private let samples: FixedArray<Int16>
    private let history: Int
    /// Input samples from the first fresh one to the newest under the next output.
    private var next = 0
    private var phase = 0

    init(history: Int, block: Int) {
        self.history = history
        samples = FixedArray(count: history + block, repeating: 0)
    }

    /// Where the caller puts the next block before `run`.
    @inline(__always)
    var fresh: UnsafeMutablePointer<Int16> { samples.base + history }

    /// All outputs that `count` fresh samples make due.
    @_noAllocation @_noLocks
    mutating func run(_ filter: borrowing PolyphaseFilter, count: Int, into output: UnsafeMutablePointer<Int16>) -> Int {
        var produced = 0
        while next < count {
            output[produced] = filter.output(samples.base + next, phase: phase)
            produced &+= 1
            phase &+= filter.step
            while phase >= filter.phases {
                phase &-= filter.phases
                next &+= 1
            }
        }
        next &-= count
        copy(samples.base + count, to: samples.base, count: history)
        return produced
    }
}
