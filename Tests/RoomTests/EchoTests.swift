import CALSA
import CRoom
import Stage
import Testing

@Suite(.ownThread, .serialized) struct `What the microphones hear` {
    /// Plays `sound` (48 kHz) and records; keeps a second of buffer ahead.
    private func record(_ scene: TestRoom, playing sound: [Int16], frames: Int, speaker: SoundCard.Shape = .speaker) throws
        -> (heard: [[Double]], played: [Double])
    {
        let microphones = try scene.microphones()
        let loudspeaker = try scene.loudspeaker(speaker)
        try microphones.start()
        let (available, nanoseconds) = try microphones.available()
        let start = nanoseconds - Int64(available) * 62_500
        let ahead = min(sound.count, Int(speaker.buffer))
        try loudspeaker.write(Array(sound[..<ahead]))
        try loudspeaker.start()
        var written = ahead
        var heard: [Int32] = []
        while heard.count < 4 * frames {
            heard += try microphones.read(frames: 1600)
            let next = min(sound.count, written + Int(speaker.rateHz) / 10)
            if next > written { try loudspeaker.write(Array(sound[written..<next])) }
            written = next
        }
        let scenery = scene.room.sound(from: start, to: start + Int64(frames) * 62_500)
        return ((0..<4).map { channel($0, of: 4, heard) }, scenery.box.map(Double.init))
    }

    @Test func `the loudspeaker comes back 10 dB quieter, later at every microphone, with reverberation`() throws {
        let scene = try TestRoom()
        let (heard, played) = try record(scene, playing: whiteNoise(48_000 * 2), frames: 24_000)
        let steady = 8_000..<24_000
        let playedLevel = powerDecibels(played[steady])
        #expect(playedLevel > 60)
        for (k, microphone) in heard.enumerated() {
            #expect(abs(powerDecibels(microphone[steady]) - playedLevel + 10) < 1)
            let lag = bestLag(Array(microphone[steady]), behind: Array(played[steady]), most: 400)
            #expect(abs(lag - (192 + 4 * k)) <= 1)
        }
        // Each microphone has its own reflections.
        let difference = zip(heard[0][steady], heard[1][steady].dropFirst(4)).map { $0 - $1 }
        #expect(powerDecibels(difference) > playedLevel - 20)
    }

    @Test(arguments: [(Double(20), 25.0), (6.0, 5.0)])
    func `echo return loss and delay are the room's own`(loss: Double, delay: Double) throws {
        var settings = TestRoom.quiet()
        settings.echoReturnLossDecibels = loss
        settings.echoDelayMilliseconds = delay
        let (heard, played) = try record(try TestRoom(settings), playing: whiteNoise(48_000), frames: 16_000)
        let steady = 8_000..<15_000
        #expect(abs(powerDecibels(heard[0][steady]) - powerDecibels(played[steady]) + loss) < 1)
        #expect(abs(bestLag(heard[0], behind: played, most: 500) - Int(delay * 16)) <= 1)
    }

    @Test func `the echo dies away within the reverberation time`() throws {
        let scene = try TestRoom()
        let (heard, played) = try record(
            scene, playing: whiteNoise(24_000) + [Int16](repeating: 0, count: 72_000), frames: 24_000)
        let last = try #require(played.lastIndex { abs($0) > 8 })
        func level(_ milliseconds: Int) -> Double {
            powerDecibels(heard[0][(last + milliseconds * 16)..<(last + (milliseconds + 40) * 16)])
        }
        #expect(level(40) < powerDecibels(heard[0][6000..<8000]))
        #expect(level(40) > 20)
        #expect(level(140) < level(40) - 8)
        #expect(level(360) < 0)
    }

    @Test func `what is played at 44.1 kHz sounds at its pitch`() throws {
        var settings = TestRoom.quiet()
        settings.loudspeaker.rateHz = 44_100
        let shape = SoundCard.Shape(channels: 2, rateHz: 44_100, period: 441, buffer: 44_100)
        let sound = tone(44_100, hertz: 1000, rateHz: 44_100, peak: 8000)
        let (heard, played) = try record(try TestRoom(settings), playing: sound, frames: 12_800, speaker: shape)
        #expect(toneShare(Array(played[4000..<12_000]), hertz: 1000, rateHz: 16_000) > 0.9999)
        #expect(toneShare(Array(heard[3][8000..<12_000]), hertz: 1000, rateHz: 16_000) > 0.999)
        #expect(abs(powerDecibels(played[4000..<12_000]) - powerDecibels(sound.map(Double.init))) < 0.1)
    }

    @Test func `what the room's rate cannot carry does not come back as something else`() throws {
        let sound = tone(48_000, hertz: 12_000, rateHz: 48_000, peak: 16_000)
        let (_, played) = try record(try TestRoom(), playing: sound, frames: 12_800)
        #expect(powerDecibels(played[4000..<12_000]) < powerDecibels(sound.map(Double.init)) - 60)
    }

    @Test func `the person is heard by every microphone, from where they stand`() throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones()
        try microphones.start()
        let (available, nanoseconds) = try microphones.available()
        let start = nanoseconds - Int64(available) * 62_500
        let words = whiteNoise(12_000, peak: 3000)
        let onset = scene.room.speak(words)
        let heard = try microphones.read(frames: 16_000)
        let first = Int((onset - start) / 62_500)
        let lags = (0..<4).map { k in
            bestLag(Array(channel(k, of: 4, heard)[first..<(first + 11_000)]), behind: words.map(Double.init), most: 200)
        }
        for k in 0..<4 {
            let voice = channel(k, of: 4, heard)[(first + 3000)..<(first + 11_000)]
            #expect(abs(powerDecibels(voice) - powerDecibels(words.map(Double.init))) < 1)
            #expect(powerDecibels(channel(k, of: 4, heard)[..<(first + 40)]) < 10)
            #expect(abs(lags[k] - 70) <= 3)
        }
        // Microphone 0 stands nearer to a talker at 30 degrees than microphone 2 across.
        #expect(lags[0] < lags[2])
    }

    @Test func `the background is another one at every microphone`() throws {
        let scene = try TestRoom()
        scene.room.playNoise(whiteNoise(32_000, peak: 500))
        let microphones = try scene.microphones()
        try microphones.start()
        let heard = try microphones.read(frames: 8000)
        let a = channel(0, of: 4, heard)
        let b = channel(1, of: 4, heard)
        let likeness = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (a.reduce(0) { $0 + $1 * $1 })
        #expect(powerDecibels(a) > 40)
        #expect(abs(likeness) < 0.1)
    }

    @Test func `two microphones in 32 bits at 48 kHz hear the same`() throws {
        var settings = TestRoom.quiet()
        settings.microphones = .init(channels: 2, rateHz: 48_000, sampleBits: 32)
        let scene = try TestRoom(settings)
        let shape = SoundCard.Shape(channels: 2, rateHz: 48_000, format: SND_PCM_FORMAT_S32_LE, period: 480, buffer: 48_000)
        let microphones = try scene.microphones(shape)
        try microphones.start()
        scene.room.speak(tone(16_000, hertz: 1000, rateHz: 16_000, peak: 4000))
        let heard = channel(1, of: 2, try microphones.read(frames: 48_000))
        let steady = Array(heard[24_000..<43_200])
        #expect(toneShare(steady, hertz: 1000, rateHz: 48_000) > 0.999)
        #expect(powerDecibels(steady) > 60)
        // More than 16 bits: the samples do not lie on 16-bit steps.
        #expect(steady.contains { $0 != $0.rounded() })
    }
}
