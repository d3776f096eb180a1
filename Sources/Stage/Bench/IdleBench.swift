import CPlatform
import Rehearsal

/// What the daemon costs while it listens to a quiet room, and what is left of it after some turns.
public struct IdleBench: Sendable {
    public struct Settings: Sendable {
        /// Of listening, after `settlingSeconds`.
        public var seconds = 30
        /// Turns between the two looks at its memory.
        public var turns = 10
        public init() {}
    }

    private static let settlingSeconds = 3

    /// One second, as the kernel accounts for it.
    private struct Second {
        var processorPercent: Double
        var wakeUps: Double
        var preemptions: Double
    }

    /// Plays the bench on a bed of its own.
    /// - Parameter progress: told what happens, a line at a time.
    public static func run(
        _ settings: Settings, programs: String, progress: @escaping (String) -> Void
    ) async throws -> BenchReport {
        let machine = await MachineFacts.here(programs: programs)
        let work = try WorkFolder()
        var options = RehearsalOptions()
        options.recognizer = .echo()
        options.delays = .none
        let bed = try await TestBed(TestBed.Settings(programs: programs, folder: work.path), services: options)
        let process = bed.daemon.processID
        progress("Ready after \(Int(bed.daemon.millisecondsToReady)) ms; it listens for \(settings.seconds) s")
        try? await Task.sleep(for: .seconds(settlingSeconds))
        let seconds = try await listen(process, seconds: settings.seconds)
        let (counted, note) = await count(process)
        let before = try ProcessFacts(of: process)
        progress("\(settings.turns) turns")
        let answered = try await turns(settings.turns, on: bed)
        try? await Task.sleep(for: .seconds(settlingSeconds))
        let after = try ProcessFacts(of: process)
        let ready = bed.daemon.millisecondsToReady
        let ending = await bed.end()
        progress("The front end's instructions under callgrind")
        let (frontEnd, frontEndNote) = await countFrontEnd(programs)
        let resources = IdleFigures.resources(before, after)
        return BenchReport(
            bench: "idle", machine: machine, options: ["seconds": String(settings.seconds), "turns": String(settings.turns)],
            figures: figures(seconds) + [IdleFigures.instructions(counted), IdleFigures.frontEnd(frontEnd)] + resources
                + [IdleFigures.ready(ready)],
            checks: [
                SceneCheck(
                    claim: "the turns between the two looks were answered", holds: answered == settings.turns,
                    seen: "\(answered) of \(settings.turns)"),
                SceneCheck(
                    claim:
                        "no file descriptor was left behind, and no thread but the thread pool's workers, one for each processor",
                    holds: after.openFiles <= before.openFiles && after.threads <= before.threads + machine.processors,
                    seen: """
                        \(before.openFiles) files and \(before.threads) threads, then \(after.openFiles) and \(after.threads)
                        """),
            ] + ending.checks, notes: [note, frontEndNote].compactMap { $0 })
    }

    private static func listen(_ process: Int32, seconds: Int) async throws -> [Second] {
        var all: [Second] = []
        var (last, lastTime) = (try ProcessFacts(of: process), ln_monotonic_ns())
        for _ in 0..<seconds {
            await TestBed.sleep(until: lastTime + 1_000_000_000)
            let (now, time) = (try ProcessFacts(of: process), ln_monotonic_ns())
            let elapsed = Double(time - lastTime) / 1e9
            all.append(
                Second(
                    processorPercent: Double(now.processorNanoseconds - last.processorNanoseconds) / 1e7 / elapsed,
                    wakeUps: Double(now.voluntarySwitches - last.voluntarySwitches) / elapsed,
                    preemptions: Double(now.involuntarySwitches - last.involuntarySwitches) / elapsed))
            (last, lastTime) = (now, time)
        }
        return all
    }

    private static func figures(_ seconds: [Second]) -> [Figure] {
        [
            Figure(
                "CPU of one core", .percent, group: "Each second of listening",
                method:
                    """
                    time on a processor of all threads by /proc/PID/task/*/schedstat, second by second; the virtual sound \
                    card, which runs inside the daemon's own threads, included
                    """,
                values: seconds.map(\.processorPercent)),
            Figure(
                "wake-ups", .perSecond, group: "Wake-ups and pre-emptions",
                method: "voluntary context switches of all threads (/proc/PID/task/*/status): each is a wait that ended",
                values: seconds.map(\.wakeUps)),
            Figure(
                "pre-emptions", .perSecond, group: "Wake-ups and pre-emptions",
                method: "involuntary context switches of all threads: somebody else wanted the processor",
                values: seconds.map(\.preemptions)),
        ]
    }

