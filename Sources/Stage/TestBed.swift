import CPlatform
import Rehearsal

/// A room with a person in it, the stand-ins of the services, and the daemon between them: what scenes and benches are played on.
/// Nobody but the air connects the person and the box, and the button.
public final class TestBed {
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

    /// When somebody spoke: instants of CLOCK_MONOTONIC, nanoseconds, at the mouth.
    public struct Utterance: Sendable {
        public var onset: Int64
        public var end: Int64
    }

    public let room: Room
    public let services: RehearsalServer
    public let daemon: HostedDaemon
    /// When the daemon was about to be started, nanoseconds of CLOCK_MONOTONIC.
    public let startNanoseconds: Int64

    /// Builds the room, starts the services and then the daemon, and waits until it is ready.
    public init(_ settings: Settings, services options: RehearsalOptions) async throws {
        room = try Room(at: "\(settings.folder)/air", settings: settings.room)
        room.playNoise(RoomNoise.kitchen(seconds: 20, levelDecibels: settings.noiseLevelDecibels))
        services = try await RehearsalServer.start(options)
        startNanoseconds = ln_monotonic_ns()
        daemon = try await HostedDaemon(Self.hosted(settings, room, services))
    }

    private static func hosted(_ settings: Settings, _ room: Room, _ services: RehearsalServer) -> HostedDaemon.Settings {
        var hosted = HostedDaemon.Settings(
            programs: settings.programs, folder: settings.folder,
            alsaConfiguration: room.configuration(pluginPath: "\(settings.programs)/libasound_module_pcm_room.so"),
            deepgramURL: services.addresses.deepgram, groqURL: services.addresses.groq, cartesiaURL: services.addresses.cartesia)
        // Microphone k of n stands at 360 k / n degrees on a circle of 32 mm.
        if settings.room.microphones.channels > 2 { hosted.geometry = "circular:\(settings.room.microphones.channels):32mm" }
        hosted.geminiURL = services.addresses.gemini
        hosted.tavilyURL = services.addresses.tavily
        hosted.keys.merge(HostedDaemon.Settings.moreKeys) { $1 }
        hosted.moreSettings = settings.moreSettings
        return hosted
    }

    /// Turns in which somebody had something to say; a follow-up window that closed unused is none.
    public var meantTurns: [LoggedTurn] { daemon.turns.filter { $0.outcome != "unheard" } }

    // MARK: The person

    /// The person begins as `manner` says, speaks, and is done when this returns.
    public func say(_ samples: [Int16], _ manner: Manner) async throws -> Utterance {
        switch manner {
        case .tap: try await daemon.press()
        case .hold: try await daemon.pressAndHold()
        case .followUp: _ = await daemon.wait(withinMilliseconds: 4000) { self.daemon.state == "follow-up" }
        case .bargeIn: break
        }
        if manner == .followUp { try? await Task.sleep(for: .milliseconds(500)) }
        let onset = room.speak(samples, at: ln_monotonic_ns() + 150_000_000)
        let end = onset + Int64(samples.count) * 1_000_000_000 / Int64(SceneSound.rateHz)
        await Self.sleep(until: end)
        if manner == .hold {
            try? await Task.sleep(for: .milliseconds(80))
            try await daemon.release()
        }
        return Utterance(onset: onset, end: end)
    }

    /// Waits until more than `count` meant turns have ended.
    public func turnEnded(after count: Int, withinMilliseconds limit: Int = 30_000) async -> Bool {
        await daemon.wait(withinMilliseconds: limit) { self.meantTurns.count > count }
    }

    /// Waits until the box begins to sound after entry `first` of its log.
    public func answerBegins(afterEntry first: Int, withinMilliseconds limit: Int = 15_000) async -> Bool {
        await daemon.wait(withinMilliseconds: limit) {
            self.daemon.entries(from: first).contains { $0["LINNET_STATE"] == "speaking" }
        }
    }

    public static func sleep(until nanoseconds: Int64) async {
        try? await Task.sleep(for: .nanoseconds(max(0, nanoseconds - ln_monotonic_ns())))
    }

    // MARK: The end

    /// How the daemon ended when it was told to.
    public struct Ending: Sendable {
        public var exitStatus: Int32
        public var milliseconds: Double
        /// What the stand-ins saw during the whole run, and what of it was wrong.
        public var services: [RehearsalEvent]
        public var complaints: [String]
    }

    /// Ends the daemon, then the services.
    public func end() async -> Ending {
        let (exitStatus, milliseconds) = await daemon.terminate()
        let log = services.log
        await services.stop()
        return Ending(exitStatus: exitStatus, milliseconds: milliseconds, services: log.events, complaints: log.complaints)
    }
}

extension TestBed.Ending {
    /// What a bench on this bed must be able to say of the daemon's manners.
    public var checks: [SceneCheck] {
        [
            SceneCheck(
                claim: "the services found nothing wrong with what the daemon sent", holds: complaints.isEmpty,
                seen: complaints.isEmpty ? "no complaint" : complaints.joined(separator: "; ")),
            SceneCheck(
                claim: "SIGTERM ended it cleanly within 3 s", holds: exitStatus == 0 && milliseconds < 3000,
                seen: "status \(exitStatus) after \(Int(milliseconds)) ms"),
        ]
    }
}
