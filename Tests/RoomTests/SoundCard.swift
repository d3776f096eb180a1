import CALSA
import CRoom
import Glibc
import Stage

/// A room of a test's own in a folder of its own, with the ALSA configuration that leads to it.
final class TestRoom {
    let room: Room
    let folder: String
    /// Appended to the room's configuration.
    private let more: String

    init(_ settings: Room.Settings = TestRoom.quiet(), more: String = "") throws {
        var template = Array("/tmp/room-XXXXXX".utf8CString)
        folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        room = try Room(at: folder + "/air", settings: settings)
        self.more = more.replacing("AIR", with: folder + "/air")
        let text = room.configuration(pluginPath: try Room.pluginPath()) + self.more
        guard let file = fopen(folder + "/asound.conf", "w") else { throw ALSAError(call: "fopen", code: -errno) }
        fputs(text, file)
        fclose(file)
    }

    deinit {
        unlink(folder + "/asound.conf")
        unlink(folder + "/air")
        rmdir(folder)
    }

    /// Both clocks right, four microphones, and a converter without noise.
    static func quiet() -> Room.Settings {
        var settings = Room.Settings()
        settings.microphones.clockPartsPerMillion = 0
        settings.loudspeaker.clockPartsPerMillion = 0
        settings.converterNoise = 0
        return settings
    }

    func microphones(_ shape: SoundCard.Shape = .init(), name: String = Room.microphoneName) throws -> SoundCard {
        try SoundCard(name, SND_PCM_STREAM_CAPTURE, shape, configuration: folder + "/asound.conf")
    }

    func loudspeaker(_ shape: SoundCard.Shape = .speaker, name: String = Room.loudspeakerName) throws -> SoundCard {
        try SoundCard(name, SND_PCM_STREAM_PLAYBACK, shape, configuration: folder + "/asound.conf")
    }
}

struct ALSAError: Error, Equatable {
    var call: String
    var code: Int32
}

/// A PCM opened as any ALSA program opens it: by name, over a configuration file, blocking.
final class SoundCard {
    struct Shape {
        var channels: UInt32 = 4
        var rateHz: UInt32 = 16_000
        var format = SND_PCM_FORMAT_S16_LE
        var period: UInt = 160
        /// A second: a busy machine may let the test wait.
        var buffer: UInt = 16_000

        static let speaker = Shape(channels: 2, rateHz: 48_000, period: 480, buffer: 48_000)
        /// The 40 ms that the box takes.
        static let shortSpeaker = Shape(channels: 2, rateHz: 48_000, period: 480, buffer: 1920)
    }

    let pcm: OpaquePointer
    let shape: Shape

    init(_ name: String, _ stream: snd_pcm_stream_t, _ shape: Shape, configuration: String) throws {
        var top: OpaquePointer?
        var update: OpaquePointer?
        try Self.check("snd_config_update_r", snd_config_update_r(&top, &update, configuration))
        defer {
            snd_config_delete(top)
            snd_config_update_free(update)
        }
        var opened: OpaquePointer?
        try Self.check("snd_pcm_open", snd_pcm_open_lconf(&opened, name, stream, 0, top))
        guard let opened else { throw ALSAError(call: "snd_pcm_open", code: 0) }
        pcm = opened
        self.shape = shape
        try setHardware()
        try setSoftware()
    }

    deinit { snd_pcm_close(pcm) }

    static func check(_ call: String, _ code: Int32) throws {
        if code < 0 { throw ALSAError(call: call, code: code) }
    }

