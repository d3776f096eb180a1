/// One interruption as the recording of the converter and the daemon's stamps tell it. Milliseconds after the person's first
/// sample at the microphones.
struct Interruption: Sendable {
    /// The answer has become 6 dB quieter than it is undisturbed; nil where that cannot be told.
    var ducked: Double?
    /// The last sample of the answer; nil when it did not stop.
    var silent: Double?
    /// The daemon's own stamps, by name.
    var stamps: [String: Double] = [:]

    /// The answer must have stopped by then, or the interruption was missed.
    static let missedAfterMilliseconds = 1000.0

    var isMissed: Bool { silent.map { $0 > Self.missedAfterMilliseconds } ?? true }

    /// Reads it off a recording.
    /// - Parameters:
    ///   - sound: from before the answer until at least 2 s after the person spoke.
    ///   - onset: when the person's sound was put on the air, nanoseconds.
    ///   - quietAt: an instant before the answer at which the box was silent, nanoseconds.
    ///   - pathMilliseconds: from the mouth to the microphones.
    init?(_ sound: SceneSound, onset: Int64, quietAt: Int64, pathMilliseconds: Double, undisturbed: UndisturbedAnswer?) {
        guard let voice = sound.voiceOnset(after: onset) else { return nil }
        silent = sound.bargeIn(onset: onset, silenceMilliseconds: 700).map { $0 - pathMilliseconds }
        let quiet = max(0, sound.index(of: quietAt))
        if let first = sound.box[quiet...].firstIndex(where: { $0.magnitude > UndisturbedAnswer.audible.magnitude }),
            let level = undisturbed?.compare(sound.box, from: first), let quieter = level.firstQuieter(from: voice)
        {
            let after = Self.milliseconds(quieter - voice) - pathMilliseconds
            // What is silent already cannot become quieter: the answer was in a pause of its own.
            ducked = after <= silent ?? after ? after : nil
        }
    }

    /// Adds the stamps of the turn that was interrupted.
    mutating func take(_ turn: LoggedTurn, _ sound: SceneSound, onset: Int64, pathMilliseconds: Double) {
        guard let voice = sound.voiceOnset(after: onset) else { return }
        let first = sound.startNanoseconds + Int64(voice) * 1_000_000_000 / Int64(SceneSound.rateHz)
        for name in LoggedTurn.interruptionStages {
            if let stamp = turn.stamps[name] { stamps[name] = Double(stamp - first) / 1e6 - pathMilliseconds }
        }
    }

    private static func milliseconds(_ samples: Int) -> Double { Double(samples) * 1000 / Double(SceneSound.rateHz) }
}

/// A noise over an answer, and what the answer did.
struct Disturbance: Sendable {
    var kind: ShortNoise
    /// The answer was heard to its end.
    var survived: Bool
    /// Milliseconds; nil when the answer never stopped.
    var gap: Double?
    /// From the noise's last sample at the microphones to the answer's going on, milliseconds; nil when it never stopped.
    var resumed: Double?

    /// - Parameters:
    ///   - sound: from the noise on, 3 s of it.
    ///   - noise: when it sounded, nanoseconds.
    init(
        _ kind: ShortNoise, survived: Bool, _ sound: SceneSound, noise: TestBed.Utterance, pathMilliseconds: Double,
        naturalPause: Int
    ) {
        self.kind = kind
        self.survived = survived
        let from = max(0, sound.index(of: noise.onset))
        guard let pause = sound.longestPause(from: from, to: sound.index(of: noise.end) + SceneSound.rateHz),
            pause.count > naturalPause, pause.upperBound < sound.box.count
        else { return }
        let millisecond = Double(SceneSound.rateHz) / 1000
        gap = Double(pause.count) / millisecond
        resumed = Double(pause.upperBound - sound.index(of: noise.end)) / millisecond - pathMilliseconds
    }
}
