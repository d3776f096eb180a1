import CALSA
import CRoom
import Stage
import Testing

/// Frames per second of a PCM, between two looks at its position and the instant that belongs to it.
private struct RateMeter {
    var frames = 0
    var firstPosition = 0
    var firstNanoseconds: Int64 = 0

    init(_ card: SoundCard, moved: Int, capture: Bool) throws {
        frames = moved
        (firstPosition, firstNanoseconds) = try Self.look(card, moved: moved, capture: capture)
    }

    static func look(_ card: SoundCard, moved: Int, capture: Bool) throws -> (Int, Int64) {
        let now = try card.available()
        return (capture ? moved + now.frames : moved + now.frames - Int(card.shape.buffer), now.nanoseconds)
    }

    func framesPerSecond(_ card: SoundCard, moved: Int, capture: Bool) throws -> Double {
        let (position, nanoseconds) = try Self.look(card, moved: moved, capture: capture)
        return Double(position - firstPosition) / Double(nanoseconds - firstNanoseconds) * 1e9
    }
}

@Suite(.ownThread, .serialized) struct `The card's clocks` {
    @Test func `sound comes at the rate that was asked for, no faster and no slower`() throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones()
        let speaker = try scene.loudspeaker()
        try speaker.write([Int16](repeating: 0, count: 48_000))
        try microphones.start()
        try speaker.start()
        let heard = try RateMeter(microphones, moved: 0, capture: true)
        let played = try RateMeter(speaker, moved: 48_000, capture: false)
        for _ in 0..<20 {
            _ = try microphones.read(frames: 1600)
            try speaker.write([Int16](repeating: 0, count: 4800))
        }
        let heardRate = try heard.framesPerSecond(microphones, moved: 32_000, capture: true)
        let playedRate = try played.framesPerSecond(speaker, moved: 48_000 + 96_000, capture: false)
        #expect(abs(heardRate - 16_000) < 3)
        #expect(abs(playedRate - 48_000) < 9)
    }

    @Test func `two clocks run apart by the parts per million asked for`() throws {
        var settings = TestRoom.quiet()
        settings.microphones.clockPartsPerMillion = 5000
        let scene = try TestRoom(settings)
        scene.room.setClock(.loudspeaker, partsPerMillion: -5000)
        let microphones = try scene.microphones()
        let speaker = try scene.loudspeaker()
        try speaker.write([Int16](repeating: 0, count: 48_000))
        try microphones.start()
        try speaker.start()
        let heard = try RateMeter(microphones, moved: 0, capture: true)
        let played = try RateMeter(speaker, moved: 48_000, capture: false)
        for _ in 0..<10 {
            _ = try microphones.read(frames: 1600)
            try speaker.write([Int16](repeating: 0, count: 4800))
        }
        let heardRate = try heard.framesPerSecond(microphones, moved: 16_000, capture: true)
        let playedRate = try played.framesPerSecond(speaker, moved: 48_000 + 48_000, capture: false)
        #expect(abs(heardRate / 16_000 - 1.005) < 0.0003)
        #expect(abs(playedRate / 48_000 - 0.995) < 0.0003)
    }

    @Test func `poll wakes once a period, not more`() throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones()
        try microphones.start()
        var descriptors = [pollfd()]
        #expect(snd_pcm_poll_descriptors(microphones.pcm, &descriptors, 1) == 1)
        var wakes = 0
        var read = 0
        while read < 8000 {
            #expect(poll(&descriptors, 1, 1000) == 1)
            var events: UInt16 = 0
            #expect(snd_pcm_poll_descriptors_revents(microphones.pcm, &descriptors, 1, &events) == 0)
            wakes += 1
            if events != 0 { read += try microphones.read(frames: 160).count / 4 }
        }
        #expect(wakes <= 50)
    }

    @Test func `a capture that is not read in time is an XRUN, also after whole buffers`() async throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones(.init(buffer: 640))
        try microphones.start()
        try await Task.sleep(for: .milliseconds(95))
        #expect(throws: ALSAError(call: "readi", code: -EPIPE)) { try microphones.read(frames: 160) }
        #expect(microphones.state == SND_PCM_STATE_XRUN)
        #expect(scene.room.xruns(.microphones) == 1)
        try microphones.prepare()
        try microphones.start()
        #expect(try microphones.read(frames: 160).count == 640)
    }

    @Test func `a drain ends when the last frame has met the converter`() throws {
        let scene = try TestRoom()
        let speaker = try scene.loudspeaker()
        try speaker.write(whiteNoise(9600))
        let before = room_now_ns()
        try speaker.start()
        try SoundCard.check("drain", snd_pcm_drain(speaker.pcm))
        let milliseconds = Double(room_now_ns() - before) / 1e6
        #expect(milliseconds >= 199)
        #expect(speaker.state == SND_PCM_STATE_SETUP)
        #expect(!scene.room.isRunning(.loudspeaker))
    }
}