    private func setHardware() throws {
        var parameters: OpaquePointer?
        snd_pcm_hw_params_malloc(&parameters)
        defer { snd_pcm_hw_params_free(parameters) }
        var period = shape.period
        var buffer = shape.buffer
        try Self.check("any", snd_pcm_hw_params_any(pcm, parameters))
        try Self.check("access", snd_pcm_hw_params_set_access(pcm, parameters, SND_PCM_ACCESS_RW_INTERLEAVED))
        try Self.check("format", snd_pcm_hw_params_set_format(pcm, parameters, shape.format))
        try Self.check("channels", snd_pcm_hw_params_set_channels(pcm, parameters, shape.channels))
        try Self.check("rate", snd_pcm_hw_params_set_rate(pcm, parameters, shape.rateHz, 0))
        try Self.check("period", snd_pcm_hw_params_set_period_size_near(pcm, parameters, &period, nil))
        try Self.check("buffer", snd_pcm_hw_params_set_buffer_size_near(pcm, parameters, &buffer))
        try Self.check("hw_params", snd_pcm_hw_params(pcm, parameters))
    }

    private func setSoftware() throws {
        var parameters: OpaquePointer?
        snd_pcm_sw_params_malloc(&parameters)
        defer { snd_pcm_sw_params_free(parameters) }
        try Self.check("current", snd_pcm_sw_params_current(pcm, parameters))
        try Self.check("tstamp", snd_pcm_sw_params_set_tstamp_mode(pcm, parameters, SND_PCM_TSTAMP_ENABLE))
        try Self.check("type", snd_pcm_sw_params_set_tstamp_type(pcm, parameters, SND_PCM_TSTAMP_TYPE_MONOTONIC))
        // Started by hand, so that a test knows when.
        try Self.check("threshold", snd_pcm_sw_params_set_start_threshold(pcm, parameters, 1 << 40))
        try Self.check("sw_params", snd_pcm_sw_params(pcm, parameters))
    }

    var state: snd_pcm_state_t { snd_pcm_state(pcm) }
    func start() throws { try Self.check("start", snd_pcm_start(pcm)) }
    func prepare() throws { try Self.check("prepare", snd_pcm_prepare(pcm)) }
    func drop() throws { try Self.check("drop", snd_pcm_drop(pcm)) }

    func delay() throws -> Int {
        var frames = 0
        try Self.check("delay", snd_pcm_delay(pcm, &frames))
        return frames
    }

    /// `avail` and the instant at which it was true, nanoseconds of CLOCK_MONOTONIC.
    func available() throws -> (frames: Int, nanoseconds: Int64) {
        var frames: UInt = 0
        var at = timespec()
        try Self.check("htimestamp", snd_pcm_htimestamp(pcm, &frames, &at))
        return (Int(frames), Int64(at.tv_sec) * 1_000_000_000 + Int64(at.tv_nsec))
    }

    /// Frames as they come, interleaved, left-justified in 32 bits.
    func read(frames: Int) throws -> [Int32] {
        var sound: [Int32] = []
        let channels = Int(shape.channels)
        sound.reserveCapacity(frames * channels)
        while sound.count < frames * channels {
            let count = min(Int(shape.period), frames - sound.count / channels)
            sound += try readOnce(frames: count)
        }
        return sound
    }

    private func readOnce(frames: Int) throws -> [Int32] {
        let channels = Int(shape.channels)
        if shape.format == SND_PCM_FORMAT_S16_LE {
            var block = [Int16](repeating: 0, count: frames * channels)
            let done = snd_pcm_readi(pcm, &block, UInt(frames))
            try Self.check("readi", Int32(done))
            return block.prefix(done * channels).map { Int32($0) << 16 }
        }
        var block = [Int32](repeating: 0, count: frames * channels)
        let done = snd_pcm_readi(pcm, &block, UInt(frames))
        try Self.check("readi", Int32(done))
        return Array(block.prefix(done * channels))
    }

    /// Mono, the same on all channels, S16_LE.
    func write(_ mono: [Int16]) throws {
        let channels = Int(shape.channels)
        let block = mono.flatMap { [Int16](repeating: $0, count: channels) }
        var done = 0
        while done < mono.count {
            let count = block.withUnsafeBufferPointer {
                snd_pcm_writei(pcm, $0.baseAddress.map { $0 + done * channels }, UInt(mono.count - done))
            }
            try Self.check("writei", Int32(count))
            done += count
        }
    }
}