    private static func count(_ process: Int32) async -> (millionsPerSecond: Double?, note: String?) {
        do throws(InstructionCount.Unavailable) {
            return (try await InstructionCount.ofProcess(process, seconds: 10), nil)
        } catch { return (nil, "no instructions of the whole daemon: \(error)") }
    }

    private static func countFrontEnd(_ programs: String) async -> (millionsPerSecond: Double?, note: String?) {
        do {
            return (
                try await InstructionCount.ofFrontEnd(programs: programs, channels: Room.Settings().microphones.channels), nil
            )
        } catch { return (nil, "no instructions of the front end: \(error)") }
    }

    private static func turns(_ count: Int, on bed: TestBed) async throws -> Int {
        let question = try Line("What is the capital of Portugal?", .flite("rms"), .tap).rendered()
        for _ in 0..<count {
            let before = bed.meantTurns.count
            _ = try await bed.say(question, .tap)
            _ = await bed.turnEnded(after: before)
        }
        return bed.meantTurns.count { $0.outcome == "answered" }
    }
}

/// The figures of a daemon at rest that are one number each.
enum IdleFigures {
    static func resources(_ before: ProcessFacts, _ after: ProcessFacts) -> [Figure] {
        let rows: [(String, KeyPath<ProcessFacts.Memory, Int>, String)] = [
            ("resident", \.resident, "Rss of /proc/PID/smaps_rollup: with every page of programs and files that it has touched"),
            ("proportional", \.proportional, "Pss of the same: a page that n processes share counts as an n-th"),
            ("private dirty", \.privateDirty, "Private_Dirty of the same: memory that is neither shared nor on a disk"),
        ]
        let memory =
            rows.flatMap { name, path, method in
                [
                    Figure(
                        "\(name), listening", .kibibytes, group: "Memory", method: method,
                        values: [Double(before.memory[keyPath: path])]),
                    Figure(
                        "\(name), after the turns", .kibibytes, group: "Memory", method: "the same, 3 s after the last turn",
                        values: [Double(after.memory[keyPath: path])]),
                ]
            } + [
                Figure(
                    "private dirty, growth over the turns", .kibibytes, group: "Memory",
                    method: "the second look less the first; a warm connection, a first question and their buffers are in it",
                    values: [Double(after.memory.privateDirty - before.memory.privateDirty)])
            ]
        let counts: [(String, KeyPath<ProcessFacts, Int>, String)] = [
            ("threads", \.threads, "/proc/PID/task"), ("open files", \.openFiles, "/proc/PID/fd"),
        ]
        return memory
            + counts.flatMap { name, path, method in
                [
                    Figure(
                        "\(name), listening", .count, group: "Threads and files", method: method,
                        values: [Double(before[keyPath: path])]),
                    Figure(
                        "\(name), after the turns", .count, group: "Threads and files", method: method,
                        values: [Double(after[keyPath: path])]),
                ]
            }
    }

    static func instructions(_ millionsPerSecond: Double?) -> Figure {
        Figure(
            "instructions of the daemon", .millionsPerSecond, group: "Instructions",
            method: "perf_event_open on every thread, user mode, over 10 s of listening: instructions per second of audio",
            values: millionsPerSecond.map { [$0] } ?? [])
    }

    static func frontEnd(_ millionsPerSecond: Double?) -> Figure {
        Figure(
            "instructions of the front end", .millionsPerSecond, group: "Instructions",
            method:
                """
                callgrind over `linnet dsp front-end` on 2 s and 6 s of a quiet room, as many microphones as the room's: the \
                difference per second of audio; the file tool's own copying included, devices, threads and network not
                """,
            values: millionsPerSecond.map { [$0] } ?? [])
    }

    static func ready(_ milliseconds: Double) -> Figure {
        Figure("start to READY", .milliseconds, group: "Start", method: StartBench.method, values: [milliseconds])
    }
}
