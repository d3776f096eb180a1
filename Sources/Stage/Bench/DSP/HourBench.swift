import Audio
import DSP
import Glibc
import Rehearsal

/// `linnet bench hour`: what the whole front end costs over a long recording, streamed through a process of its own.
public enum HourBench {
    public struct Settings: Sendable {
        public var seconds = 3600
        /// A recording with a channel for each microphone instead of the room; 16 bits at 16 kHz.
        public var recording: String?
        /// What was played meanwhile, on the same clock; one channel.
        public var played: String?
        /// A name of `ArrayGeometry`, or `unknown`; nil for the room's circle, and for unknown with a recording.
        public var geometry: String?

        public init() {}
    }

    /// - Parameters:
    ///   - programs: folder with `linnet-rehearse`, and the counter of allocations where `make dsp-bench` has built it.
    public static func run(
        _ settings: Settings, programs: String, progress: @Sendable (String) -> Void
    ) async throws -> BenchReport {
        let machine = await MachineFacts.here(programs: programs)
        let work = try WorkFolder()
        var source: any HourSource =
            if let recording = settings.recording {
                try RecordedHour(recording, played: settings.played)
            } else { try RenderedHour(folder: work.path) }
        let geometry = try geometry(settings, microphones: source.microphones)
        let result = "\(work.path)/result"
        let counter = "\(programs)/dsp-bench/liballocations.so"
        let preload = access(counter, R_OK) == 0 ? "LD_PRELOAD='\(counter)' " : ""
        let command = "\(preload)exec '\(programs)/linnet-rehearse' front-end-listener --microphones \(source.microphones) "
        guard let pipe = popen(command + "--geometry \(geometry) > '\(result)'", "w") else {
            throw RehearsalError("cannot start linnet-rehearse: \(String(cString: strerror(errno)))")
        }
        let fed = feed(pipe, &source, seconds: settings.seconds, progress)
        guard pclose(pipe) == 0 else { throw RehearsalError("the front end's process failed after \(fed) s") }
        let measured = HourMeasurement(lines: readFile(result)?.split(separator: "\n").map(String.init) ?? [])
        return measured.report(settings, machine: machine, sound: source.description)
    }

    /// The name of an array with that many microphones; it goes to a shell, so it has been read as one.
    private static func geometry(_ settings: Settings, microphones: Int) throws -> String {
        let name = settings.geometry ?? (settings.recording == nil ? "circular4" : "unknown")
        if name == "unknown" { return name }
        guard let array = ArrayGeometry(named: name) else {
            throw RehearsalError("--geometry: no array is called \(name); there are \(ArrayGeometry.names), or unknown")
        }
        guard array.positions.count == microphones else {
            throw RehearsalError("--geometry: \(name) has \(array.positions.count) microphones, but the sound has \(microphones)")
        }
        return name
    }

    /// - Returns: the seconds of sound.
    private static func feed(
        _ pipe: UnsafeMutablePointer<FILE>, _ source: inout any HourSource, seconds: Int, _ progress: (String) -> Void
    ) -> Int {
        for second in 0..<seconds {
            let rows = source.next()
            guard fwrite(rows, 2, rows.count, pipe) == rows.count, rows.count == (source.microphones + 1) * 16_000 else {
                return second
            }
            if (second + 1) % 300 == 0 { progress("\((second + 1) / 60) minutes") }
        }
        return seconds
    }
}

/// Where the hour comes from: a second at a time, the microphones and what was played, interleaved.
private protocol HourSource {
    var microphones: Int { get }
    var description: String { get }
    /// 16000 rows; fewer at the end.
    mutating func next() -> [Int16]
}

/// Two voices and a kitchen in the virtual room, four microphones. Five minutes of every ten have no far end.
private struct RenderedHour: HourSource {
    private let room: RoomRendering
    private var talk: DSPSceneTalk
    private var quiet: DSPSceneTalk
    private var second = 0
    let microphones = 4
    let description = """
        synthetic voices in the virtual room: a person who talks half of the time before -52 dB of kitchen, and for five minutes \
        of every ten the loudspeaker's voice
        """

    init(folder: String) throws {
        room = try RoomRendering(
            folder: folder, settings: Room.Settings(), noise: RoomNoise.kitchen(seconds: 60, levelDecibels: -52))
        talk = try DSPSceneTalk(farEnd: true, pauseMilliseconds: 2500)
        quiet = try DSPSceneTalk(farEnd: false, pauseMilliseconds: 2500)
    }

    mutating func next() -> [Int16] {
        second += 1
        return (second - 1) / 300 % 2 == 0 ? talk.next(16_000, in: room) : quiet.next(16_000, in: room)
    }
}

private struct RecordedHour: HourSource {
    private let recording: WAVStream
    private let played: WAVStream?
    var microphones: Int { recording.channels }
    var description: String { recording.path }

    init(_ path: String, played: String?) throws {
        recording = try WAVStream(path: path)
        self.played = try played.map { path in try WAVStream(path: path) }
        guard self.played.map({ $0.channels == 1 }) ?? true else {
            throw RehearsalError("\(played ?? "") must have one channel: what was played")
        }
    }

    mutating func next() -> [Int16] {
        let heard = recording.read(frames: 16_000)
        let far = played?.read(frames: 16_000) ?? []
        var rows: [Int16] = []
        for n in 0..<heard.count / microphones {
            rows += heard[n * microphones..<(n + 1) * microphones]
            rows.append(n < far.count ? far[n] : 0)
        }
        return rows
    }
}
