import Cloud
import Failures
import Testing

@Suite struct EventQueueTests {
    @Test func `elements come in order, then the end, and its failure`() async throws {
        let queue = EventQueue<Int>()
        for i in 0..<1_000 { queue.push(i) }
        queue.finish(throwing: Failure(.groq, .overloaded, "x"))
        queue.push(1_000)
        var taken: [Int] = []
        await #expect(throws: Failure.self) { for try await i in queue.throwingStream() { taken.append(i) } }
        #expect(taken == Array(0..<1_000))
    }

    @Test func `the producer learns when the consumer has caught up, and when it is gone`() async throws {
        let notes = Notes<String>()
        let queue = EventQueue<Int>(lowWater: 10)
        queue.setHooks(onDrained: { notes.add("drained") }, onAbandoned: { notes.add("abandoned") })
        #expect(queue.push(1, weight: 8) == 8)
        #expect(queue.push(2, weight: 8) == 16)
        for await i in queue.stream() {
            #expect(notes.all == ["drained"])
            if i == 2 { break }
        }
        #expect(notes.all == ["drained", "abandoned"])
        #expect(queue.push(3) == 0)
    }

    @Test func `cancelling a consumer that waits ends its wait`() async throws {
        let notes = Notes<String>()
        let queue = EventQueue<Int>()
        queue.setHooks(onAbandoned: { notes.add("abandoned") })
        let stream = queue.stream()
        let consumer = Task { for await _ in stream {} }
        try await Task.sleep(for: .milliseconds(20))
        consumer.cancel()
        await consumer.value
        #expect(notes.all == ["abandoned"])
    }

    @Test func `a back-off doubles, stays under its bound, and is never the same for everybody`() {
        var first = Set<Int>()
        for _ in 0..<50 {
            var backOff = BackOff(firstMilliseconds: 100, longestMilliseconds: 400)
            let waits = (0..<5).map { _ in backOff.next() }
            first.insert(waits[0])
            for (wait, whole) in zip(waits, [100, 200, 400, 400, 400]) { #expect((whole / 2...whole).contains(wait)) }
        }
        #expect(first.count > 5)
    }
}
