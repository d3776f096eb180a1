import Audio
import Conversation
import Hardware

/// Keeps account of which samples of the reply stream belong to which utterance, and turns what became of the stream
/// into what became of the utterances. A pure value.
package struct UtteranceBook: Sendable {
    /// A run of the stream that belongs to one utterance.
    private struct Passage: Sendable {
        var utterance: UtteranceID
        var start: Int64
        var end: Int64
    }

    /// What is known of an utterance whose end was not yet reported.
    private struct Account: Sendable {
        var utterance: UtteranceID
        var queued: Int64 = 0
        var heard: Int64 = 0
        var heardTime: MonotonicTime
        var isFinished = false
    }

    private let rateHz: Int
    private var passages: [Passage] = []
    private var accounts: [Account] = []
    private var latestDropped: UtteranceID?

    package init(rateHz: Int) { self.rateHz = rateHz }

    /// Whether no utterance is queued or sounding.
    package var isEmpty: Bool { accounts.isEmpty }

    /// `count` samples of `utterance` were queued at `start`.
    package mutating func queued(_ count: Int, of utterance: UtteranceID, at start: Int64) {
        let end = start + Int64(count)
        if let last = passages.last, last.utterance == utterance, last.end == start {
            passages[passages.count - 1].end = end
        } else {
            passages.append(Passage(utterance: utterance, start: start, end: end))
        }
        if let i = accounts.firstIndex(where: { $0.utterance == utterance }) {
            accounts[i].queued += Int64(count)
        } else {
            accounts.append(Account(utterance: utterance, queued: Int64(count), heardTime: MonotonicTime(nanoseconds: 0)))
        }
    }

    /// No more comes for `utterance`. One that never had a sample is over at once, unless it was dropped before.
    package mutating func finished(_ utterance: UtteranceID, at now: MonotonicTime) -> [EndpointEvent] {
        if let i = accounts.firstIndex(where: { $0.utterance == utterance }) {
            accounts[i].isFinished = true
            return closeAccounts()
        }
        if let latestDropped, utterance <= latestDropped { return [] }
        return [.played(HeardPosition(utterance: utterance, samples: 0, time: now))]
    }

    /// The samples `from..<upTo` of the stream were heard, the last of them at `time`.
    package mutating func heard(from: Int64, upTo: Int64, time: MonotonicTime) -> [EndpointEvent] {
        var events: [EndpointEvent] = []
        for passage in passages where passage.start < upTo && passage.end > from {
            let first = max(from, passage.start)
            let last = min(upTo, passage.end)
            guard let i = accounts.firstIndex(where: { $0.utterance == passage.utterance }) else { continue }
            if accounts[i].heard == 0 {
                events.append(.playing(passage.utterance, at: instant(of: first, given: upTo, at: time)))
            }
            accounts[i].heard += last - first
            accounts[i].heardTime = instant(of: last, given: upTo, at: time)
        }
        passages.removeAll { $0.end <= upTo }
        return events + closeAccounts()
    }

    /// How far the utterance that sounds, or sounded last and is not over, was heard.
    package var position: HeardPosition? {
        accounts.last { $0.heard > 0 }
            .map { HeardPosition(utterance: $0.utterance, samples: $0.heard, time: $0.heardTime) }
    }

    /// Everything before `end` of the stream was forgotten.
    /// - Returns: how far what sounded was heard.
    package mutating func dropped(upTo end: Int64) -> HeardPosition? {
        let position = position
        passages.removeAll { $0.end <= end }
        for i in passages.indices { passages[i].start = max(passages[i].start, end) }
        for account in accounts where !passages.contains(where: { $0.utterance == account.utterance }) {
            latestDropped = max(latestDropped ?? account.utterance, account.utterance)
        }
        accounts.removeAll { account in !passages.contains { $0.utterance == account.utterance } }
        for i in accounts.indices { accounts[i].queued = accounts[i].heard + remaining(of: accounts[i].utterance) }
        return position
    }

    private func remaining(of utterance: UtteranceID) -> Int64 {
        passages.reduce(0) { $1.utterance == utterance ? $0 + $1.end - $1.start : $0 }
    }

    private func instant(of index: Int64, given known: Int64, at time: MonotonicTime) -> MonotonicTime {
        time.advanced(byNanoseconds: (index - known) * 1_000_000_000 / Int64(rateHz))
    }

    /// Reports the utterances that were heard to their ends.
    private mutating func closeAccounts() -> [EndpointEvent] {
        let done = accounts.filter { $0.isFinished && $0.heard == $0.queued }
        accounts.removeAll { $0.isFinished && $0.heard == $0.queued }
        return done.map { .played(HeardPosition(utterance: $0.utterance, samples: $0.heard, time: $0.heardTime)) }
    }
}
