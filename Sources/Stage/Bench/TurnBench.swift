import Rehearsal

/// What a turn costs, over many of them: voice to voice, what the providers took of it, and each of the twelve stamps.
public struct TurnBench: Sendable {
    /// How long the stand-ins of the providers take.
    public enum Delays: String, Sendable, CaseIterable {
        /// They answer at once: what is left is the daemon's.
        case none
        /// What the providers publish for themselves.
        case published
    }

    public struct Settings: Sendable {
        public var turns = 20
        public var starts = 10
        public var delays = Delays.none
        public init() {}
    }

    /// Everything that a report is made of.
    private struct Run {
        var turns: [LoggedTurn]
        var providers: ProviderTime
        var millisecondsToReady: [Double]
    }

    /// Plays the bench on a bed of its own.
    /// - Parameter progress: told what happens, a line at a time.
    public static func run(
        _ settings: Settings, programs: String, progress: @escaping (String) -> Void
    ) async throws -> BenchReport {
        let machine = await MachineFacts.here(programs: programs)
        let starts = try await StartBench.millisecondsToReady(starts: settings.starts, programs: programs, progress: progress)
        let work = try WorkFolder()
        let bed = TestBed.Settings(programs: programs, folder: work.path)
        let scene = try await Scene(script(settings.turns), bed, services: services(settings.delays), progress: progress)
        let record = try await scene.play()
        let run = Run(
            turns: record.turns, providers: ProviderTime(record.services),
            millisecondsToReady: starts + [record.millisecondsToReady])
        return BenchReport(
            bench: "turn", machine: machine,
            options: ["turns": String(settings.turns), "starts": String(settings.starts), "delays": settings.delays.rawValue],
            figures: figures(run), checks: checks(settings, record))
    }

    private static func services(_ delays: Delays) -> RehearsalOptions {
        var options = RehearsalOptions()
        options.recognizer = .echo()
        options.delays = delays == .published ? .published : .none
        return options
    }

    /// Taps, answers to answers and holds in turn, in three voices; what the echo hears is always the same.
    static func script(_ turns: Int) -> Script {
        let words = ["What is the capital of Portugal?", "How many planets are there?", "What day comes after Monday?"]
        let manners: [Manner] = [.tap, .followUp, .hold]
        let voices = ["rms", "awb", "slt", "rms"]
        return Script(
            lines: (0..<turns).map { turn in
                Line(words[turn / 3 % 3], .flite(voices[turn % 4]), manners[turn % 3])
            })
    }

    // MARK: Figures

    private static func figures(_ run: Run) -> [Figure] { whole(run) + byManner(run) + stamps(run) + start(run) }

    private static let voiceToVoice =
        """
        last sample of the person's speech at the microphone to the first sample of the answer at the converter, the wait \
        that ends the turn included; both instants from the daemon's journal, which takes them from the sound cards' clocks
        """

    private static func whole(_ run: Run) -> [Figure] {
        var all = Figure("voice to voice", .milliseconds, group: "A turn", method: voiceToVoice)
        var added = Figure(
            "added latency", .milliseconds, group: "A turn",
            method:
                """
                voice to voice less the time in which a provider was at work, by the providers' own log: Finalize to \
                transcript, model's request to the word that completes the first clause, search to results, text to first \
                sound; what overlaps counts once
                """
        )
        var overhead = Figure(
            "engine overhead", .milliseconds, group: "A turn",
            method:
                """
                the instant at which the wait that ends the turn is satisfied (turnCommitted) to the first sample of the \
                answer at the converter, less the providers' time after that instant
                """
        )
        var providers = Figure(
            "providers", .milliseconds, group: "A turn",
            method:
                """
                the time between the person's last sample and the answer's first one in which a provider was at work, by the \
                providers' own log
                """
        )
        for turn in run.turns {
            guard let ended = turn.stamps["speechEnd"], let committed = turn.stamps["turnCommitted"],
                let sounded = turn.stamps["firstSamplePlayed"]
            else { continue }
            let busy = run.providers.nanoseconds(from: ended, to: sounded)
            all.record(Double(sounded - ended) / 1e6)
            added.record(Double(sounded - ended - busy) / 1e6)
            overhead.record(Double(sounded - committed - run.providers.nanoseconds(from: committed, to: sounded)) / 1e6)
            providers.record(Double(busy) / 1e6)
        }
        return [all, added, overhead, providers]
    }

    private static func byManner(_ run: Run) -> [Figure] {
        [("tap", "tap"), ("follow-up", "follow-up"), ("hold", "hold")].map { manner, name in
            Figure(
                "voice to voice, \(name)", .milliseconds, group: "By how the turn began",
                method: "the same, of the turns that began with a \(name)"
                    + (manner == "hold" ? "; the release of the button ends the turn, 80 ms after the last sample" : ""),
                values: run.turns.filter { $0.startedBy == manner }
                    .compactMap { $0.milliseconds(from: "speechEnd", to: "firstSamplePlayed") })
        }
    }

    /// One figure for each of the twelve, so that a person can see where the milliseconds go.
    private static func stamps(_ run: Run) -> [Figure] {
        LoggedTurn.stages.filter { $0 != "speechEnd" && $0 != "lastSamplePlayed" }.map { stage in
            let isStart = stage == "speechStart"
            return Figure(
                isStart ? "question (speechStart to speechEnd)" : stage, .milliseconds,
                group: isStart ? "Length of question and answer" : "The twelve stamps after speechEnd",
                method: isStart
                    ? "first to last sample of the question" : "the stamp less speechEnd, both from the daemon's journal",
                values: run.turns.compactMap {
                    isStart ? $0.milliseconds(from: stage, to: "speechEnd") : $0.milliseconds(from: "speechEnd", to: stage)
                })
        } + [
            Figure(
                "answer (firstSamplePlayed to lastSamplePlayed)", .milliseconds, group: "Length of question and answer",
                method: "first to last sample of the answer at the converter",
                values: run.turns.compactMap { $0.milliseconds(from: "firstSamplePlayed", to: "lastSamplePlayed") })
        ]
    }

    private static func start(_ run: Run) -> [Figure] {
        [
            Figure(
                "start to READY", .milliseconds, group: "Start", method: StartBench.method, values: run.millisecondsToReady)
        ]
    }

    private static func checks(_ settings: Settings, _ record: Scene.Record) -> [SceneCheck] {
        let wanted: Set = [
            "every turn began as the person began it", "the log has the twelve stamps of every turn",
            "the box did not interrupt itself", "the services found nothing wrong with what the daemon sent",
            "SIGTERM ended it cleanly within 3 s",
        ]
        let answered = record.turns.count { $0.outcome == "answered" }
        return [
            SceneCheck(
                claim: "every turn was answered", holds: answered == settings.turns && record.turns.count == settings.turns,
                seen: "\(answered) of \(settings.turns)")
        ] + SceneCheck.all(script(settings.turns), record).filter { wanted.contains($0.claim) }
    }
}
