/// Sounds that are no words: what must not end an answer. Synthetic, the same in every run; mono, 16 kHz.
public enum ShortNoise: String, Sendable, CaseIterable {
    /// An outburst of breath, its hiss, and a voiced end: 330 ms.
    case cough
    /// Knuckles on a table, twice: 260 ms.
    case knock

    /// - Parameter seed: two seeds are two of its kind.
    public func rendered(seed: UInt64) -> [Int16] {
        var random = SplitMix64(state: seed)
        let sound = self == .cough ? Self.cough(&random) : Self.knock(&random)
        let loudest = sound.reduce(1e-9) { max($0, abs($1)) }
        return sound.map { Int16(($0 / loudest * 9000).rounded()) }
    }

    private static func cough(_ random: inout SplitMix64) -> [Double] {
        let pitch = 150 + 30 * random.unit()
        var breath = 0.0
        return (0..<rate(330)).map { i in
            let t = Double(i) / 16
            breath += 0.55 * (random.unit() - breath)
            let outburst = breath * rise(t, 3) * decay(t, 45)
            let hiss = breath * 0.35 * rise(t - 40, 20) * decay(t - 60, 120)
            let voice = sine(Double(i) * pitch / 16_000) * (0.3 + 0.3 * random.unit()) * rise(t - 190, 25) * decay(t - 215, 50)
            return outburst + hiss + voice
        }
    }

    private static func knock(_ random: inout SplitMix64) -> [Double] {
        let tone = 320 + 60 * random.unit()
        return (0..<rate(260)).map { i in
            let t = Double(i) / 16
            return [0.0, 170].reduce(0) { sum, start in
                sum + (sine(Double(i) * tone / 16_000) + 0.4 * random.unit()) * rise(t - start, 1) * decay(t - start, 14)
            }
        }
    }

    private static func rate(_ milliseconds: Int) -> Int { milliseconds * 16 }
    private static func rise(_ t: Double, _ milliseconds: Double) -> Double { max(0, min(1, t / milliseconds)) }
    /// A third is left after `milliseconds`.
    private static func decay(_ t: Double, _ milliseconds: Double) -> Double {
        t <= 0 ? 1 : power10(-t / milliseconds * 0.477)
    }
}
