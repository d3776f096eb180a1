import Audio
import CPlatform
import CRoom
import Hardware

/// A room whose loudspeaker an ``ALSAPlayback`` plays into, and whose air says what its converter really played.
final class PlaybackRoom {
    static let rateHz = 48_000
    let playback: ALSAPlayback
    let air: OpaquePointer
    let changes = Changes()
    private let folder: String

    init() throws {
        var template = Array("/tmp/playback-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Unavailable(what: "a folder") }
        folder = String(cString: made)
        var settings = room_settings_default()
        var created: OpaquePointer?
        guard room_air_create(folder + "/air", &settings, &created) == 0, let created else { throw Unavailable(what: "the air") }
        air = created
        let card = "type room air \"\(folder)/air\" role playback channels 2 rate \(Self.rateHz) format S16_LE ppm 50"
        try VirtualCard.configure("pcm.playback_test { \(card) }", in: folder)
        playback = try ALSAPlayback.open(PlaybackRequest(device: "playback_test", realTimePriority: 20)) { [changes] in
            changes.note($0)
        }
    }

    deinit {
        playback.stop()
        room_air_close(air)
        unlink(folder + "/asound.conf")
        unlink(folder + "/air")
        rmdir(folder)
    }

    struct Unavailable: Error { var what: String }

    func unplug() { room_unplug(air, ROOM_LOUDSPEAKER) }
    func replug() { room_replug(air, ROOM_LOUDSPEAKER) }
    func forceUnderrun() { room_force_xrun(air, ROOM_LOUDSPEAKER) }

    /// What was played since the air began, 16 kHz.
    func recording() -> [Int16] {
        let count = Int(room_sample_at(air, room_now_ns()))
        var samples = [Int16](repeating: 0, count: count)
        room_track_read(air, ROOM_PLAYED, 0, Int32(count), &samples)
        return samples
    }

    /// When a sample of the recording met the converter.
    func instant(of sample: Int) -> Int64 { room_instant_of(air, Int64(sample)) }

    /// Events until one is `wanted`, which comes last; all that came when it did not come in time.
    func events(until wanted: (PlaybackEvent) -> Bool, milliseconds: Int = 5000) -> [PlaybackEvent] {
        var seen: [PlaybackEvent] = []
        let deadline = ln_monotonic_ns() + Int64(milliseconds) * 1_000_000
        while ln_monotonic_ns() < deadline {
            while let event = playback.events.pop() {
                seen.append(event)
                if wanted(event) { return seen }
            }
            var descriptor = pollfd(fd: playback.events.wake, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, 50)
            _ = ln_eventfd_drain(playback.events.wake)
        }
        return seen
    }
}
