import CRoom
import Glibc

/// What the microphones of a virtual room hear, computed as fast as the machine can: no card, no clock, the same in every run.
package final class RoomRendering {
    private let air: OpaquePointer
    private let converter: OpaquePointer
    private let microphones: Int
    private let converterNoise: Double
    private var random = SplitMix64(state: 0xC0_17E7)
    private var position: Int64 = 0

    /// - Parameters:
    ///   - folder: where the room's air may lie (42 MB, mostly holes).
    ///   - settings: the clocks of its cards do not count here.
    ///   - noise: mono, 16 kHz, at most a minute; looped, from another place for every microphone.
    package init(folder: String, settings: Room.Settings, noise: [Int16]) throws {
        var acoustics = settings.acoustics
        // The converter's own noise hangs on the clock; it is added here instead.
        acoustics.converter_noise = 0
        let path = "\(folder)/rendering.air"
        var made: OpaquePointer?
        let status = room_air_create(path, &acoustics, &made)
        guard status == 0, let made else { throw Room.CannotCreate(path: path, code: -status) }
        guard room_noise_set(made, noise, Int32(noise.count)) == 0,
            let converter = room_converter_create(made, Int32(settings.microphones.channels))
        else {
            room_air_close(made)
            throw Room.CannotCreate(path: path, code: EINVAL)
        }
        (air, self.converter) = (made, converter)
        microphones = settings.microphones.channels
        converterNoise = settings.converterNoise
    }

    deinit {
        room_converter_destroy(converter)
        room_air_close(air)
    }

    /// The next samples of all microphones, interleaved.
    /// - Parameters:
    ///   - person: what the person says meanwhile, at the mouth; 16 kHz.
    ///   - played: what the loudspeaker plays; as many samples.
    package func hear(person: [Int16], played: [Int16]) -> [Int16] {
        let count = min(person.count, played.count)
        room_track_write(air, ROOM_PERSON, position, Int32(count), person)
        room_track_write(air, ROOM_PLAYED, position, Int32(count), played)
        var heard = [Float](repeating: 0, count: count * microphones)
        let instant = Double(room_instant_of(air, position))
        room_converter_read(converter, position, instant, Double(ROOM_SAMPLE_NS), Int32(count), &heard)
        position += Int64(count)
        room_air_forget(air, position - 16_000)
        return heard.map { sample in
            Int16(max(-32_768, min(32_767, (Double(sample) + converterNoise * random.unit()).rounded())))
        }
    }
}
