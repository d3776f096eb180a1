import CPlatform
import Rehearsal

/// A person in a room with the box: plays a script against the daemon and writes down what happened. Nobody but the air
/// connects the two, and the button.
public final class Scene {
    public struct Settings: Sendable {
        /// Folder of the programs and the virtual card's library.
        public var programs: String
        /// An empty folder to work in.
        public var folder: String
        public var room = Room.Settings()
        /// Of the room's background, dB full scale.
        public var noiseLevelDecibels = -58.0
        /// More lines for the daemon's settings file.
        public var moreSettings = ""
        /// How long the person listens to an answer before talking over it.
        public var bargeInAfterMilliseconds = 2000

        public init(programs: String, folder: String) {
            self.programs = programs
            self.folder = folder
        }
    }

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
    private let room: Room
    private let services: RehearsalServer
    private let daemon: HostedDaemon
    private let start: Int64
    private var spoken: [Spoken] = []

    /// Builds the room, starts the services and the daemon.
    /// - Parameter progress: told what happens, a line at a time.
    public init(
        _ script: Script, _ settings: Settings, services options: RehearsalOptions, progress: @escaping (String) -> Void
    ) async throws {
        self.script = script
        self.settings = settings
        self.progress = progress
        room = try Room(at: "\(settings.folder)/air", settings: settings.room)
        room.playNoise(RoomNoise.kitchen(seconds: 20, levelDecibels: settings.noiseLevelDecibels))
        progress("Starting the stand-ins of the services (they load a recognizer)")
        services = try await RehearsalServer.start(options)
        let hosted = HostedDaemon.Settings(
            programs: settings.programs, folder: settings.folder,
            alsaConfiguration: room.configuration(pluginPath: "\(settings.programs)/libasound_module_pcm_room.so"),
            deepgramURL: services.addresses.deepgram, groqURL: services.addresses.groq, cartesiaURL: services.addresses.cartesia)
        start = ln_monotonic_ns()
        daemon = try await HostedDaemon(with(hosted) { $0.moreSettings = settings.moreSettings })
        progress("The daemon is ready after \(Int(daemon.millisecondsToReady)) ms")
    }

    /// Plays the script to its end, then ends the daemon.
    public func play() async throws -> Record {
        try? await Task.sleep(for: .milliseconds(800))
        for (index, line) in script.lines.enumerated() {
            let turnsBefore = meantTurns.count
            try await say(line, line.rendered())
            let nextInterrupts = script.lines.dropFirst(index + 1).first?.manner == .bargeIn
            let done = nextInterrupts ? await answerIsUnderWay() : await turnEnded(after: turnsBefore)
            if !done { progress("  … no answer within the time") }
        }
        return try await finish()
    }

    // MARK: The person

    private func say(_ line: Line, _ samples: [Int16]) async throws {
        progress("Person (\(line.voice.name), \(line.manner.rawValue)): \(line.words.isEmpty ? "…" : line.words)")
        switch line.manner {
        case .tap: try await daemon.press()
        case .hold: try await daemon.pressAndHold()
        case .followUp: _ = await daemon.wait(withinMilliseconds: 4000) { self.daemon.state == "follow-up" }
        case .bargeIn: break
        }
        if line.manner == .followUp { try? await Task.sleep(for: .milliseconds(500)) }
        let onset = room.speak(samples, at: ln_monotonic_ns() + 150_000_000)
        let end = onset + Int64(samples.count) * 1_000_000_000 / Int64(SceneSound.rateHz)
        spoken.append(Spoken(line: line, onset: onset, end: end))
        try? await Task.sleep(for: .nanoseconds(max(0, end - ln_monotonic_ns())))
        if line.manner == .hold {
            try? await Task.sleep(for: .milliseconds(80))
            try await daemon.release()
        }
    }

    private func answerIsUnderWay() async -> Bool {
        let before = daemon.entries().count
        let speaking = await daemon.wait(withinMilliseconds: 15_000) {
            self.daemon.state == "speaking"
                || self.daemon.entries().dropFirst(before).contains { $0["LINNET_STATE"] == "speaking" }
        }
        try? await Task.sleep(for: .milliseconds(settings.bargeInAfterMilliseconds))
        return speaking
    }

    private func turnEnded(after count: Int) async -> Bool {
        let ended = await daemon.wait(withinMilliseconds: 30_000) {
            self.meantTurns.count > count && self.meantTurns.count >= self.spoken.count
        }
        if let turn = meantTurns.last, ended { progress("Box: \(turn.heard)") }
        return ended
    }

    /// Turns in which somebody had something to say; a follow-up window that closed unused is none.
    private var meantTurns: [LoggedTurn] { daemon.turns.filter { $0.outcome != "unheard" } }

    // MARK: Afterwards

    private func finish() async throws -> Record {
        try? await Task.sleep(for: .milliseconds(500))
        let status = (try? await daemon.command("status")) ?? []
        let (exitStatus, milliseconds) = await daemon.terminate()
        let log = services.log
        await services.stop()
        return Record(
            spoken: spoken, turns: meantTurns, entries: daemon.entries(), log: daemon.log,
            sound: room.sound(from: start, to: ln_monotonic_ns()),
            millisecondsToReady: daemon.millisecondsToReady, millisecondsToStop: milliseconds, exitStatus: exitStatus,
            status: status,
            complaints: log.complaints, services: log.events)
    }
}

/// A changed copy.
func with<T>(_ value: T, _ change: (inout T) -> Void) -> T {
    var copy = value
    change(&copy)
    return copy
}
