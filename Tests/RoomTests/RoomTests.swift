import CALSA
import CRoom
import Stage
import Testing

@Suite(.ownThread, .serialized) struct `The room on a stage` {
    @Test func `a line is spoken when it was asked for, and recorded there`() async throws {
        let scene = try TestRoom()
        let words = tone(8000, hertz: 400, rateHz: 16_000, peak: 5000)
        let wanted = room_now_ns() + 150_000_000
        let onset = scene.room.speak(words, at: wanted)
        #expect(abs(onset - wanted) <= 62_500)
        #expect(scene.room.personIsSpeakingUntil == onset + 500_000_000)
        let sound = scene.room.sound(from: onset - 10_000_000, to: onset + 600_000_000)
        let first = sound.index(of: onset)
        #expect(first == 160)
        #expect(Array(sound.person[first..<(first + 8000)]) == words)
        #expect(sound.person[..<first].allSatisfy { $0 == 0 })
        #expect(sound.box.allSatisfy { $0 == 0 })
    }

    @Test func `a line that is asked for too late begins as soon as it can be heard whole`() throws {
        let scene = try TestRoom()
        let now = room_now_ns()
        let onset = scene.room.speak([1, 2, 3], at: now - 1_000_000_000)
        #expect(onset >= now + 60_000_000)
        #expect(!scene.room.personIsSpeaking)
    }

    @Test func `the stage knows who is sounding`() async throws {
        let scene = try TestRoom()
        #expect(!scene.room.boxIsSounding(within: 100))
        scene.room.speak(whiteNoise(160_000, peak: 100))
        let speaker = try scene.loudspeaker()
        try speaker.write(whiteNoise(24_000))
        try speaker.start()
        try await Task.sleep(for: .milliseconds(150))
        #expect(scene.room.personIsSpeaking)
        #expect(scene.room.boxIsSounding(within: 100))
        #expect(scene.room.isRunning(.loudspeaker))
        #expect(!scene.room.isRunning(.microphones))
    }

    @Test func `lines add up`() throws {
        let scene = try TestRoom()
        let at = room_now_ns() + 200_000_000
        scene.room.speak([Int16](repeating: 20_000, count: 100), at: at)
        scene.room.speak([Int16](repeating: 20_000, count: 50), at: at)
        let sound = scene.room.sound(from: at - 1_000_000, to: at + 20_000_000)
        #expect(sound.person.filter { $0 == 32_767 }.count == 50)
        #expect(sound.person.filter { $0 == 20_000 }.count == 50)
    }

    @Test func `a program that asks for the default device gets the room, at the rate it likes`() throws {
        let scene = try TestRoom()
        scene.room.playNoise(whiteNoise(16_000, peak: 1000))
        let microphones = try scene.microphones(.init(channels: 1, rateHz: 22_050, period: 220, buffer: 8820), name: "default")
        try microphones.start()
        #expect(powerDecibels(channel(0, of: 1, try microphones.read(frames: 4410))) > 40)
        let speaker = try scene.loudspeaker(.init(channels: 1, rateHz: 24_000, period: 240, buffer: 9600), name: "default")
        try speaker.write(whiteNoise(4800))
        try speaker.start()
    }

    @Test func `a card without particulars takes any of its formats, and no other`() throws {
        let more = "pcm.any { type room air \"AIR\" }\n"
        let scene = try TestRoom(more: more)
        for rate in [UInt32(16_000), 44_100, 48_000] {
            for channels in [UInt32(1), 2, 6, 8] {
                let shape = SoundCard.Shape(
                    channels: channels, rateHz: rate, format: SND_PCM_FORMAT_S32_LE, period: UInt(rate / 100), buffer: UInt(rate))
                let microphones = try scene.microphones(shape, name: "any")
                try microphones.start()
                #expect(try microphones.read(frames: 160).count == 160 * Int(channels))
            }
        }
        #expect(throws: ALSAError(call: "rate", code: -EINVAL)) { try scene.microphones(.init(rateHz: 22_050), name: "any") }
        #expect(throws: ALSAError(call: "channels", code: -EINVAL)) { try scene.microphones(.init(channels: 6)) }
        #expect(throws: ALSAError(call: "snd_pcm_open", code: -ENOENT)) { try scene.loudspeaker(name: Room.microphoneName) }
    }

    @Test func `an old lap of a recording is silence, not an echo of ten minutes ago`() throws {
        let scene = try TestRoom()
        var air: OpaquePointer?
        #expect(room_air_open(scene.folder + "/air", &air) == 0)
        defer { room_air_close(air) }
        let lap = Int64(65_536 * 160)
        room_track_write(air, ROOM_PERSON, 1000, 3, [7, 8, 9])
        var samples = [Int16](repeating: -1, count: 5)
        room_track_read(air, ROOM_PERSON, 999, 5, &samples)
        #expect(samples == [0, 7, 8, 9, 0])
        room_track_read(air, ROOM_PERSON, 999 + lap, 5, &samples)
        #expect(samples == [0, 0, 0, 0, 0])
        room_track_write(air, ROOM_PERSON, 1001 + lap, 1, [5])
        room_track_read(air, ROOM_PERSON, 999 + lap, 5, &samples)
        #expect(samples == [0, 0, 5, 0, 0])
        room_track_read(air, ROOM_PERSON, -2, 5, &samples)
        #expect(samples == [0, 0, 0, 0, 0])
    }
}
