import CPlatform
import Rehearsal

/// How soon the box falls silent when somebody talks over it, read off the recording of its converter; and how seldom it does so
/// when nobody does.
public struct BargeInBench {
    public struct Settings: Sendable {
        public var interruptions = 30
        /// Answers over which nobody speaks.
        public var undisturbed = 3
        /// Coughs and knocks over answers, a third kind of answer.
        public var noises = 6
        public init() {}
    }

    /// Everything that a report is made of.
    struct Findings: Sendable {
        var interruptions: [Interruption] = []
        var disturbances: [Disturbance] = []
        /// What the box did over answers that nobody disturbed.
        var undisturbedMinutes = 0.0
        var ducks = 0
        var pauses = 0
        var falseInterruptions = 0
        var endings: [TestBed.Ending] = []
        var notes: [String] = []
    }

    static let question = "Tell me about the first landing on the moon."

    private let settings: Settings
    private let programs: String
    private let progress: (String) -> Void
    private var findings = Findings()

    /// Plays the bench on beds of its own: one for talkers, one for noises.
    /// - Parameter progress: told what happens, a line at a time.
    public static func run(
        _ settings: Settings, programs: String, progress: @escaping (String) -> Void
    ) async throws -> BenchReport {
        let machine = await MachineFacts.here(programs: programs)
        var bench = BargeInBench(settings: settings, programs: programs, progress: progress)
        try await bench.playTalkers()
        try await bench.playNoises()
        return BenchReport(
            bench: "barge-in", machine: machine,
            options: [
                "interruptions": String(settings.interruptions), "undisturbed": String(settings.undisturbed),
                "noises": String(settings.noises),
            ], figures: BargeInFigures.all(bench.findings), checks: BargeInFigures.checks(settings, bench.findings),
            notes: bench.findings.notes)
    }

    private init(settings: Settings, programs: String, progress: @escaping (String) -> Void) {
        self.settings = settings
        self.programs = programs
        self.progress = progress
    }

    // MARK: Talkers

    /// The recognizer is an echo that hears the question in whatever is said, so that every interruption is answered at length
    /// and can be interrupted in turn.
    private mutating func playTalkers() async throws {
        let work = try WorkFolder()
        var options = RehearsalOptions()
        options.recognizer = .echo(Self.question)
        options.delays = .none
        let bed = try await TestBed(TestBed.Settings(programs: programs, folder: work.path), services: options)
        try? await Task.sleep(for: .milliseconds(800))
        var undisturbed: UndisturbedAnswer?
        for _ in 0..<settings.undisturbed {
            let sound = try await hearUndisturbed(bed)
            undisturbed = undisturbed ?? UndisturbedAnswer(recorded: sound.box)
        }
        try await interrupt(bed, undisturbed)
        findings.endings.append(await bed.end())
    }

    /// Lets the box answer to its end.
    /// - Returns: the answer's recording.
    private mutating func hearUndisturbed(_ bed: TestBed) async throws -> SceneSound {
        progress("An answer that nobody disturbs")
        let (entry, turns, start) = (bed.daemon.entryCount, bed.daemon.turns.count, ln_monotonic_ns())
        _ = try await bed.daemon.command("ask", Self.question)
        _ = await bed.daemon.wait(withinMilliseconds: 5000) { bed.daemon.turns.count > turns }
        let end = ln_monotonic_ns()
        note(bed.daemon.entries(from: entry), bed.daemon.turns.dropFirst(turns))
        try? await Task.sleep(for: .milliseconds(300))
        return bed.room.sound(from: start, to: end)
    }

    private mutating func note(_ entries: [LogEntry], _ turns: ArraySlice<LoggedTurn>) {
        findings.ducks += entries.count { $0["LINNET_STAGE"] == "ducked" }
        findings.pauses += entries.count { $0["LINNET_STAGE"] == "paused" }
        for turn in turns {
            if turn.outcome == "interrupted" { findings.falseInterruptions += 1 }
            if let length = turn.milliseconds(from: "firstSamplePlayed", to: "lastSamplePlayed") {
                findings.undisturbedMinutes += length / 60_000
            }
        }
    }

    private mutating func interrupt(_ bed: TestBed, _ undisturbed: UndisturbedAnswer?) async throws {
        let lines = try InterruptingLine.all()
        var random = SplitMix64(state: 7)
        var quietAt = ln_monotonic_ns()
        var isAnswering = false
        for number in 0..<settings.interruptions {
            if !isAnswering {
                isAnswering = try await beginAnswer(bed, lines[0].samples)
                quietAt = ln_monotonic_ns()
            }
            // From 0.7 to 2.9 s after the box began to sound: anywhere in its words.
            try? await Task.sleep(for: .milliseconds(Int64(1800 + 1100 * random.unit())))
            let line = lines[number % lines.count]
            let (turns, entry) = (bed.daemon.turns.count, bed.daemon.entryCount)
            let utterance = try await bed.say(line.samples, .bargeIn)
            let answerFrom = quietAt
            quietAt = utterance.end
            isAnswering = await bed.answerBegins(afterEntry: entry, withinMilliseconds: 6000)
            let turn = bed.daemon.turns.dropFirst(turns).first
            take(bed, utterance, answerFrom: answerFrom, turn, undisturbed)
            progress("\(number + 1) \(line.name): \(findings.interruptions.last.map(Self.sentence) ?? "nobody was heard")")
        }
        _ = try await bed.daemon.command("stop")
    }

