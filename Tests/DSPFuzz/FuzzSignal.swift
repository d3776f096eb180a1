/// What a microphone or a loudspeaker may be given: silence, faults, and things that look like sound.
struct FuzzSignal {
    private enum Kind: UInt8, CaseIterable {
        case silence, constant, square, clicks, noise, oneBit, voice, ramp, stuckFrame, bursts
    }

    private var kind = Kind.silence
    private var level: Int16 = 0
    /// Samples.
    private var period = 1
    private var clock = 0
    private var noise = SeededNoise(seed: 1)
    private var phase: UInt32 = 0

    mutating func choose(from input: inout FuzzInput) {
        kind = Kind.allCases[input.choice(of: Kind.allCases.count)]
        // Full scale, the two ends of the range, or anything.
        switch input.choice(of: 4) {
        case 0: level = .max
        case 1: level = .min
        default: level = input.int16()
        }
        period = 1 + input.choice(of: 256) * (1 + input.choice(of: 16))
        noise = SeededNoise(seed: UInt64(input.octet()))
    }

    mutating func fill(_ samples: UnsafeMutablePointer<Int16>, count: Int) {
        for n in 0..<count {
            samples[n] = next()
            clock += 1
        }
    }

    private mutating func next() -> Int16 {
        switch kind {
        case .silence: 0
        case .constant: level
        case .square: clock / period % 2 == 0 ? level : ~level
        case .clicks: clock % (period * 4) == 0 ? level : 0
        case .noise: scaled(noise.int16())
        case .oneBit: noise.int16() & 1
        case .voice: voice()
        case .ramp: Int16(truncatingIfNeeded: clock &* period)
        case .stuckFrame: scaled(Int16(truncatingIfNeeded: (clock % 160) &* 12_345))
        case .bursts: clock / 1_600 % 3 == 0 ? scaled(noise.int16()) : 0
        }
    }

    private func scaled(_ value: Int16) -> Int16 { Int16(truncatingIfNeeded: (Int32(value) * Int32(level)) >> 15) }

    /// Harmonics of a gliding pitch in syllables of a fifth of a second.
    private mutating func voice() -> Int16 {
        let syllable = clock % 3_200
        let envelope = Int32(min(syllable, max(2_400 - syllable, 0), 800))
        phase &+= 30_000_000 &+ UInt32(clock % 16_000) &* 400 &+ UInt32(period) &* 1_000
        var sum: Int32 = 0
        for harmonic: UInt32 in 1...5 {
            let turn = Int32(bitPattern: phase &* harmonic) >> 16
            // A parabola in the place of a sine.
            sum += (turn * (32_767 - abs(turn)) >> 13) / Int32(harmonic)
        }
        return Int16(truncatingIfNeeded: max(min((Int64(sum) * Int64(envelope) * Int64(level)) >> 26, 32_767), -32_768))
    }
}
