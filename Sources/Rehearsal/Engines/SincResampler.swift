import Glibc

/// Whole recordings from one rate to another: a Blackman-windowed sinc, cut off below the lower of the two Nyquist rates,
/// evaluated at the exact instant of every output sample.
enum SincResampler {
    /// Zero crossings of the sinc on either side.
    private static let crossings = 16

    static func resample(_ samples: [Int16], from sourceHz: Int, to targetHz: Int) -> [Int16] {
        guard sourceHz != targetHz, !samples.isEmpty else { return samples }
        let divisor = greatestCommonDivisor(sourceHz, targetHz)
        let up = targetHz / divisor
        let down = sourceHz / divisor
        let filter = phases(up: up, down: down)
        let count = (samples.count * up + down - 1) / down
        return (0..<count).map { n in
            let taps = filter[n * down % up]
            return sample(samples, at: n * down / up, taps)
        }
    }

    private static func sample(_ samples: [Int16], at position: Int, _ taps: [Double]) -> Int16 {
        let first = position - taps.count / 2 + 1
        let range = max(0, -first)..<min(taps.count, max(0, samples.count - first))
        var sum = 0.0
        for k in range { sum += taps[k] * Double(samples[first + k]) }
        return Int16(max(-32_768, min(32_767, sum.rounded())))
    }

    /// The filter's taps for each of the `up` places that an output sample can have between two input samples.
    private static func phases(up: Int, down: Int) -> [[Double]] {
        let cutoff = 0.94 * min(1, Double(up) / Double(down))
        let half = Int((Double(crossings) / cutoff).rounded(.up))
        return (0..<up).map { phase in
            let taps = (0..<(2 * half)).map { k in
                kernel(Double(k - half + 1) - Double(phase) / Double(up), cutoff: cutoff, half: Double(half))
            }
            let gain = taps.reduce(0, +)
            return taps.map { $0 / gain }
        }
    }

    private static func kernel(_ x: Double, cutoff: Double, half: Double) -> Double {
        guard abs(x) < half else { return 0 }
        let window = 0.42 + 0.5 * cos(.pi * x / half) + 0.08 * cos(2 * .pi * x / half)
        let sinc = x == 0 ? 1 : sin(.pi * cutoff * x) / (.pi * cutoff * x)
        return cutoff * sinc * window
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
