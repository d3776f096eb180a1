/// The twelve stamps of every turn as a table: milliseconds after the last sample of the person's speech, so that what a
/// person waits for reads off one column. Negative: happened while they were still speaking.
public enum Waterfall {
    private static let rows: [(stage: String, meaning: String)] = [
        ("speechStart", "the person's first sample at the microphone"),
        ("speechEnd", "their last one"),
        ("finalizeSent", "the recognizer is told to settle"),
        ("transcriptFinal", "the settled words arrive"),
        ("turnCommitted", "the pause is long enough: it is our turn"),
        ("modelRequested", "the question leaves for the model"),
        ("firstToken", "its first word arrives"),
        ("firstClause", "enough of it to speak"),
        ("speechRequested", "the clause leaves for the voice"),
        ("firstAudio", "its first sound arrives"),
        ("firstSamplePlayed", "the first sample meets the converter"),
        ("lastSamplePlayed", "the last one does"),
        ("interruptionHeard", "somebody talks over the reply"),
        ("ducked", "the reply gets quieter"),
        ("paused", "and stops"),
    ]

    public static func table(_ turns: [LoggedTurn]) -> [String] {
        let head =
            "".padded(to: 18) + turns.map { "turn \($0.number)".aligned(to: 9) }.joined() + "   ms after the person's last sample"
        let body = rows.compactMap { row -> String? in
            let cells = turns.map { turn in
                turn.milliseconds(from: "speechEnd", to: row.stage).map { String(Int($0.rounded())) } ?? "–"
            }
            if cells.allSatisfy({ $0 == "–" }) { return nil }
            return row.stage.padded(to: 18) + cells.map { $0.aligned(to: 9) }.joined() + "   " + row.meaning
        }
        return [head] + body
    }
}
