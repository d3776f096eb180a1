/// An answer as it sounds when nobody interrupts it: what a ducked rendition of the same answer is compared with, sample for
/// sample on the recordings of the converter, so that a change of level can be told from the speaker's own.
package struct UndisturbedAnswer: Sendable {
    /// From its first audible sample on; mono, 16 kHz.
    private let samples: [Int16]

    /// Louder than this is audible, and -66 dB of full scale.
    static let audible: Int16 = 16
    private static let alignedSamples = 8000

    /// - Returns: nil when there is hardly a sound.
    package init?(recorded: [Int16]) {
        guard let first = recorded.firstIndex(where: { $0.magnitude > Self.audible.magnitude }),
            recorded.count - first > Self.alignedSamples * 2
        else { return nil }
        samples = Array(recorded[first...])
    }

    /// Lays another rendition, which begins within 10 ms of `start`, beside this one.
    /// - Returns: nil when they do not sound alike.
    package func compare(_ recorded: [Int16], from start: Int) -> AnswerLevel? {
        let lags = max(0, start - 160)...(start + 160)
        let likeness = lags.map { (lag: $0, value: correlation(recorded, at: $0)) }
        guard let best = likeness.max(by: { $0.value < $1.value }), best.value > 0.7 else { return nil }
        return AnswerLevel(recorded: Array(recorded[best.lag...]), undisturbed: samples, start: best.lag)
    }

    private func correlation(_ recorded: [Int16], at lag: Int) -> Double {
        guard lag + Self.alignedSamples <= recorded.count else { return 0 }
        var (both, mine, theirs) = (0.0, 1e-9, 1e-9)
        for i in 0..<Self.alignedSamples {
            let (a, b) = (Double(samples[i]), Double(recorded[lag + i]))
            both += a * b
            mine += a * a
            theirs += b * b
        }
        return both / (mine * theirs).squareRoot()
    }
}

/// The level of one rendition against the undisturbed one, millisecond by millisecond.
package struct AnswerLevel: Sendable {
    /// Decibels; nil where the undisturbed answer is silent itself.
    let decibels: [Double?]
    /// The sample of the recording at which the first millisecond begins.
    let start: Int

    private static let hop = 16
    private static let window = 128
    /// RMS below which the undisturbed answer counts as silent.
    private static let silentRMS = 60.0

    init(recorded: [Int16], undisturbed: [Int16], start: Int) {
        self.start = start
        let (mine, theirs) = (Self.energies(recorded), Self.energies(undisturbed))
        decibels = zip(mine, theirs).map { mine, theirs in
            theirs / Double(Self.window) < Self.silentRMS * Self.silentRMS
                ? nil : levelRatioDecibels(max(mine, 1e-3), theirs)
        }
    }

    /// The first sample from `sample` on after which the answer stays at least `decibels` quieter for `milliseconds`, as far as
    /// it can be heard at all; nil when it does not, or had done so before.
    package func firstQuieter(from sample: Int, by limit: Double = 6, milliseconds: Int = 12) -> Int? {
        let first = max(0, (sample - start) / Self.hop)
        guard first < decibels.count, quieter(in: max(0, first - 300)..<first, by: limit, milliseconds) == nil else { return nil }
        return quieter(in: first..<decibels.count, by: limit, milliseconds).map { start + $0 * Self.hop }
    }

    private func quieter(in range: Range<Int>, by limit: Double, _ milliseconds: Int) -> Int? {
        var run = 0
        for i in range {
            guard let level = decibels[i] else { continue }
            run = level <= -limit ? run + 1 : 0
            if run == milliseconds { return i - milliseconds + 1 }
        }
        return nil
    }

    /// Energy of a window around each millisecond.
    private static func energies(_ samples: [Int16]) -> [Double] {
        var sums = [0.0]
        sums.reserveCapacity(samples.count + 1)
        for sample in samples { sums.append(sums[sums.count - 1] + Double(sample) * Double(sample)) }
        return stride(from: 0, to: samples.count, by: hop).map { centre in
            sums[min(samples.count, centre + window / 2)] - sums[max(0, centre - window / 2)]
        }
    }
}
