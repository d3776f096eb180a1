import Audio
import CPlatform
import CRoom
import Failures
import Hardware
import Synchronization

/// A room whose microphones an ``ALSACapture`` opens, through the real alsa-lib.
final class CaptureRoom {
    let air: OpaquePointer
    let device = "capture_test"
    private let folder: String
    private var configurations = 0
    let changes = Changes()

    struct Unavailable: Error { var what: String }

    init(channels: Int = 4, rateHz: Int = 16_000, bits: Int = 16) throws {
        var template = Array("/tmp/capture-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Unavailable(what: "a folder") }
        folder = String(cString: made)
        var settings = room_settings_default()
        var created: OpaquePointer?
        guard room_air_create(folder + "/air", &settings, &created) == 0, let created else { throw Unavailable(what: "the air") }
        air = created
        try shape(channels: channels, rateHz: rateHz, bits: bits)
    }

    deinit {
        room_air_close(air)
        for number in 0..<configurations { unlink("\(folder)/\(number).conf") }
        unlink(folder + "/air")
        rmdir(folder)
    }

    /// What the card is from its next opening on.
    func shape(channels: Int, rateHz: Int = 16_000, bits: Int = 16) throws {
        try VirtualCard.configure(
            "pcm.\(device) { type room air \"\(folder)/air\" role capture channels \(channels) rate \(rateHz) format S\(bits)_LE }",
            in: folder, named: "\(configurations).conf")
        configurations += 1
    }

    func open(channels: Int? = nil, rateHz: Int? = nil) throws(Failure) -> ALSACapture {
        let request = CaptureRequest(device: device, preferredRateHz: rateHz, channels: channels, realTimePriority: 20)
        return try ALSACapture.open(request) { [changes] in changes.note($0) }
    }

    /// A tone from the person, beginning soon.
    func speak(milliseconds: Int) {
        let tone = (0..<(milliseconds * 16)).map { Int16($0 % 16 < 8 ? 8000 : -8000) }
        room_track_mix(air, ROOM_PERSON, room_sample_at(air, room_now_ns()) + 1600, Int32(tone.count), tone)
    }
}

/// What was said of a device.
final class Changes: Sendable {
    private let all = Mutex<[DeviceChange]>([])
    func note(_ change: DeviceChange) { all.withLock { $0.append(change) } }
    var seen: [DeviceChange] { all.withLock { $0 } }

    /// Whether so many were said, at last.
    func reach(_ count: Int, withinMilliseconds limit: Int = 5000) -> Bool {
        let deadline = ln_monotonic_ns() + Int64(limit) * 1_000_000
        while seen.count < count, ln_monotonic_ns() < deadline { usleep(5000) }
        return seen.count == count
    }
}

/// One block as the reader gets it.
struct Block {
    var stamp: FrameStamp
    var samples: [Int32]

    /// How far the time since an earlier block is from what the samples between them take, at 16 kHz.
    func driftMilliseconds(since earlier: Block) -> Double {
        stamp.time.milliseconds(since: earlier.stamp.time) - Double(stamp.firstSample - earlier.stamp.firstSample) / 16
    }
}

extension MicrophoneCapture {
    /// Blocks until there are so many, or the time is over.
    func blocks(_ count: Int, withinMilliseconds limit: Int = 3000) -> [Block] {
        var all: [Block] = []
        var samples = [Int32](repeating: 0, count: ring.samplesPerBlock)
        let deadline = ln_monotonic_ns() + Int64(limit) * 1_000_000
        while all.count < count, ln_monotonic_ns() < deadline {
            if let stamp = ring.read(into: &samples) {
                all.append(Block(stamp: stamp, samples: samples))
            } else {
                var descriptor = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
                _ = poll(&descriptor, 1, 50)
                _ = ln_eventfd_drain(wake)
            }
        }
        return all
    }
}
