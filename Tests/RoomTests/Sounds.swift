import Glibc

/// White noise, the same in every run. `peak` 1...32767.
func whiteNoise(_ count: Int, peak: Double = 10_000, seed: UInt64 = 7) -> [Int16] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int16(Double(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648 * peak)
    }
}

func tone(_ count: Int, hertz: Double, rateHz: Double, peak: Double) -> [Int16] {
    (0..<count).map { Int16((sin(2 * .pi * hertz * Double($0) / rateHz) * peak).rounded()) }
}

/// Mean power of what lies between two samples, dB relative to a power of 1.
func powerDecibels(_ samples: some Collection<Double>) -> Double {
    10 * log10(samples.reduce(1e-9) { $0 + $1 * $1 } / Double(max(1, samples.count)))
}

/// One channel of interleaved left-justified samples, in units of a 16-bit step.
func channel(_ k: Int, of channels: Int, _ sound: [Int32]) -> [Double] {
    stride(from: k, to: sound.count, by: channels).map { Double(sound[$0]) / 65_536 }
}

/// The lag in 0..<`most` at which `later` is most like `earlier`.
func bestLag(_ later: [Double], behind earlier: [Double], most: Int) -> Int {
    let count = min(later.count, earlier.count) - most
    let likeness = (0..<most).map { lag in
        abs((0..<count).reduce(0.0) { $0 + later[$1 + lag] * earlier[$1] })
    }
    return likeness.indices.max { likeness[$0] < likeness[$1] } ?? 0
}

/// Power at one frequency as a share of the whole (Goertzel).
func toneShare(_ samples: [Double], hertz: Double, rateHz: Double) -> Double {
    let turn = 2 * .pi * hertz / rateHz
    var (re, im, all) = (0.0, 0.0, 0.0)
    for (i, x) in samples.enumerated() {
        re += x * cos(turn * Double(i))
        im += x * sin(turn * Double(i))
        all += x * x
    }
    return all > 0 ? 2 * (re * re + im * im) / (all * Double(samples.count)) : 0
}
