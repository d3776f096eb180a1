import DSP

#if canImport(Glibc)
    import Glibc
#endif

/// A room in double precision for the tests: voices, an echo path, a talker, noise, and two clocks.
struct EchoRoom {
    var random: SeededNoise

    init(seed: UInt64) { random = SeededNoise(seed: seed) }

    /// Normally distributed, variance 1.
    mutating func gaussian() -> Double {
        let radius = (-2 * log(Double.random(in: 1e-12..<1, using: &random))).squareRoot()
        return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &random))
    }

    mutating func noise(_ count: Int, rms: Double) -> [Double] { (0..<count).map { _ in rms * gaussian() } }

    /// Something like speech: syllables of voiced (pulses at a gliding pitch) and unvoiced (noise) excitation through three
    /// formants that move, words with pauses between. `rms` while sounding, in sample steps.
    mutating func voice(_ count: Int, rms: Double, pitchHz: Double) -> [Double] {
        var samples: [Double] = []
        while samples.count < count {
            for _ in 0..<Int.random(in: 2...6, using: &random) { samples += syllable(pitchHz: pitchHz) }
            samples += [Double](repeating: 0, count: Int.random(in: 800...4_000, using: &random))
        }
        samples.removeLast(samples.count - count)
        let sounding = samples.filter { $0 != 0 }
        let power = sounding.reduce(0) { $0 + $1 * $1 } / Double(max(sounding.count, 1))
        return samples.map { $0 * rms / power.squareRoot() }
    }

    private mutating func syllable(pitchHz: Double) -> [Double] {
        let length = Int.random(in: 1_600...4_000, using: &random)
        let isVoiced = Double.random(in: 0..<1, using: &random) < 0.8
        let pitch = pitchHz * Double.random(in: 0.8..<1.25, using: &random)
        let formants = [(300.0, 800.0, 80.0), (900, 2_200, 120), (2_300, 3_600, 200)].map { low, high, width in
            Resonator(hertz: Double.random(in: low..<high, using: &random), widthHertz: width)
        }
        var (filters, phase, samples) = (formants, 0.0, [Double]())
        for n in 0..<length {
            phase += pitch * (1 + 0.1 * Double(n) / Double(length)) / 16_000
            var excitation = 0.08 * gaussian()
            if isVoiced, phase >= 1 { excitation += 1 }
            phase -= phase.rounded(.down)
            var value = 0.0
            for index in filters.indices {
                value += filters[index].next(isVoiced ? excitation : gaussian() * 0.2) / Double(index + 1)
            }
            samples.append(value * sin(Double.pi * (Double(n) + 0.5) / Double(length)))
        }
        let energy = samples.reduce(0) { $0 + $1 * $1 } / Double(length)
        return samples.map { $0 / energy.squareRoot() }
    }

    private struct Resonator {
        var (a1, a2, y1, y2) = (0.0, 0.0, 0.0, 0.0)

        init(hertz: Double, widthHertz: Double) {
            let radius = exp(-Double.pi * widthHertz / 16_000)
            a1 = 2 * radius * cos(2 * Double.pi * hertz / 16_000)
            a2 = -radius * radius
        }

        mutating func next(_ x: Double) -> Double {
            let y = x + a1 * y1 + a2 * y2
            (y1, y2) = (y, y1)
            return y
        }
    }

    /// An impulse response as (delay in samples, gain): a direct path and 1500 random reflections per second that fall by
    /// 60 dB in `reverberationSeconds`; the whole has `gainDecibels` of power.
    mutating func path(delayMilliseconds: Double, reverberationSeconds: Double, gainDecibels: Double) -> [(
        delay: Int, gain: Double
    )] {
        let first = Int(delayMilliseconds * 16)
        var taps: [(delay: Int, gain: Double)] = [(first, 2)]
        let length = Int(reverberationSeconds * 16_000)
        for slot in stride(from: 10, to: length, by: 11) {
            let at = slot + Int.random(in: 0..<11, using: &random)
            let sign = Bool.random(using: &random) ? 1.0 : -1.0
            taps.append((first + at, sign * pow(10, -3 * Double(at) / Double(length))))
        }
        let power = taps.reduce(0) { $0 + $1.gain * $1.gain }
        let scale = pow(10, gainDecibels / 20) / power.squareRoot()
        return taps.map { ($0.delay, $0.gain * scale) }
    }

    static func filter(_ samples: [Double], _ path: [(delay: Int, gain: Double)]) -> [Double] {
        var output = [Double](repeating: 0, count: samples.count)
        for (delay, gain) in path where delay < samples.count {
            for n in delay..<samples.count { output[n] += gain * samples[n - delay] }
        }
        return output
    }

    /// `samples` read at positions n x `ratio` by a sinc of 64 taps under a Hann window.
    static func resample(_ samples: [Double], ratio: Double) -> [Double] {
        (0..<samples.count).map { (n: Int) -> Double in
            let position = Double(n) * ratio
            let whole = Int(position)
            var sum = 0.0
            for i in max(whole - 31, 0)..<max(min(whole + 33, samples.count), max(whole - 31, 0)) {
                let u = position - Double(i)
                let sinc: Double = abs(u) < 1e-9 ? 1 : sin(Double.pi * u) / (Double.pi * u)
                sum += samples[i] * sinc * (0.5 + 0.5 * cos(Double.pi * u / 33))
            }
            return sum
        }
    }

    static func quantized(_ samples: [Double]) -> [Int16] {
        samples.map { Int16(max(min($0.rounded(), 32_767), -32_768)) }
    }
}

/// Sum of two signals.
func mixed(_ signals: [Double]...) -> [Double] {
    var sum = signals[0]
    for signal in signals.dropFirst() {
        for n in sum.indices { sum[n] += signal[n] }
    }
    return sum
}

/// 10 log10 of the power ratio over a range given in seconds at 16 kHz.
func decibels(_ numerator: [Double], over denominator: [Double], from: Double, to: Double) -> Double {
    let range = Int(from * 16_000)..<Int(to * 16_000)
    let power = { (x: [Double]) -> Double in x[range].reduce(1e-9) { (sum: Double, value: Double) in sum + value * value } }
    return 10 * log10(power(numerator) / power(denominator))
}
