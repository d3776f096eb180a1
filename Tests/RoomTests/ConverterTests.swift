import CALSA
import CRoom
import Stage
import Testing

@Suite(.ownThread, .serialized) struct `What the loudspeaker's converter really plays` {
    /// The box's recording from `start` on, so far.
    private func played(_ scene: TestRoom, from start: Int64) -> [Int16] { scene.room.sound(from: start, to: room_now_ns()).box }

    @Test func `what is dropped before the converter is not heard`() async throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones()
        let speaker = try scene.loudspeaker()
        try microphones.start()
        let start = room_now_ns()
        // A tenth of a second of silence, then noise that must never sound.
        try speaker.write([Int16](repeating: 0, count: 14_400) + whiteNoise(9_600, peak: 20_000))
        try speaker.start()
        _ = try microphones.read(frames: 800)
        let ahead = try speaker.delay()
        try speaker.drop()
        #expect(ahead > 9_600)
        let heard = try microphones.read(frames: 6400)
        #expect(heard.allSatisfy { abs($0) <= 65_536 })
        #expect(played(scene, from: start).allSatisfy { abs($0) <= 1 })
        #expect(!scene.room.boxIsSounding(within: 400))
    }

    @Test func `the delay tells how much was heard at a drop`() async throws {
        let scene = try TestRoom()
        let speaker = try scene.loudspeaker()
        let written = whiteNoise(24_000, peak: 20_000)
        try speaker.write(written)
        let start = room_now_ns()
        try speaker.start()
        try await Task.sleep(for: .milliseconds(200))
        let before = written.count - (try speaker.delay())
        try speaker.drop()
        try await Task.sleep(for: .milliseconds(20))
        let sound = played(scene, from: start)
        let first = try #require(sound.firstIndex { abs($0) > 50 })
        let last = try #require(sound.lastIndex { abs($0) > 50 })
        // Between the two calls a busy machine may pause this test: later is possible, earlier is not.
        #expect((last - first) * 3 >= before - 100)
        #expect((last - first) * 3 <= before + 4800)
        #expect(last < sound.count - 16 * 15)
    }

    @Test func `time stamps tell when a sample meets the converter`() async throws {
        let scene = try TestRoom()
        let speaker = try scene.loudspeaker()
        // Frame 12000 is the first that sounds.
        try speaker.write([Int16](repeating: 0, count: 12_000) + whiteNoise(9_600, peak: 20_000))
        let start = room_now_ns()
        try speaker.start()
        try await Task.sleep(for: .milliseconds(50))
        let (available, nanoseconds) = try speaker.available()
        let position = 21_600 + available - Int(speaker.shape.buffer)
        let predicted = nanoseconds + Int64(12_000 - position) * 1_000_000_000 / 48_000
        try await Task.sleep(for: .milliseconds(300))
        let scenery = scene.room.sound(from: start, to: room_now_ns())
        let first = try #require(scenery.box.firstIndex { abs($0) > 200 })
        #expect(abs(scenery.index(of: predicted) - first) <= 16)
    }

    @Test func `a loudspeaker that runs dry is silent`() async throws {
        let scene = try TestRoom()
        let speaker = try scene.loudspeaker(.shortSpeaker)
        try speaker.write(whiteNoise(1920))
        let start = room_now_ns()
        try speaker.start()
        try await Task.sleep(for: .milliseconds(120))
        #expect(throws: ALSAError(call: "writei", code: -EPIPE)) { try speaker.write(whiteNoise(480)) }
        let sound = played(scene, from: start)
        let first = try #require(sound.firstIndex { abs($0) > 50 })
        let last = try #require(sound.lastIndex { abs($0) > 50 })
        #expect(abs(last - first - 640) <= 32)
        #expect(scene.room.xruns(.loudspeaker) == 1)
    }

    @Test func `what is rewound and written anew replaces what was there`() async throws {
        let scene = try TestRoom()
        let speaker = try scene.loudspeaker()
        let start = room_now_ns()
        try speaker.write([Int16](repeating: 0, count: 9_600) + whiteNoise(9_600, peak: 20_000))
        try speaker.start()
        #expect(snd_pcm_rewind(speaker.pcm, 9_600) == 9_600)
        try speaker.write([Int16](repeating: 0, count: 9_600))
        try await Task.sleep(for: .milliseconds(450))
        #expect(played(scene, from: start).allSatisfy { abs($0) <= 1 })
    }

    @Test func `a stereo sound is heard as the mean of its channels`() async throws {
        let scene = try TestRoom()
        let speaker = try scene.loudspeaker()
        let left = tone(9_600, hertz: 500, rateHz: 48_000, peak: 8000)
        let start = room_now_ns()
        let block: [Int16] = left.flatMap { [$0, 0] as [Int16] }
        #expect(snd_pcm_writei(speaker.pcm, block, 9_600) == 9_600)
        try speaker.start()
        try await Task.sleep(for: .milliseconds(250))
        let loudest = played(scene, from: start).map { abs(Int($0)) }.max() ?? 0
        #expect(abs(loudest - 4000) < 200)
    }
}
