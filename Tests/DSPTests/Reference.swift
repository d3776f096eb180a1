import DSP
import DSPFuzz

#if canImport(Glibc)
    import Glibc
#endif

/// Double-precision models and test signals that the fixed-point stages are measured against.
enum Reference {
    /// 10 log10 of the reference's power over the power of the difference, in dB; 999 when they are equal.
    static func signalToNoise(_ measured: [Double], _ reference: [Double]) -> Double {
        var (signal, noise) = (0.0, 0.0)
        for (value, right) in zip(measured, reference) {
            signal += right * right
            noise += (value - right) * (value - right)
        }
        return noise == 0 ? 999 : 10 * log10(signal / noise)
    }

    /// The real transform by its definition: `count` / 2 + 1 bins.
    static func spectrum(_ samples: [Double]) -> [(re: Double, im: Double)] {
        let size = samples.count
        return (0...size / 2).map { k in
            var (re, im) = (0.0, 0.0)
            for (n, sample) in samples.enumerated() {
                let angle = -2 * Double.pi * Double(k * n % size) / Double(size)
                re += sample * cos(angle)
                im += sample * sin(angle)
            }
            return (re, im)
        }
    }

    /// Butterworth high-pass of the second order at 80 Hz, 16 kHz.
    static func highPass(_ samples: [Double]) -> [Double] {
        let warped = tan(Double.pi * 80 / 16_000)
        let scale = 1 / (1 + 2.0.squareRoot() * warped + warped * warped)
        let (a1, a2) = (2 * (warped * warped - 1) * scale, (1 - 2.0.squareRoot() * warped + warped * warped) * scale)
        var (x1, x2, y1, y2) = (0.0, 0.0, 0.0, 0.0)
        return samples.map { x in
            let y = scale * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2
            (x2, x1, y2, y1) = (x1, x, y1, y)
            return y
        }
    }

    static func sine(_ hertz: Double, at seconds: Double, peak: Double) -> Double {
        peak * sin(2 * Double.pi * hertz * seconds)
    }

    static func sine(hertz: Double, peak: Double, count: Int, rate: Double = 16_000) -> [Int16] {
        (0..<count).map { Int16(sine(hertz, at: Double($0) / rate, peak: peak).rounded()) }
    }

    static func decibels(_ powerRatio: Double) -> Double { 10 * log10(max(powerRatio, 1e-30)) }

    static func power(_ samples: some Collection<Int16>) -> Double {
        samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))
    }
}

/// The fuzz target's noise is that of all tests.
typealias SeededNoise = DSPFuzz.SeededNoise

extension SeededNoise {
    /// White, uniform within +-`peak`.
    mutating func samples(_ count: Int, peak: Int16) -> [Int16] {
        (0..<count).map { _ in Int16.random(in: -peak...peak, using: &self) }
    }
}

/// `#require` and `== nil` for stages, which cannot be copied.
func made<Stage: ~Copyable>(_ stage: consuming Stage?) throws -> Stage {
    switch consume stage {
    case .some(let stage): return stage
    case nil: throw NotMade()
    }
}

func isRefused<Stage: ~Copyable>(_ stage: consuming Stage?) -> Bool {
    switch consume stage {
    case .some: false
    case nil: true
    }
}

struct NotMade: Error {}
