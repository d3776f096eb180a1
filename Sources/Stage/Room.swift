import CRoom
import Glibc
import Synchronization

/// A room in software: the person, the loudspeaker and the microphones share its air. The box is given the two PCMs of
/// `configuration(pluginPath:)`; a scene speaks, makes noise, pulls plugs, and has it all recorded on one clock.
public final class Room: Sendable {
    /// One of the card's two PCMs.
    public struct CardSettings: Sendable {
        /// 1...8
        public var channels: Int
        /// 16000, 44100 or 48000.
        public var rateHz: Int
        /// 16, 24 (in four bytes) or 32.
        public var sampleBits: Int
        /// The error of its clock, parts per million.
        public var clockPartsPerMillion: Int

        public init(channels: Int, rateHz: Int, sampleBits: Int = 16, clockPartsPerMillion: Int = 0) {
            self.channels = channels
            self.rateHz = rateHz
            self.sampleBits = sampleBits
            self.clockPartsPerMillion = clockPartsPerMillion
        }
    }

    /// The acoustics, whose ranges `CRoom.h` gives, and the card.
    public struct Settings: Sendable {
        public var microphones = CardSettings(channels: 4, rateHz: 16_000, clockPartsPerMillion: 40)
        public var loudspeaker = CardSettings(channels: 2, rateHz: 48_000, clockPartsPerMillion: -20)
        /// Two seeds have two sets of reflections.
        public var seed: UInt64 = 1
        public var echoReturnLossDecibels = 10.0
        public var echoDelayMilliseconds = 12.0
        public var reverberationMilliseconds = 300.0
        public var personGainDecibels = 0.0
        /// 4.4 ms are 1.5 m.
        public var personDelayMilliseconds = 4.4
        public var personAzimuthDegrees = 30.0
        /// Peak of the noise of the microphones' converter, 16-bit steps, 0...100; 0 is a quiet that no real one has.
        public var converterNoise = 1.5

        public init() {}

        var acoustics: room_settings {
            var all = room_settings_default()
            all.seed = seed
            all.echo_return_loss_db = echoReturnLossDecibels
            all.echo_delay_ms = echoDelayMilliseconds
            all.reverberation_ms = reverberationMilliseconds
            all.person_gain_db = personGainDecibels
            all.person_delay_ms = personDelayMilliseconds
            all.person_azimuth_degrees = personAzimuthDegrees
            all.converter_noise = converterNoise
            return all
        }
    }

    /// The air cannot be made.
    public struct CannotCreate: Error, CustomStringConvertible {
        public var path: String
        public var code: Int32
        public var description: String { "cannot make the room's air at \(path): \(String(cString: strerror(code)))" }
    }

    public static let microphoneName = "room_mic"
    public static let loudspeakerName = "room_speaker"
    /// Speech that is to begin sooner than this from now begins then: the microphones must find it there in time.
    public static let leadMilliseconds = 60

    public let path: String
    public let settings: Settings
    nonisolated(unsafe) let air: OpaquePointer  // the C side is made for many threads; see CRoom.h
    /// When the person speaks: room samples. Also the lock of the person's recording, which has one writer at a time.
    private let spoken = Mutex<[Range<Int64>]>([])

    /// Makes the air, at which moment its time begins.
    public init(at path: String, settings: Settings = Settings()) throws(CannotCreate) {
        var made: OpaquePointer?
        var acoustics = settings.acoustics
        let status = room_air_create(path, &acoustics, &made)
        guard status == 0, let made else { throw CannotCreate(path: path, code: -status) }
        air = made
        self.path = path
        self.settings = settings
    }

    deinit { room_air_close(air) }

    // MARK: The person and the background

    /// The person says something, mixed with whatever they are saying already.
    /// - Parameters:
    ///   - samples: mono, 16 kHz; at most ten minutes.
    ///   - instant: nanoseconds of CLOCK_MONOTONIC at which the first sample leaves the mouth; nil, and what is too soon,
    ///     means `leadMilliseconds` from now.
    /// - Returns: the instant of the first sample, as scheduled.
    @discardableResult
    public func speak(_ samples: [Int16], at instant: Int64? = nil) -> Int64 {
        precondition(samples.count <= 600 * SceneSound.rateHz, "a line of at most ten minutes")
        let soonest = room_now_ns() + Int64(Self.leadMilliseconds) * 1_000_000
        let first = room_sample_at(air, max(instant ?? soonest, soonest)) + 1
        spoken.withLock { lines in
            room_track_mix(air, ROOM_PERSON, first, Int32(samples.count), samples)
            let now = room_sample_at(air, room_now_ns())
            lines.removeAll { $0.upperBound <= now }
            lines.append(first..<first + Int64(samples.count))
        }
        return room_instant_of(air, first)
    }

    /// Whether something that was scheduled is sounding now.
    public var personIsSpeaking: Bool {
        let now = room_sample_at(air, room_now_ns())
        return spoken.withLock { $0.contains { $0.contains(now) } }
    }

    /// The instant after the last scheduled sample of the person, nanoseconds; nil when none is still to come.
    public var personIsSpeakingUntil: Int64? {
        let now = room_sample_at(air, room_now_ns())
        let end = spoken.withLock { $0.map(\.upperBound).max() }
        return end.flatMap { $0 > now ? room_instant_of(air, $0) : nil }
    }

    /// The background from now on, looped; every microphone hears it from another place in the loop.
    /// - Parameter samples: mono, 16 kHz, at most a minute; empty for silence.
    public func playNoise(_ samples: [Int16]) {
        let status = room_noise_set(air, samples, Int32(samples.count))
        precondition(status == 0, "a noise loop of at most a minute")
    }

    // MARK: What was recorded

    /// The scene between two instants (nanoseconds of CLOCK_MONOTONIC), of the last ten minutes. What lies in the future is
    /// what is scheduled.
    public func sound(from start: Int64, to end: Int64) -> SceneSound {
        let first = room_sample_at(air, start)
        let count = Int(max(0, room_sample_at(air, end) - first))
        return SceneSound(
            startNanoseconds: room_instant_of(air, first), person: recording(ROOM_PERSON, from: first, count: count),
            box: recording(ROOM_PLAYED, from: first, count: count))
    }

    /// Whether the loudspeaker's converter played anything above `threshold` in the last milliseconds.
    public func boxIsSounding(within milliseconds: Int, threshold: Int16 = 8) -> Bool {
        let count = milliseconds * SceneSound.rateHz / 1000
        let last = recording(ROOM_PLAYED, from: room_sample_at(air, room_now_ns()) - Int64(count), count: count)
        return last.contains { $0.magnitude > threshold.magnitude }
    }

    private func recording(_ track: room_track, from first: Int64, count: Int) -> [Int16] {
        [Int16](unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { room_track_read(air, track, first, Int32(count), base) }
            filled = count
        }
    }
}
