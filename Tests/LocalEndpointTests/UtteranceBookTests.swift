import Audio
import Conversation
import LocalEndpoint
import Testing

@Suite struct UtteranceBookTests {
    private let first = UtteranceID(1)
    private let second = UtteranceID(2)

    private func at(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// 100 ms of the first utterance, then 50 ms of the second, at 16 kHz.
    private func book() -> UtteranceBook {
        var book = UtteranceBook(rateHz: 16_000)
        book.queued(800, of: first, at: 0)
        book.queued(800, of: first, at: 800)
        book.queued(800, of: second, at: 1600)
        return book
    }

    @Test func `an utterance plays with its first sample and has played with its last`() {
        var book = book()
        #expect(book.finished(first, at: at(0)).isEmpty)
        #expect(book.heard(from: 0, upTo: 160, time: at(1010)) == [.playing(first, at: at(1000))])
        #expect(book.heard(from: 160, upTo: 1440, time: at(1090)).isEmpty)
        let events = book.heard(from: 1440, upTo: 1760, time: at(1110))
        #expect(
            events == [
                .playing(second, at: at(1100)), .played(HeardPosition(utterance: first, samples: 1600, time: at(1100))),
            ])
    }

    @Test func `an utterance that is finished after its last sample has played at that sample's instant`() {
        var book = book()
        _ = book.heard(from: 0, upTo: 2400, time: at(1150))
        let events = book.finished(second, at: at(2000))
        #expect(events == [.played(HeardPosition(utterance: second, samples: 800, time: at(1150)))])
    }

    @Test func `an utterance without a sample has played when it is finished`() {
        var book = book()
        let third = UtteranceID(3)
        #expect(book.finished(third, at: at(7)) == [.played(HeardPosition(utterance: third, samples: 0, time: at(7)))])
    }

    @Test func `a drop says what was heard and forgets the rest for good`() {
        var book = book()
        _ = book.heard(from: 0, upTo: 400, time: at(1025))
        #expect(book.dropped(upTo: 2400) == HeardPosition(utterance: first, samples: 400, time: at(1025)))
        #expect(book.position == nil)
        #expect(book.finished(first, at: at(2000)).isEmpty)
        #expect(book.finished(second, at: at(2000)).isEmpty)
    }

    @Test func `a drop before the first sample has nothing to say`() {
        var book = book()
        #expect(book.dropped(upTo: 2400) == nil)
    }

    @Test func `what was queued after the drop stays`() {
        var book = book()
        _ = book.heard(from: 0, upTo: 400, time: at(1025))
        _ = book.dropped(upTo: 1600)
        _ = book.finished(second, at: at(1030))
        let events = book.heard(from: 1600, upTo: 2400, time: at(1100))
        #expect(
            events == [
                .playing(second, at: at(1050)), .played(HeardPosition(utterance: second, samples: 800, time: at(1100))),
            ])
    }
}
