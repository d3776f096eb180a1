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

    private static func interrupted(_ index: Int, _ script: Script) -> Bool {
        script.lines.dropFirst(index + 1).first?.manner == .bargeIn
    }
}
