import Stage
import Testing

@Suite struct `An answer beside its undisturbed self` {
    /// Two seconds of a buzz with a pause in it, after 100 ms of silence.
    private static let buzz: [Int16] = (0..<33_600).map { i in
        guard i >= 1600, !(20_000..<22_400).contains(i) else { return 0 }
        return Int16((i * 37 + i * i / 900) % 4001 - 2000)
    }

    private func changed(from start: Int, by factor: Double) -> [Int16] {
        Self.buzz.enumerated().map { $0 < start ? $1 : Int16(Double($1) * factor) }
    }

    @Test func `is quieter from the sample on at which it was ducked`() throws {
        let undisturbed = try #require(UndisturbedAnswer(recorded: Self.buzz))
        let shifted = [Int16](repeating: 0, count: 480) + changed(from: 15_000, by: 0.25)
        let level = try #require(undisturbed.compare(shifted, from: 2000))
        let quieter = try #require(level.firstQuieter(from: 14_000))
        #expect(abs(quieter - 15_480) <= 80, "\(quieter)")
    }

    @Test func `is not quieter in a pause of its own`() throws {
        let undisturbed = try #require(UndisturbedAnswer(recorded: Self.buzz))
        let level = try #require(undisturbed.compare(Self.buzz, from: 1600))
        #expect(level.firstQuieter(from: 4000) == nil)
    }

    @Test func `tells nothing when it was quiet before`() throws {
        let undisturbed = try #require(UndisturbedAnswer(recorded: Self.buzz))
        let level = try #require(undisturbed.compare(changed(from: 12_000, by: 0.2), from: 1600))
        #expect(level.firstQuieter(from: 15_000) == nil)
    }

    @Test func `tells nothing of another answer`() throws {
        let undisturbed = try #require(UndisturbedAnswer(recorded: Self.buzz))
        let other: [Int16] = (0..<33_600).map { $0 < 1600 ? 0 : Int16(($0 * 7919) % 3001 - 1500) }
        #expect(undisturbed.compare(other, from: 1600) == nil)
    }
}

@Suite struct `The recording of a scene` {
    private func sound(person: Range<Int>, box: [Range<Int>]) -> SceneSound {
        var sound = SceneSound(
            startNanoseconds: 0, person: [Int16](repeating: 0, count: 32_000), box: [Int16](repeating: 0, count: 32_000))
        for i in person { sound.person[i] = 1000 }
        for range in box { for i in range { sound.box[i] = 500 } }
        return sound
    }

    @Test func `times a barge-in from the first sample of voice to the last of the answer`() throws {
        let scene = sound(person: 8000..<20_000, box: [0..<11_200])
        let milliseconds = try #require(scene.bargeIn(onset: 450_000_000))
        #expect(abs(milliseconds - 200) < 0.1)
    }

    @Test func `knows that the box did not stop`() {
        #expect(sound(person: 8000..<20_000, box: [0..<32_000]).bargeIn(onset: 450_000_000) == nil)
    }

    @Test func `does not take a pause of the answer for its end`() throws {
        let scene = sound(person: 8000..<20_000, box: [0..<9000, 13_000..<16_000])
        let milliseconds = try #require(scene.bargeIn(onset: 450_000_000, silenceMilliseconds: 700))
        #expect(abs(milliseconds - 500) < 0.1)
    }

    @Test func `finds the pause that a noise made`() {
        let scene = sound(person: 0..<10, box: [0..<9000, 9100..<12_000, 20_000..<32_000])
        #expect(scene.longestPause(from: 8000, to: 24_000) == 12_000..<20_000)
    }
}
