import Rehearsal

/// When a provider was at work for the daemon, by the providers' own log. Times that overlap count once.
public struct ProviderTime: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC, sorted by their beginnings.
    private let intervals: [Range<Int64>]

    /// From each request to what answers it: Finalize to its transcript, a model's request to the word that completes the first
    /// clause (or its tool call), a search to its results, a text to be spoken to its first sound.
    public init(_ log: [RehearsalEvent]) {
        let pairs: [(RehearsalEvent.Kind, RehearsalEvent.Kind)] = [
            (.finalizeReceived, .finalSent), (.speechTextReceived, .firstAudioSent), (.searchRequested, .searchAnswered),
            (.modelRequested, .toolCallSent),
        ]
        let plain = pairs.flatMap { asked, answered in
            log.indices.filter { log[$0].kind == asked }.compactMap { index in
                Self.answer(to: index, answered, in: log).map { log[index].nanoseconds..<$0.nanoseconds }
            }
        }
        let models = log.indices.filter { log[$0].kind == .modelRequested }.compactMap { Self.firstClause(of: $0, in: log) }
        intervals = (plain + models).sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Nanoseconds between two instants in which some provider was at work.
    public func nanoseconds(from start: Int64, to end: Int64) -> Int64 {
        var reached = start
        var sum: Int64 = 0
        for interval in intervals {
            let (from, to) = (max(reached, interval.lowerBound), min(end, interval.upperBound))
            guard to > from else { continue }
            sum += to - from
            reached = to
        }
        return sum
    }

    private static func answer(to index: Int, _ kind: RehearsalEvent.Kind, in log: [RehearsalEvent]) -> RehearsalEvent? {
        let asked = log[index]
        return log[(index + 1)...].first {
            $0.kind == kind && $0.connection == asked.connection && $0.context == asked.context
                && (kind != .finalSent || $0.isFinalizeAnswer == true)
        }
    }

    /// A model writes on while its first clause is spoken, which holds nothing up. Its tokens come at an even pace: the clause
    /// was there after its share of the answer's words. Without an answer's end in the log, the first token ends the interval, so
    /// that what is not known counts as the daemon's.
    private static func firstClause(of index: Int, in log: [RehearsalEvent]) -> Range<Int64>? {
        guard let first = answer(to: index, .firstTokenSent, in: log) else { return nil }
        let start = log[index].nanoseconds
        guard let all = answer(to: index, .allTokensSent, in: log),
            let clause = log[(index + 1)...].first(where: { $0.kind == .speechTextReceived && $0.nanoseconds > first.nanoseconds }
            )
        else { return start..<first.nanoseconds }
        let share = min(1, Double(words(clause.text)) / Double(max(1, words(all.text))))
        return start..<(first.nanoseconds + Int64(share * Double(all.nanoseconds - first.nanoseconds)))
    }

    private static func words(_ text: String?) -> Int { text?.split(separator: " ").count ?? 0 }
}
