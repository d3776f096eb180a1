import Hardware
import Testing

@Suite struct ReplyRingTests {
    private func write(_ values: [Int16], _ ring: ReplyRing) -> Int64? { values.withUnsafeBufferPointer { ring.write($0) } }

    private func read(_ limit: Int, _ ring: ReplyRing) -> [Int16] {
        var target = [Int16](repeating: -1, count: limit)
        let count = ring.read(into: &target, limit: limit)
        return Array(target.prefix(count))
    }

    @Test func `what was written comes out in order, and its positions never restart`() {
        let ring = ReplyRing(capacity: 8, rewindMargin: 2)
        for round in 0..<10 {
            let values = (0..<6).map { Int16(round * 10 + $0) }
            #expect(write(values, ring) == Int64(round * 6))
            #expect(read(10, ring) == values)
        }
        #expect(ring.written == 60 && ring.read == 60)
    }

    @Test func `more than the bound is refused as a whole`() {
        let ring = ReplyRing(capacity: 8, rewindMargin: 4)
        #expect(write([1, 2, 3, 4, 5, 6], ring) == 0)
        #expect(write([7, 8, 9], ring) == nil)
        #expect(ring.count == 6)
        #expect(write([7, 8], ring) == 6)
        #expect(read(8, ring) == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func `what was read but not heard can be read again, even when the ring is full`() {
        let ring = ReplyRing(capacity: 4, rewindMargin: 3)
        _ = write([1, 2, 3, 4], ring)
        _ = read(4, ring)
        _ = write([5, 6, 7, 8], ring)
        ring.rewind(to: 1)
        #expect(read(8, ring) == [2, 3, 4, 5, 6, 7, 8])
    }

    @Test func `skipping goes forward only, and not beyond what was written`() {
        let ring = ReplyRing(capacity: 8, rewindMargin: 2)
        _ = write([1, 2, 3, 4], ring)
        ring.skip(to: 3)
        ring.skip(to: 1)
        #expect(read(8, ring) == [4])
        ring.skip(to: 100)
        #expect(ring.read == 4)
    }
}
