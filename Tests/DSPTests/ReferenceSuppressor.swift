#if canImport(Glibc)
    import Glibc
#endif

extension Reference {
    static func octaves(_ power: Double) -> Double { log2(power) }
    static func power(ofTwo octaves: Double) -> Double { exp2(octaves) }
    static func ratio(decibels: Double) -> Double { pow(10, decibels / 10) }
    static func phasor(turns: Double) -> (cosine: Double, sine: Double) { (cos(2 * .pi * turns), sin(2 * .pi * turns)) }

    static func analysisWindow(_ n: Int) -> Double {
        n < 352 ? sin(.pi / 2 * (Double(n) + 0.5) / 352) : cos(.pi * Double(n - 352) / 320)
    }

    static func synthesisWindow(_ n: Int) -> Double {
        let hann = 0.5 - 0.5 * cos(2 * .pi * Double(n - 192) / 320)
        return n < 192 ? 0 : hann / max(analysisWindow(n), 1e-9)
    }

    /// A pulse train that glides between 110 and 170 Hz through resonances at 500, 1500 and 2500 Hz, five syllables a second.
    static func voice(count: Int, spoken: Range<Int>) -> [Double] {
        var states = [(Double, Double)](repeating: (0, 0), count: 3)
        var phase = 0.0
        return (0..<count).map { n in
            let seconds = Double(n) / 16_000
            phase += (140 + 30 * sin(2 * .pi * 0.7 * seconds)) / 16_000
            var excitation = 0.0
            if phase >= 1 {
                phase -= 1
                excitation = spoken.contains(n) ? max(0, sin(2 * .pi * 2.5 * (seconds - 1.2)).magnitude) : 0
            }
            var sum = 0.0
            for (index, hertz) in [500.0, 1_500, 2_500].enumerated() {
                let (y1, y2) = states[index]
                let y = excitation + 2 * 0.98 * cos(2 * .pi * hertz / 16_000) * y1 - 0.9604 * y2
                states[index] = (y, y1)
                sum += y
            }
            return sum
        }
    }

    /// The suppressor of `NoiseEstimator` and `NoiseSuppressor` in double precision, delayed by 160 samples as they are.
    static func suppress(_ samples: [Int16]) -> [Double] {
        var model = SuppressorModel()
        var overlap = [Double](repeating: 0, count: samples.count + 1_024)
        for start in stride(from: 0, through: samples.count - 160, by: 160) {
            let block = (0..<512).map { n -> Double in
                let at = start + 160 - 512 + n
                return at < 0 ? 0 : Double(samples[at]) * analysisWindow(n)
            }
            let bins = spectrum(block)
            let gains = model.gains(bins.map { max($0.re * $0.re + $0.im * $0.im, 1) })
            for n in 192..<512 {
                overlap[start + n - 192] += inverse(bins, gains, at: n) * synthesisWindow(n)
            }
        }
        return Array(overlap[..<samples.count])
    }

    private static func inverse(_ bins: [(re: Double, im: Double)], _ gains: [Double], at n: Int) -> Double {
        var sum = bins[0].re * gains[0] + bins[256].re * gains[256] * (n % 2 == 0 ? 1 : -1)
        for k in 1..<256 {
            let angle = 2 * Double.pi * Double(k * n % 512) / 512
            sum += 2 * gains[k] * (bins[k].re * cos(angle) - bins[k].im * sin(angle))
        }
        return sum / 512
    }
}

/// State of the double-precision suppressor: noise and clean power of each bin.
private struct SuppressorModel {
    private var noise = [Double](repeating: 1, count: 257)
    private var clean = [Double](repeating: 0, count: 257)
    private var presence = [Double](repeating: 0, count: 257)
    private var frame = 0

    mutating func gains(_ powers: [Double]) -> [Double] {
        frame += 1
        return (0..<257).map { k in
            track(k, powers[k])
            let ratio = powers[k] / noise[k]
            let prior = max(0.92 * clean[k] / noise[k] + 0.08 * max(ratio - 1, 0), Reference.ratio(decibels: -25))
            let wiener = prior / (1 + prior)
            let gain = min(wiener * exp(Self.exponentialIntegral(max(wiener * ratio, exp2(-12))) / 2), 1)
            clean[k] = gain * gain * powers[k]
            return max(gain, Reference.ratio(decibels: -7.5))
        }
    }

    private mutating func track(_ k: Int, _ power: Double) {
        guard frame > 12 else {
            noise[k] = frame == 1 ? power : noise[k] + (power - noise[k]) / Double(frame)
            return
        }
        let expected = Reference.ratio(decibels: 15)
        let ratio = power / noise[k]
        var probability = 1 / (1 + (1 + expected) * exp(-ratio * expected / (1 + expected)))
        presence[k] += 0.1 * (probability - presence[k])
        probability = presence[k] > 0.99 ? min(probability, 0.99) : probability
        let step = 1 + 0.02 * (1 - probability) * (ratio - 1)
        noise[k] = max(noise[k] * (frame <= 60 ? pow(step, 5) : step), 1)
    }

    /// E1 by its series up to 4, by its continued fraction above.
    private static func exponentialIntegral(_ x: Double) -> Double {
        if x > 4 {
            return exp(-x) / (1...60).reversed().reduce(x) { x + Double($1) / (1 + Double($1) / $0) }
        }
        var (sum, term) = (-0.577_215_664_901_532_9 - log(x), 1.0)
        for k in 1..<60 {
            term *= -x / Double(k)
            sum -= term / Double(k)
        }
        return sum
    }
}
