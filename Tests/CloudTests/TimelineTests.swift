import Cloud
import Testing

@Suite struct WordsSaidTests {
    @Test func `what was said is not said again, and what is new is`() {
        var said = WordsSaid("turn on the")
        #expect(said.fresh(in: "Turn on") == "")
        said.settle("Turn on")
        #expect(said.fresh(in: "the light, please.") == "light, please.")
        said.settle("the light, please.")
        #expect(said.fresh(in: "And now?") == "And now?")
        #expect(WordsSaid("").fresh(in: "Stop.") == "Stop.")
        #expect(WordsSaid("turn off").fresh(in: "Turn on the light") == nil)
    }
}

@Suite struct TimelineTests {
    private func samples(_ count: Int) -> [Int16] { [Int16](repeating: 1, count: count) }

    @Test func `seconds of a connection are samples of the endpoint, over gaps and repeats`() {
        var timeline = AudioTimeline()
        timeline.beginConnection(leadSamples: 320)
        timeline.append(samples(16_000), firstSample: 100_000)
        timeline.append(samples(16_000), firstSample: 200_000)  // a gap
        timeline.append(samples(16_000), firstSample: 210_000)  // a repeat
        _ = timeline.take(48_000)
        #expect(timeline.sample(at: timeline.position(ofSeconds: 0)) == 100_000)
        #expect(timeline.sample(at: timeline.position(ofSeconds: 0.52)) == 108_000)
        #expect(timeline.sample(endingAt: timeline.position(ofSeconds: 1.02)) == 116_000)
        #expect(timeline.sample(at: timeline.position(ofSeconds: 1.02)) == 200_000)
        #expect(timeline.sample(at: timeline.position(ofSeconds: 2.52)) == 218_000)
        #expect(timeline.sample(endingAt: timeline.position(ofSeconds: 99)) == 226_000)
    }

    @Test func `a new connection hears again what was not settled, and counts from there`() {
        var timeline = AudioTimeline()
        timeline.beginConnection(leadSamples: 0)
        timeline.append(samples(32_000), firstSample: 0)
        _ = timeline.take(32_000)
        timeline.settle(upTo: timeline.position(ofSeconds: 1))
        timeline.beginConnection(leadSamples: 0)
        #expect(timeline.unsent == 16_000)
        _ = timeline.take(16_000)
        #expect(timeline.sample(at: timeline.position(ofSeconds: 0.5)) == 24_000)
    }

    @Test func `at most fifteen seconds are kept, the newest ones`() {
        var timeline = AudioTimeline()
        for second in 0..<60 { timeline.append(samples(16_000), firstSample: Int64(second) * 16_000) }
        #expect(timeline.unsent <= 16 * 16_000)
        #expect(timeline.sample(at: timeline.end) == 960_000)
        timeline.settleAll()
        #expect(timeline.unsent == 0)
    }

    @Test func `a backlog leaves as a burst and then at a quarter more than real time`() {
        var pacer = SendPacer(nowNanoseconds: 0)
        #expect(pacer.allowance(nowNanoseconds: 0) >= 9_600, "the pre-roll of 600 ms")
        pacer.spend(pacer.allowance(nowNanoseconds: 0))
        #expect(pacer.allowance(nowNanoseconds: 0) == 0)
        #expect((1_990...2_000).contains(pacer.allowance(nowNanoseconds: 100_000_000)))
        #expect(pacer.allowance(nowNanoseconds: 3_600_000_000_000) <= 16_000)
    }
}
