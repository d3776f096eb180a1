import Audio
import Glibc

/// The sounds of `docs/examples` before the front end: synthetic voices (flite), noise made here, the virtual room. Nothing in
/// them belongs to anybody else.
public enum ExampleSounds {
    private static let seconds = 3.6
    private static let question = "Turn the kitchen light on, please, and then play some music."

    /// Writes 16 kHz WAV files into a folder that exists.
    public static func write(into folder: String) throws {
        let voice = try Line(question, .flite("slt"), .tap).rendered()
        try save([fan(over: voice)], "noise-fan", folder)
        try save([try babble(over: voice)], "noise-babble", folder)
        let (microphone, played) = try echo()
        try save([microphone], "echo", folder)
        try save([played], "echo-played", folder)
        let array = try interferer()
        try save(array, "array", folder)
        try save([array[0]], "array-first", folder)
    }

    private static func save(_ channels: [[Int16]], _ name: String, _ folder: String) throws {
        let length = channels.map(\.count).min() ?? 0
        let rows = (0..<length).flatMap { n in channels.map { $0[n] } }
        try WAVFile(rateHz: SceneSound.rateHz, channels: channels.count, samples: rows).write(path: "\(folder)/\(name).wav")
    }

    // MARK: The three kinds

    /// Steady noise with a hum, 10 dB below the voice.
    private static func fan(over voice: [Int16]) -> [Int16] {
        let count = Int(seconds * 16_000)
        return mixed(placed(voice, at: 0.45, of: count), RoomNoise.kitchen(seconds: 4, levelDecibels: -34), count)
    }

    /// Six talkers at once, 10 dB below the voice.
    private static func babble(over voice: [Int16]) throws -> [Int16] {
        let count = Int(seconds * 16_000)
        return mixed(placed(voice, at: 0.45, of: count), try crowd(count), count)
    }

    private static func crowd(_ count: Int) throws -> [Int16] {
        let lines = DSPSceneSound.answerLines + DSPSceneSound.personLines
        var sum = [Double](repeating: 0, count: count)
        for (index, line) in lines.enumerated() {
            var loop = LoopedSound(try Line(line, .flite(["rms", "awb", "kal16"][index % 3]), .tap).rendered())
            _ = loop.next(3_000 * index)
            for (n, sample) in loop.next(count).enumerated() { sum[n] += Double(sample) }
        }
        let power = sum.reduce(0) { $0 + $1 * $1 } / Double(count)
        let scale = 32_768 * power10(-34.0 / 20) / max(power, 1).squareRoot()
        return sum.map { Int16(max(-32_768, min(32_767, ($0 * scale).rounded()))) }
    }

    /// The box speaks from the first sample on, the person over it from 2.6 s; what one microphone hears, and what was played.
    private static func echo() throws -> (microphone: [Int16], played: [Int16]) {
        let count = 5 * 16_000
        let person = placed(try Line("No, wait a moment.", .flite("rms"), .tap).rendered(), at: 2.8, of: count)
        var box = LoopedSound(try Line(DSPSceneSound.answerLines[0], .flite("slt"), .tap).rendered())
        let played = box.next(count)
        var settings = Room.Settings()
        settings.microphones.channels = 1
        let heard = try inRoom(
            settings, noise: RoomNoise.kitchen(seconds: 20, levelDecibels: -60), person: person, played: played)
        return (heard[0], played)
    }

    /// A person in front of four microphones, and another one across the room who goes on talking, 5 dB quieter.
    private static func interferer() throws -> [[Int16]] {
        let count = Int(seconds * 16_000) + 16_000
        let talker = placed(try Line(question, .flite("slt"), .tap).rendered(), at: 1.3, of: count)
        var other = LoopedSound(try Line(DSPSceneSound.answerLines[1], .flite("rms"), .tap).rendered())
        var (near, far) = (Room.Settings(), Room.Settings())
        (near.personAzimuthDegrees, near.reverberationMilliseconds) = (20, 200)
        (far.personAzimuthDegrees, far.reverberationMilliseconds, far.seed, far.personGainDecibels) = (130, 200, 2, -5)
        far.converterNoise = 0
        let silence = [Int16](repeating: 0, count: count)
        let hush = RoomNoise.kitchen(seconds: 20, levelDecibels: -62)
        let first = try inRoom(near, noise: hush, person: talker, played: silence)
        let second = try inRoom(far, noise: [], person: other.next(count), played: silence)
        return zip(first, second).map { mixed($0, $1, count) }
    }

    // MARK: Mixing

    private static func inRoom(
        _ settings: Room.Settings, noise: [Int16], person: [Int16], played: [Int16]
    ) throws -> [[Int16]] {
        let work = try WorkFolder()
        let room = try RoomRendering(folder: work.path, settings: settings, noise: noise)
        let rows = room.hear(person: person, played: played)
        let channels = settings.microphones.channels
        return (0..<channels).map { channel in stride(from: channel, to: rows.count, by: channels).map { rows[$0] } }
    }

    private static func placed(_ sound: [Int16], at second: Double, of count: Int) -> [Int16] {
        let before = [Int16](repeating: 0, count: Int(second * 16_000))
        return Array((before + sound + [Int16](repeating: 0, count: count)).prefix(count))
    }

    private static func mixed(_ one: [Int16], _ other: [Int16], _ count: Int) -> [Int16] {
        (0..<count).map { Int16(clamping: Int(one[$0]) + Int(other[$0])) }
    }
}
