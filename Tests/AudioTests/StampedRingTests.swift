import Audio
import Testing

@Suite struct `A ring of stamped blocks` {
    private func stamp(_ index: Int) -> FrameStamp {
        FrameStamp(firstSample: Int64(index) * 160, time: MonotonicTime(nanoseconds: Int64(index) * 10_000_000))
    }

    @Test func `gives back what was put in, in order, and nothing more`() {
        let ring = StampedRing(blocks: 4, samplesPerBlock: 3)
        var block: [Int32] = [0, 0, 0]
        #expect(ring.read(into: &block) == nil)
        for round in 0..<10 {
            #expect(ring.write(stamp: stamp(round), samples: [Int32(round), -1, .max]))
            #expect(ring.count == 1)
            #expect(ring.read(into: &block) == stamp(round))
            #expect(block == [Int32(round), -1, .max])
        }
    }

    @Test func `refuses a block when it is full and keeps those that wait`() {
        let ring = StampedRing(blocks: 2, samplesPerBlock: 1)
        #expect(ring.write(stamp: stamp(0), samples: [10]))
        #expect(ring.write(stamp: stamp(1), samples: [11]))
        #expect(!ring.write(stamp: stamp(2), samples: [12]))
        var block: [Int32] = [0]
        #expect(ring.read(into: &block) == stamp(0))
        #expect(block == [10])
        #expect(ring.write(stamp: stamp(3), samples: [13]))
    }

    @Test func `loses nothing between two threads`() async {
        let ring = StampedRing(blocks: 8, samplesPerBlock: 4)
        let count = 20_000
        let writer = Task.detached {
            for index in 0..<count {
                let block = [Int32](repeating: Int32(index), count: 4)
                while !ring.write(
                    stamp: FrameStamp(firstSample: Int64(index), time: MonotonicTime(nanoseconds: 0)), samples: block)
                {
                    await Task.yield()
                }
            }
        }
        var block = [Int32](repeating: 0, count: 4)
        var seen = 0
        while seen < count {
            guard let stamp = ring.read(into: &block) else {
                await Task.yield()
                continue
            }
            guard stamp.firstSample == Int64(seen), block.allSatisfy({ $0 == Int32(seen) }) else {
                Issue.record("block \(seen) came as \(stamp.firstSample) with \(block)")
                break
            }
            seen += 1
        }
        await writer.value
        #expect(seen == count)
    }
}
