import Rehearsal

/// Which searches the stand-in of the web search saw, turn by turn.
struct LookUps {
    struct Search {
        var query: String
        var results: Int
        /// From the query to its results, by the stand-in's log.
        var milliseconds: Double
        fileprivate var nanoseconds: Int64
    }

    /// As many as there are turns.
    let byTurn: [[Search]]

    init(_ record: Scene.Record) {
        let searches = Self.searches(record.services)
        // A turn's searches lie between the person's first sample and the next turn's.
        let starts = record.turns.map { $0.stamps["speechStart"] ?? .max }
        byTurn = starts.indices.map { turn in
            let end = turn + 1 < starts.count ? starts[turn + 1] : .max
            return searches.filter { $0.nanoseconds >= starts[turn] && $0.nanoseconds < end }
        }
    }

    private static func searches(_ log: [RehearsalEvent]) -> [Search] {
        log.indices.filter { log[$0].kind == .searchRequested }.map { index in
            let asked = log[index]
            let answer = log[index...].first {
                $0.kind == .searchAnswered && $0.connection == asked.connection && $0.context == asked.context
            }
            return Search(
                query: asked.text ?? "", results: answer?.samples ?? 0,
                milliseconds: answer.map { Double($0.nanoseconds - asked.nanoseconds) / 1e6 } ?? 0, nanoseconds: asked.nanoseconds
            )
        }
    }
}
