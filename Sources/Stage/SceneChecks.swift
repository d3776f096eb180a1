/// What must have happened in a scene; a demo ends well only if all of it did.
public struct SceneCheck: Sendable {
    public var claim: String
    public var holds: Bool
    public var seen: String

    public init(claim: String, holds: Bool, seen: String) {
        self.claim = claim
        self.holds = holds
        self.seen = seen
    }

    /// The share of words that a recognizer may get wrong before a question counts as not understood. The stand-in's is a small one that
    /// mishears a synthetic voice now and then, hence "most" below.
    public static let wordErrorBound = 0.34

    public static func all(_ script: Script, _ record: Scene.Record) -> [SceneCheck] {
        let pairs = Array(zip(script.lines, record.turns))
        return [
            SceneCheck(
                claim: "every question got a turn, and nothing else did", holds: record.turns.count == script.lines.count,
                seen: "\(record.turns.count) turns for \(script.lines.count) lines"),
            understood(pairs), startedAsMeant(pairs), endedAsMeant(script, record), stamped(record), notItself(script, record),
            cutShort(script, record),
        ] + lookUps(script, record) + [
            SceneCheck(
                claim: "the services found nothing wrong with what the daemon sent", holds: record.complaints.isEmpty,
                seen: record.complaints.isEmpty ? "no complaint" : record.complaints.joined(separator: "; ")),
            SceneCheck(
                claim: "SIGTERM ended it cleanly within 3 s", holds: record.exitStatus == 0 && record.millisecondsToStop < 3000,
                seen: "status \(record.exitStatus) after \(Int(record.millisecondsToStop)) ms"),
        ]
    }

    private static func understood(_ pairs: [(Line, LoggedTurn)]) -> SceneCheck {
        let rates = pairs.map { line, turn in
            line.words.isEmpty ? (turn.transcript.isEmpty ? 1 : 0) : wordErrorRate(said: line.words, heard: turn.transcript)
        }
        let understood = rates.count { $0 <= wordErrorBound }
        return SceneCheck(
            claim: "most questions were understood (at most \(Int(wordErrorBound * 100)) % of their words wrong)",
            holds: understood * 2 > rates.count, seen: "\(understood) of \(rates.count)")
    }

    private static func startedAsMeant(_ pairs: [(Line, LoggedTurn)]) -> SceneCheck {
        let wrong = pairs.filter { $0.0.manner.rawValue != $0.1.startedBy }
        return SceneCheck(
            claim: "every turn began as the person began it", holds: wrong.isEmpty,
            seen: wrong.isEmpty
                ? pairs.map(\.1.startedBy).joined(separator: ", ")
                : wrong.map { "\($0.0.manner.rawValue) taken for \($0.1.startedBy)" }.joined(separator: "; "))
    }

    private static func endedAsMeant(_ script: Script, _ record: Scene.Record) -> SceneCheck {
        let wanted = script.lines.indices.map { interrupted($0, script) ? "interrupted" : "answered" }
        let seen = record.turns.map(\.outcome)
        let answers = record.turns.allSatisfy { !$0.reply.isEmpty && !$0.heard.isEmpty }
        return SceneCheck(
            claim: "every question was answered aloud, save where it was interrupted", holds: seen == wanted && answers,
            seen: seen.joined(separator: ", "))
    }

    private static func stamped(_ record: Scene.Record) -> SceneCheck {
        let missing = record.turns.flatMap { turn in turn.missingStages.map { "turn \(turn.number) lacks \($0)" } }
        return SceneCheck(
            claim: "the log has the twelve stamps of every turn", holds: missing.isEmpty && !record.turns.isEmpty,
            seen: missing.isEmpty ? "\(record.turns.count) × 12" : missing.joined(separator: "; "))
    }

    private static func notItself(_ script: Script, _ record: Scene.Record) -> SceneCheck {
        let meant = script.lines.count { $0.manner == .bargeIn }
        let seen = record.turns.count { $0.startedBy == "barge-in" }
        let alarms = record.entries.count { $0["LINNET_EVENT"] == "false-alarm" }
        return SceneCheck(
            claim: "the box did not interrupt itself", holds: seen == meant && alarms == 0,
            seen: "\(seen) interruptions, \(meant) meant; \(alarms) false alarms")
    }

    private static func cutShort(_ script: Script, _ record: Scene.Record) -> SceneCheck {
        let interrupted = zip(script.lines.indices, record.turns).filter { Self.interrupted($0.0, script) }.map(\.1)
        let right = interrupted.allSatisfy { !$0.heard.isEmpty && $0.heard.count < $0.reply.count }
        return SceneCheck(
            claim: "of an interrupted answer only what was heard is remembered", holds: right,
            seen: interrupted.isEmpty
                ? "none was interrupted"
                : interrupted.map { "\($0.heard.count) of \($0.reply.count) characters" }.joined(separator: "; "))
    }

    /// What must be true of questions that no page of facts answers; nothing for a script without such.
    private static func lookUps(_ script: Script, _ record: Scene.Record) -> [SceneCheck] {
        let pairs = Array(zip(zip(script.lines, record.turns), LookUps(record).byTurn).map { ($0.0, $0.1, $1) })
        let news = pairs.filter(\.0.subject.isNews)
        guard !news.isEmpty else { return [] }
        // Of a question that was misheard nothing can be asked.
        let understood = pairs.filter { wordErrorRate(said: $0.0.words, heard: $0.1.transcript) <= wordErrorBound }
        let lacking = understood.flatMap { line, turn, _ in
            line.subject.words.filter { !turn.reply.contains($0) }.map { "turn \(turn.number) lacks “\($0)”" }
        }
        let models = news.map { line, turn, _ in (wanted: line.subject.firstModelFails ? "gemini" : "groq", seen: turn.model) }
        return [
            SceneCheck(
                claim: "the news is that of the day's page, and the source is named", holds: lacking.isEmpty,
                seen: lacking.isEmpty
                    ? "every word was there, in the answers to \(understood.count) of \(pairs.count) questions that were understood"
                    : lacking.joined(separator: "; ")),
            SceneCheck(
                claim: "each question about the news was searched for once, and no other one",
                holds: understood.allSatisfy { line, _, searches in searches.count == (line.subject.isNews ? 1 : 0) },
                seen: pairs.map { "\($0.2.count)" }.joined(separator: ", ") + " searches by turn"),
            SceneCheck(
                claim: "Groq answered it, and Gemini while Groq was out of order",
                holds: models.allSatisfy { $0.wanted == $0.seen },
                seen: models.map(\.seen).joined(separator: ", ")),
        ]
    }

    private static func interrupted(_ index: Int, _ script: Script) -> Bool {
        script.lines.dropFirst(index + 1).first?.manner == .bargeIn
    }
}
