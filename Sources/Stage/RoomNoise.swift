/// The sound of a quiet kitchen: pink-like noise and a refrigerator's hum, the same in every run.
public enum RoomNoise {
    /// - Parameters:
    ///   - seconds: length of the loop.
    ///   - levelDecibels: RMS in dB full scale, for example -58.
    /// - Returns: mono, 16 kHz.
    public static func kitchen(seconds: Int, levelDecibels: Double) -> [Int16] {
        var random = SplitMix64(state: 0x11_4E7)
        var rows = [Double](repeating: 0, count: 12)
        var sound = [Double](repeating: 0, count: seconds * 16_000)
        var low = 0.0
        for i in sound.indices {
            // Voss and McCartney's pink noise: row k is drawn anew every 2^k samples.
            let row = min(rows.count - 1, (i + 1).trailingZeroBitCount)
            rows[row] = random.unit()
            let pink = rows.reduce(0, +) + random.unit()
            let hum = sine(Double(i) * 50 / 16_000) * 1.2 + sine(Double(i) * 150 / 16_000) * 0.5
            low += 0.02 * (pink - low)
            sound[i] = pink - low * 0.6 + hum
        }
        let power = sound.reduce(0) { $0 + $1 * $1 } / Double(sound.count)
        let scale = 32_768 * power10(levelDecibels / 20) / power.squareRoot()
        return sound.map { Int16(max(-32_768, min(32_767, ($0 * scale).rounded()))) }
    }
}

/// A small seeded generator (Steele, Lea and Flood 2014), so that every scene sounds the same.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// -1 ..< 1
    mutating func unit() -> Double { Double(Int64(bitPattern: next()) >> 11) / Double(1 << 52) }
}
