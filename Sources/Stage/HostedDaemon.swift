import CPlatform
import Glibc
import Synchronization

/// The daemon itself, `linnet run`, hosted as systemd would host it: a settings file, keys, a notify socket, and its log read
/// line by line. Nothing inside it knows that the sound card is a room and the services are stand-ins.
public final class HostedDaemon: Sendable {
    public struct Settings: Sendable {
        /// Folder of the programs: `linnet` and the virtual card's library.
        public var programs: String
        /// An empty folder for settings, sockets and the room.
        public var folder: String
        /// Text of the ALSA configuration with the PCMs named below.
        public var alsaConfiguration: String
        public var capture = "room_mic"
        public var playback = "room_speaker"
        /// 0 takes what the device has.
        public var captureChannels = 0
        /// Where the microphones stand, as the daemon's settings name it.
        public var geometry = "unknown"
        public var deepgramURL: String
        public var groqURL: String
        public var cartesiaURL: String
        /// Nil leaves the settings' own address, which no key opens.
        public var geminiURL: String?
        public var tavilyURL: String?
        /// By the environment's names; the ones that the stand-ins accept.
        public var keys = [
            "DEEPGRAM_API_KEY": "rehearsal-deepgram-key", "GROQ_API_KEY": "rehearsal-groq-key",
            "CARTESIA_API_KEY": "rehearsal-cartesia-key",
        ]
        /// The keys of the two services that a conversation can do without.
        public static let moreKeys = ["GEMINI_API_KEY": "rehearsal-gemini-key", "TAVILY_API_KEY": "tvly-rehearsal-key"]
        /// More lines for the settings file, behind everything else.
        public var moreSettings = ""

        public init(
            programs: String, folder: String, alsaConfiguration: String, deepgramURL: String, groqURL: String, cartesiaURL: String
        ) {
            self.programs = programs
            self.folder = folder
            self.alsaConfiguration = alsaConfiguration
            self.deepgramURL = deepgramURL
            self.groqURL = groqURL
            self.cartesiaURL = cartesiaURL
        }
    }

    public struct NotReady: Error, CustomStringConvertible {
        public var log: [String]
        public var description: String { "the daemon did not become ready; its log:\n" + log.suffix(20).joined(separator: "\n") }
    }

    public let startNanoseconds: Int64
    /// From starting the program to its READY=1.
    public let millisecondsToReady: Double
    private let process: ChildProcess
    private let settings: Settings
    private let notify: NotifyListener
    /// Every line is read once, however often somebody asks.
    private let read = Mutex(Read())

    private struct Read {
        var lines = 0
        var entries: [LogEntry] = []
        var turns: [LoggedTurn] = []
        var state: String?
    }

    public init(_ settings: Settings, readyDeadlineMilliseconds: Int = 5000) async throws {
        self.settings = settings
        notify = try NotifyListener(path: "\(settings.folder)/notify.sock")
        try writeFile("\(settings.folder)/linnet.toml", Self.settingsText(settings))
        try writeFile("\(settings.folder)/asound.conf", settings.alsaConfiguration)
        startNanoseconds = ln_monotonic_ns()
        process = try ChildProcess(
            "\(settings.programs)/linnet", ["run", "--config", "\(settings.folder)/linnet.toml"],
            environment: Self.environment(settings, notify: notify.path))
        guard let ready = await notify.wait(for: "READY=1", deadlineMilliseconds: readyDeadlineMilliseconds) else {
            process.signal(SIGKILL)
            _ = await process.wait(deadlineMilliseconds: 1000)
            throw NotReady(log: process.lines())
        }
        millisecondsToReady = Double(ready - startNanoseconds) / 1_000_000
    }

    // MARK: What a person does to it

    public func press() async throws { try await command("press") }
    public func pressAndHold() async throws { try await command("press", "--hold") }
    public func release() async throws { try await command("release") }

    /// Runs `linnet NAME …` against this daemon.
    /// - Returns: its standard output.
    @discardableResult
    public func command(_ words: String...) async throws -> [String] {
        let tool = try ChildProcess(
            "\(settings.programs)/linnet", words + ["--socket", "\(settings.folder)/control.sock"],
            environment: ["PATH": "/usr/bin:/bin"], gathering: 1)
        _ = await tool.wait(deadlineMilliseconds: 70_000)
        return tool.lines()
    }

    // MARK: What it shows

    /// Its log's entries, from entry `first` on.
    public func entries(from first: Int = 0) -> [LogEntry] { reading { Array($0.entries.dropFirst(first)) } }
    public var entryCount: Int { reading { $0.entries.count } }
    public var turns: [LoggedTurn] { reading { $0.turns } }
    /// The newest state that it showed.
    public var state: String? { reading { $0.state } }
    public var log: [String] { process.lines() }
    public var hasEnded: Bool { process.hasEnded }
    public var processID: pid_t { process.processID }

    private func reading<T>(_ look: (Read) -> T) -> T {
        read.withLock { read in
            let new = process.lines(from: read.lines)
            read.lines += new.count
            let entries = new.compactMap(LogEntry.init(json:))
            read.entries += entries
            read.turns += entries.compactMap(LoggedTurn.init)
            read.state = entries.last { $0["LINNET_STATE"] != nil }?["LINNET_STATE"] ?? read.state
            return look(read)
        }
    }

    /// Waits until `condition` holds for its log.
    /// - Returns: false at the deadline, or when the daemon is gone.
    public func wait(withinMilliseconds limit: Int, until condition: () -> Bool) async -> Bool {
        let deadline = ln_monotonic_ns() + Int64(limit) * 1_000_000
        while !condition() {
            if ln_monotonic_ns() > deadline || hasEnded { return condition() }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// SIGTERM, as systemd ends it.
    /// - Returns: the exit status and how long it took.
    public func terminate() async -> (status: Int32, milliseconds: Double) {
        let start = ln_monotonic_ns()
        process.signal(SIGTERM)
        let status = await process.wait(deadlineMilliseconds: 5000)
        return (status, Double(ln_monotonic_ns() - start) / 1_000_000)
    }

    // MARK: Its world

    private static func environment(_ settings: Settings, notify: String) -> [String: String] {
        [
            "PATH": "/usr/bin:/bin", "ALSA_CONFIG_PATH": "\(settings.folder)/asound.conf", "RUNTIME_DIRECTORY": settings.folder,
            "STATE_DIRECTORY": settings.folder, "NOTIFY_SOCKET": notify,
        ].merging(settings.keys) { $1 }
    }

    private static func address(_ service: String, _ url: String?) -> String {
        url.map { "[cloud.\(service)]\nurl = \"\($0)\"\n" } ?? ""
    }

    private static func settingsText(_ settings: Settings) -> String {
        """
        [audio]
        capture = "\(settings.capture)"
        playback = "\(settings.playback)"
        capture_channels = \(settings.captureChannels)
        geometry = "\(settings.geometry)"

        [board]
        driver = "simulated"

        [cloud.deepgram]
        url = "\(settings.deepgramURL)"

        [cloud.groq]
        url = "\(settings.groqURL)"

        [cloud.cartesia]
        url = "\(settings.cartesiaURL)"

        \(address("gemini", settings.geminiURL))
        \(address("tavily", settings.tavilyURL))
        \(settings.moreSettings)
        """
    }
}

/// Replaces a file.
func writeFile(_ path: String, _ text: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ChildProcess.CannotStart(program: path, code: errno) }
    defer { close(file) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw ChildProcess.CannotStart(program: path, code: errno) }
        bytes = bytes.dropFirst(count)
    }
}
