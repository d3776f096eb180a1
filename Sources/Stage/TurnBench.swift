import CPlatform
import Histogram
import Rehearsal

/// Engine overhead over many turns (DESIGN.md section 7): from the instant at which the wait that ends a turn is satisfied to
/// the first sample at the converter, less the time in which a provider was busy, taken from the providers' own log.
public struct TurnBench: Sendable {
    /// One turn's figures, milliseconds.
    public struct Turn: Sendable {
        public var voiceToVoice: Double
        public var providers: Double
        public var overhead: Double
    }

    public var turns: [Turn] = []

    /// - Parameter log: what the providers saw and did during the whole run.
    public init(_ turns: [LoggedTurn], log: [RehearsalEvent]) {
        let busy = Self.busyIntervals(log)
        self.turns = turns.compactMap { turn in
            guard let committed = turn.stamps["turnCommitted"], let sounded = turn.stamps["firstSamplePlayed"],
                let ended = turn.stamps["speechEnd"], sounded > committed
            else { return nil }
            let providers = Self.covered(by: busy, from: committed, to: sounded)
            return Turn(
                voiceToVoice: Double(sounded - ended) / 1e6, providers: Double(providers) / 1e6,
                overhead: Double(sounded - committed - providers) / 1e6)
        }
    }

    /// A table: median, 95th percentile and worst of each figure.
    public var text: [String] {
        let rows: [(String, [Double])] = [
            ("voice to voice", turns.map(\.voiceToVoice)), ("providers, after the turn was committed", turns.map(\.providers)),
            ("engine overhead", turns.map(\.overhead)),
        ]
        let head =
            "".padded(to: 42) + ["median", "p95", "worst"].map { $0.aligned(to: 9) }.joined() + "   ms, \(turns.count) turns"
        return [head]
            + rows.map { name, values in
                let spread = Self.spread(values)
                return name.padded(to: 42) + [spread.median, spread.p95, spread.worst].map { tenths($0).aligned(to: 9) }.joined()
            }
    }

    public var overheadP95: Double { Self.spread(turns.map(\.overhead)).p95 }

    private static func spread(_ milliseconds: [Double]) -> (median: Double, p95: Double, worst: Double) {
        var histogram = Histogram<UInt32>(
            lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: .three)
        for value in milliseconds { histogram.record(UInt64(max(0, value) * 1000)) }
        func percentile(_ p: Double) -> Double { Double(histogram.valueAtPercentile(p)) / 1000 }
        return (percentile(50), percentile(95), percentile(100))
    }

    // MARK: When providers were busy

    private typealias Interval = (from: Int64, to: Int64)

    /// From each request to what answers it: Finalize to its transcript, a model's request to its last token (the bench has tokens
    /// come at once), a text to be spoken to its first sound.
    private static func busyIntervals(_ log: [RehearsalEvent]) -> [Interval] {
        let pairs: [(RehearsalEvent.Kind, RehearsalEvent.Kind)] = [
            (.finalizeReceived, .finalSent), (.modelRequested, .allTokensSent), (.speechTextReceived, .firstAudioSent),
        ]
        return pairs.flatMap { asked, answered in
            log.enumerated().compactMap { index, event -> Interval? in
                guard event.kind == asked else { return nil }
                let answer = log[(index + 1)...].first {
                    $0.kind == answered && $0.connection == event.connection && $0.context == event.context
                        && (answered != .finalSent || $0.isFinalizeAnswer == true)
                }
                return answer.map { (event.nanoseconds, $0.nanoseconds) }
            }
        }.sorted { $0.from < $1.from }
    }

    /// Nanoseconds between two instants that lie in at least one interval.
    private static func covered(by intervals: [Interval], from start: Int64, to end: Int64) -> Int64 {
        var reached = start
        var sum: Int64 = 0
        for interval in intervals {
            let (from, to) = (max(reached, interval.from), min(end, interval.to))
            guard to > from else { continue }
            sum += to - from
            reached = to
        }
        return sum
    }
}

extension TurnBench {
    /// Asks the same question again and again in the room and measures every turn. Speculation is off, so that the chain of a turn
    /// stands in one line behind its commit.
    public static func run(
        turns count: Int, programs: String, folder: String, progress: @escaping (String) -> Void
    ) async throws -> TurnBench {
        var options = RehearsalOptions()
        options.recognizer = .echo()
        options.delays.firstTokenMilliseconds = 60
        options.delays.tokenMilliseconds = 0
        options.delays.firstAudioMilliseconds = 40
        // flite begins with silence, which the daemon cuts away: with paced chunks it would wait for the first audible one.
        options.delays.audioChunkMilliseconds = 0
        var settings = Scene.Settings(programs: programs, folder: folder)
        settings.moreSettings = "[conversation]\nspeculate = false\nfollow_up_s = 0\n"
        let script = Script(lines: (0..<count).map { _ in Line("What is the capital of Portugal?", .flite("rms"), .tap) })
        let scene = try await Scene(script, settings, services: options, progress: progress)
        let record = try await scene.play()
        return TurnBench(record.turns, log: record.services)
    }
}
