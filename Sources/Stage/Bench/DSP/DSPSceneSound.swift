import Audio

/// The scenes of `linnet bench dsp` and `bench hour`, with synthetic voices in the virtual room: the same in every run.
package enum DSPSceneSound {
    /// What is said in turn; a voice begins again when it is through.
    static let personLines = [
        "What is the weather going to be like tomorrow?", "Turn the kitchen light on, please, and then play some music.",
        "No, wait a moment. I meant the other one.", "How many grams are there in an ounce?",
    ]
    static let answerLines = [
        "Lisbon is the capital of Portugal; half a million people live in the city itself, and nearly three million around it.",
        "The timer is set to seven minutes. You have two more timers, one for the bread and one for the eggs.",
    ]

    /// Rows of `DSPScene`: four microphones, what was played.
    /// - Parameter farEnd: whether the loudspeaker plays.
    package static func render(seconds: Int, farEnd: Bool, folder: String) throws -> WAVFile {
        var talk = try DSPSceneTalk(farEnd: farEnd, pauseMilliseconds: 700)
        let room = try RoomRendering(
            folder: folder, settings: Room.Settings(), noise: RoomNoise.kitchen(seconds: 20, levelDecibels: -52))
        var samples: [Int16] = []
        for _ in 0..<seconds { samples += talk.next(16_000, in: room) }
        return WAVFile(rateHz: SceneSound.rateHz, channels: DSPScene.channels, samples: samples)
    }
}

/// Two voices that go on and on, the person's and the box's, each with pauses.
struct DSPSceneTalk {
    private var person: LoopedSound
    private var box: LoopedSound

    init(farEnd: Bool, pauseMilliseconds: Int) throws {
        let pause = [Int16](repeating: 0, count: pauseMilliseconds * 16)
        person = LoopedSound(try Self.spoken(DSPSceneSound.personLines, by: "rms", pause))
        box = LoopedSound(farEnd ? try Self.spoken(DSPSceneSound.answerLines, by: "slt", pause) : [0])
    }

    private static func spoken(_ lines: [String], by voice: String, _ pause: [Int16]) throws -> [Int16] {
        try lines.flatMap { pause + (try Line($0, .flite(voice), .tap).rendered()) }
    }

    /// The next samples as rows of `DSPScene`.
    mutating func next(_ count: Int, in room: RoomRendering) -> [Int16] {
        let (said, played) = (person.next(count), box.next(count))
        let heard = room.hear(person: said, played: played)
        let microphones = heard.count / count
        var rows: [Int16] = []
        for n in 0..<count {
            rows += heard[n * microphones..<(n + 1) * microphones]
            rows.append(played[n])
        }
        return rows
    }
}

/// A sound that begins again when it ends.
struct LoopedSound {
    private let samples: [Int16]
    private var position = 0

    /// - Parameter samples: at least one.
    init(_ samples: [Int16]) {
        precondition(!samples.isEmpty)
        self.samples = samples
    }

    mutating func next(_ count: Int) -> [Int16] {
        let part = (0..<count).map { samples[(position + $0) % samples.count] }
        position = (position + count) % samples.count
        return part
    }
}
