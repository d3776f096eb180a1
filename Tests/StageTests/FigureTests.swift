import Stage
import Testing

@Suite struct `A figure` {
    @Test func `keeps its distribution to a thousandth`() throws {
        let figure = Figure(
            "voice to voice", .milliseconds, group: "A turn", method: "…", values: (1...100).map { Double($0) / 2 })
        let summary = try #require(figure.summary)
        #expect(summary.count == 100)
        for (seen, wanted) in [
            (summary.min, 0.5), (summary.p50, 25), (summary.p90, 45), (summary.p95, 47.5), (summary.p99, 49.5), (summary.max, 50),
        ] {
            #expect(abs(seen - wanted) <= wanted / 1000 + 0.001, "\(seen), not \(wanted)")
        }
    }

    @Test func `has its unit in the name that programs read`() {
        #expect(Figure("voice to voice, hold", .milliseconds, group: "", method: "").key == "voice_to_voice_hold_ms")
        #expect(Figure("CPU of one core", .percent, group: "", method: "").key == "cpu_of_one_core_percent")
    }

    @Test func `counts what lies below zero instead of hiding it`() {
        let figure = Figure("added latency", .milliseconds, group: "", method: "", values: [-3, 4])
        #expect(figure.belowZero == 1)
        #expect(figure.count == 2)
        #expect(figure.summary?.min == 0)
    }

    @Test func `that was not measured has no summary`() {
        #expect(Figure("instructions", .millionsPerSecond, group: "", method: "").summary == nil)
    }

    @Test func `puts every value into one bin of its picture`() {
        let figure = Figure("start", .milliseconds, group: "", method: "", values: [0, 1, 5, 9, 10, 400])
        let bins = figure.bins(10, over: 0...10)
        #expect(bins.reduce(0, +) == 6)
        #expect(bins[0] == 1 && bins[1] == 1 && bins[5] == 1 && bins[9] == 3)
    }
}
