import Conversation

/// The box's own short sounds: sine tones with soft edges, computed once. Integer arithmetic, so that every box sounds alike.
struct EarconSounds: Sendable {
    /// One note of a sound.
    private struct Note {
        var frequencyHz: Int
        var milliseconds: Int
    }

    /// About -20 dB of full scale.
    private static let peak = 3300
    private static let edgeMilliseconds = 8

    private let sounds: [Earcon: [Int16]]

    init(rateHz: Int) {
        var sounds: [Earcon: [Int16]] = [:]
        for earcon in Earcon.allCases { sounds[earcon] = Self.notes(of: earcon).flatMap { Self.tone($0, rateHz: rateHz) } }
        self.sounds = sounds
    }

    subscript(earcon: Earcon) -> [Int16] { sounds[earcon] ?? [] }

    private static func notes(of earcon: Earcon) -> [Note] {
        switch earcon {
        case .listening: [Note(frequencyHz: 660, milliseconds: 50), Note(frequencyHz: 880, milliseconds: 70)]
        case .thinking: [Note(frequencyHz: 587, milliseconds: 60)]
        case .failed: [Note(frequencyHz: 330, milliseconds: 120), Note(frequencyHz: 262, milliseconds: 180)]
        case .muted: [Note(frequencyHz: 880, milliseconds: 50), Note(frequencyHz: 440, milliseconds: 90)]
        }
    }

    private static func tone(_ note: Note, rateHz: Int) -> [Int16] {
        let count = rateHz * note.milliseconds / 1000
        let edge = rateHz * edgeMilliseconds / 1000
        return (0..<count).map { n in
            let phase = n * note.frequencyHz * 4096 / rateHz % 4096
            let loudness = min(edge, n, count - 1 - n) * peak / edge
            return Int16(sine(phase) * loudness / 4096)
        }
    }

    /// A sine of 4096 steps per turn, ±4096, by Bhaskara's approximation (within 0.2 % of full scale).
    private static func sine(_ phase: Int) -> Int {
        let half = phase % 2048
        let product = half * (2048 - half)
        let value = 4096 * 4 * product / (5 * 2048 * 2048 / 4 - product)
        return phase < 2048 ? value : -value
    }
}
