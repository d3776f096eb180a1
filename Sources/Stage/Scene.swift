import CPlatform
import Rehearsal

/// A person in a room with the box: plays a script against the daemon and writes down what happened. Nobody but the air
/// connects the two, and the button.
public final class Scene {
    public typealias Settings = TestBed.Settings

    /// One line as it was spoken.
    public struct Spoken: Sendable {
        public var line: Line
        /// Instants of CLOCK_MONOTONIC, nanoseconds, at the person's mouth.
        public var onset: Int64
        public var end: Int64
    }

    /// Everything that is known afterwards.
    public struct Record: Sendable {
        public var spoken: [Spoken] = []
        /// Turns of the daemon's log that were meant for a line, in order.
        public var turns: [LoggedTurn] = []
        public var entries: [LogEntry] = []
        /// The daemon's log as it was written.
        public var log: [String] = []
        public var sound: SceneSound
        public var millisecondsToReady: Double
        public var millisecondsToStop: Double
        public var exitStatus: Int32
        /// `linnet status` just before the end.
        public var status: [String]
        /// What the stand-in of the services found wrong with what the daemon sent.
        public var complaints: [String]
        public var services: [RehearsalEvent]
    }

    private let settings: Settings
    private let script: Script
    private let progress: (String) -> Void
    private let bed: TestBed
    private var spoken: [Spoken] = []

    /// Builds the room, starts the services and the daemon.
    /// - Parameter progress: told what happens, a line at a time.
    public init(
        _ script: Script, _ settings: Settings, services options: RehearsalOptions, progress: @escaping (String) -> Void
    ) async throws {
        self.script = script
        self.settings = settings
        self.progress = progress
        progress("Starting the stand-ins of the services (they load a recognizer)")
        bed = try await TestBed(settings, services: options)
        progress("The daemon is ready after \(Int(bed.daemon.millisecondsToReady)) ms")
    }

    /// Plays the script to its end, then ends the daemon.
    public func play() async throws -> Record {
        try? await Task.sleep(for: .milliseconds(800))
        for (index, line) in script.lines.enumerated() {
            let nextInterrupts = script.lines.dropFirst(index + 1).first?.manner == .bargeIn
            let done = try await nextInterrupts ? answerIsUnderWay(after: line) : answered(line)
            if !done { progress("  … no answer within the time") }
        }
        return try await finish()
    }

    // MARK: The person

    private func say(_ line: Line) async throws {
        progress("Person (\(line.voice.name), \(line.manner.rawValue)): \(line.words.isEmpty ? "…" : line.words)")
        let utterance = try await bed.say(line.rendered(), line.manner)
        spoken.append(Spoken(line: line, onset: utterance.onset, end: utterance.end))
    }

    private func answerIsUnderWay(after line: Line) async throws -> Bool {
        let before = bed.daemon.entryCount
        try await say(line)
        let speaking = await bed.answerBegins(afterEntry: before)
        try? await Task.sleep(for: .milliseconds(settings.bargeInAfterMilliseconds))
        return speaking
    }

    private func answered(_ line: Line) async throws -> Bool {
        let before = bed.meantTurns.count
        if line.subject.firstModelFails {
            progress("From here on Groq answers 503")
            await bed.services.plan(Fault(.groq, .status(503), times: nil))
        }
        try await say(line)
        let wanted = max(before, spoken.count - 1)
        let ended = await bed.turnEnded(after: wanted)
        if line.subject.firstModelFails { await bed.services.clearFaults() }
        if let turn = bed.meantTurns.last, ended { progress("Box: \(turn.heard)") }
        return ended
    }

    // MARK: Afterwards

    private func finish() async throws -> Record {
        try? await Task.sleep(for: .milliseconds(500))
        let daemon = bed.daemon
        let status = (try? await daemon.command("status")) ?? []
        let ending = await bed.end()
        return Record(
            spoken: spoken, turns: bed.meantTurns, entries: daemon.entries(), log: daemon.log,
            sound: bed.room.sound(from: bed.startNanoseconds, to: ln_monotonic_ns()),
            millisecondsToReady: daemon.millisecondsToReady, millisecondsToStop: ending.milliseconds,
            exitStatus: ending.exitStatus, status: status, complaints: ending.complaints, services: ending.services)
    }
}
