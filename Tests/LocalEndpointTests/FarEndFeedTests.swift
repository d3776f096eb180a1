import Audio
import LocalEndpoint
import Testing

@Suite struct FarEndFeedTests {
    /// A loudspeaker at 16 kHz whose samples are their own index, so that what comes out says where it is from.
    private struct Bench: ~Copyable {
        let ring = StampedRing(blocks: 64, samplesPerBlock: 160)
        var relation = ClockRelation(microphoneRateHz: 16_000, loudspeakerRateHz: 16_000)
        var feed: FarEndFeed
        private var target = [Int16](repeating: 0, count: FarEndFeed.outputCapacity)

        init() throws {
            guard let feed = FarEndFeed(ring: ring, rateHz: 16_000) else { throw NoConverter() }
            self.feed = feed
        }

        struct NoConverter: Error {}

        func write(at index: Int, silent: Bool = false) {
            let block = (index..<index + 160).map { silent ? 0 : Int32($0) << 16 }
            let time = MonotonicTime(nanoseconds: Int64(index) * 62_500)
            _ = ring.write(stamp: FrameStamp(firstSample: Int64(index), time: time), samples: block)
        }

        mutating func take(upTo end: Int) -> [Int16] {
            feed.gather(into: &relation)
            let count = feed.feed(upTo: Int64(end), into: &target)
            return Array(target.prefix(count))
        }
    }

    @Test func `what is not played yet waits, what was played comes in order`() throws {
        var bench = try Bench()
        for block in 0..<5 { bench.write(at: block * 160) }
        #expect(bench.take(upTo: 200) == (0..<200).map { Int16($0) })
        #expect(bench.feed.distance(to: 200) == 0)
        #expect(bench.take(upTo: 360) == (200..<360).map { Int16($0) })
        #expect(bench.take(upTo: 1000) == (360..<800).map { Int16($0) })
    }

    @Test func `what the device was stopped in is cut, and the pause is silence`() throws {
        var bench = try Bench()
        for block in 0..<5 { bench.write(at: block * 160) }
        _ = bench.take(upTo: 300)
        bench.write(at: 320, silent: true)
        bench.write(at: 350)
        let expected = (300..<320).map { Int16($0) } + [Int16](repeating: 0, count: 30) + (350..<500).map { Int16($0) }
        #expect(bench.take(upTo: 500) == expected)
    }

    @Test func `a loudspeaker that stands still is silence, and its clock goes on`() throws {
        var bench = try Bench()
        bench.write(at: 0)
        _ = bench.take(upTo: 160)
        #expect(bench.take(upTo: 160 + 960).isEmpty)
        #expect(bench.take(upTo: 160 + 960 + 400) == [Int16](repeating: 0, count: 400))
        bench.write(at: 1600)
        #expect(bench.take(upTo: 1700).suffix(100) == (1600..<1700).map { Int16($0) }[...])
    }

    @Test func `a long absence is jumped over`() throws {
        var bench = try Bench()
        bench.write(at: 0)
        _ = bench.take(upTo: 160)
        _ = bench.take(upTo: 1_600_000)
        #expect(abs(bench.feed.distance(to: 1_600_000)) <= 1600)
    }
}