    private mutating func take(
        _ bed: TestBed, _ utterance: TestBed.Utterance, answerFrom: Int64, _ turn: LoggedTurn?, _ undisturbed: UndisturbedAnswer?
    ) {
        let sound = bed.room.sound(from: answerFrom - 1_000_000_000, to: ln_monotonic_ns())
        let path = bed.room.settings.personDelayMilliseconds
        guard
            var interruption = Interruption(
                sound, onset: utterance.onset, quietAt: answerFrom, pathMilliseconds: path, undisturbed: undisturbed)
        else { return }
        if let turn, turn.outcome == "interrupted" {
            interruption.take(turn, sound, onset: utterance.onset, pathMilliseconds: path)
        } else {
            interruption.silent = nil
        }
        findings.interruptions.append(interruption)
    }

    private func beginAnswer(_ bed: TestBed, _ question: [Int16]) async throws -> Bool {
        _ = await bed.daemon.wait(withinMilliseconds: 20_000) { ["idle", "follow-up"].contains(bed.daemon.state) }
        let entry = bed.daemon.entryCount
        _ = try await bed.say(question, .tap)
        return await bed.answerBegins(afterEntry: entry)
    }

    private static func sentence(_ one: Interruption) -> String {
        let (ducked, silent) = (one.ducked.map(tenths) ?? "?", one.silent.map(tenths) ?? "never")
        return "quieter after \(ducked) ms, silent after \(silent) ms"
    }

    // MARK: Noises

    /// Here the recognizer is a real one: an echo would hear words in a cough.
    private mutating func playNoises() async throws {
        guard settings.noises > 0 else { return }
        let work = try WorkFolder()
        var options = RehearsalOptions()
        options.delays = .none
        let bed: TestBed
        do {
            bed = try await TestBed(TestBed.Settings(programs: programs, folder: work.path), services: options)
        } catch let error as RehearsalError {
            return findings.notes.append("no coughs and knocks: \(error)")
        }
        try? await Task.sleep(for: .milliseconds(800))
        let natural = try await hearUndisturbed(bed)
        let pause = natural.longestPause(from: natural.firstAudible ?? 0, to: natural.lastAudible ?? 0)?.count ?? 0
        for number in 0..<settings.noises {
            let kind = ShortNoise.allCases[number % ShortNoise.allCases.count]
            findings.disturbances.append(try await disturb(bed, kind, seed: UInt64(number), naturalPause: pause))
        }
        findings.endings.append(await bed.end())
    }

    private func disturb(_ bed: TestBed, _ kind: ShortNoise, seed: UInt64, naturalPause: Int) async throws -> Disturbance {
        let (entry, turns) = (bed.daemon.entryCount, bed.daemon.turns.count)
        let daemon = bed.daemon
        async let answer = daemon.command("ask", Self.question)
        _ = await bed.answerBegins(afterEntry: entry)
        try? await Task.sleep(for: .milliseconds(1500))
        let noise = try await bed.say(kind.rendered(seed: seed), .bargeIn)
        await TestBed.sleep(until: noise.end + 2_500_000_000)
        let sound = bed.room.sound(from: noise.onset, to: ln_monotonic_ns())
        _ = try await answer
        _ = await daemon.wait(withinMilliseconds: 20_000) { daemon.turns.count > turns }
        let turn = daemon.turns.dropFirst(turns).first
        let one = Disturbance(
            kind, survived: turn?.outcome == "answered", sound, noise: noise,
            pathMilliseconds: bed.room.settings.personDelayMilliseconds, naturalPause: naturalPause)
        let pause = one.gap.map { "a pause of \(Int($0)) ms" } ?? "no pause"
        progress("A \(kind.rawValue): \(one.survived ? "the answer went on" : "the answer was given up"), \(pause)")
        // Words that the noise may have left behind end here.
        _ = await daemon.wait(withinMilliseconds: 20_000) { ["idle", "follow-up"].contains(daemon.state) }
        return one
    }
}

/// What people say when they talk over an answer.
struct InterruptingLine: Sendable {
    var name: String
    var samples: [Int16]

    /// Synthetic voices, and a recorded one.
    static func all() throws -> [InterruptingLine] {
        let lines = [
            Line("No, tell me something else.", .flite("rms"), .bargeIn),
            Line("Please try again.", .recorded(prompts: ["please-try-again"]), .bargeIn),
            Line("What about the second landing?", .flite("awb"), .bargeIn),
            Line("One moment please.", .recorded(prompts: ["one-moment-please"]), .bargeIn),
            Line("How many people were there?", .flite("rms"), .bargeIn),
        ]
        return try lines.map { InterruptingLine(name: "\($0.voice.name), “\($0.words)”", samples: try $0.rendered()) }
    }
}
