import Audio

/// A scene as its audience gets it: tables on the terminal, the sound of it, and one picture.
public struct SceneReport {
    private let script: Script
    private let record: Scene.Record
    public let checks: [SceneCheck]

    public init(_ script: Script, _ record: Scene.Record) {
        self.script = script
        self.record = record
        checks = SceneCheck.all(script, record)
    }

    public var allHold: Bool { checks.allSatisfy(\.holds) }

    /// The whole report, a line each.
    public var text: [String] {
        ["", "What was said and what was heard", ""] + dialogue + ["", "Where the milliseconds went", ""]
            + Waterfall.table(record.turns) + [""]
            + figures + ["", "What must be true", ""] + checks.map { "  \($0.holds ? "✓" : "✗") \($0.claim): \($0.seen)" }
    }

    private var dialogue: [String] {
        zip(zip(record.spoken, record.turns), LookUps(record).byTurn).flatMap { pair, searches in
            let (spoken, turn) = pair
            return [
                "  turn \(turn.number), \(spoken.line.manner.rawValue), \(spoken.line.voice.name)",
                "    said    \(spoken.line.words.isEmpty ? "(your recording)" : spoken.line.words)",
                "    heard   \(turn.transcript)",
                "    answer  \(turn.reply)",
            ] + lookedUp(turn, searches) + (turn.heard == turn.reply ? [] : ["    of it the person heard: \(turn.heard)"])
        }
    }

    /// Which model answered and what it had looked up, where that is not the ordinary.
    private func lookedUp(_ turn: LoggedTurn, _ searches: [LookUps.Search]) -> [String] {
        guard !searches.isEmpty || turn.model != "groq" else { return [] }
        let found = searches.map {
            "searched the web for “\($0.query)”: \($0.results) found after \(tenths($0.milliseconds)) ms"
        }
        return ["    model   " + ([turn.model] + (found.isEmpty ? ["no search"] : found)).joined(separator: ", ")]
    }

    private var figures: [String] {
        let waits = record.turns.compactMap { $0.milliseconds(from: "speechEnd", to: "firstSamplePlayed") }.sorted()
        var lines = ["  start to READY \(Int(record.millisecondsToReady)) ms"]
        if !waits.isEmpty {
            lines.append(
                "  voice to voice, median \(Int(waits[waits.count / 2])) ms (of it the stand-ins' recognizer, model and voice: see services.jsonl)"
            )
        }
        for spoken in record.spoken where spoken.line.manner == .bargeIn {
            let figure = record.sound.bargeIn(onset: spoken.onset).map { "\(Int($0.rounded())) ms" } ?? "the box did not stop"
            lines.append("  barge-in: the person's first sample to the answer's last one at the converter: \(figure)")
        }
        return lines + record.status.filter { $0.hasPrefix("front end") }.map { "  \($0)" }
    }

    /// Writes `scene.wav` (person left, box right), `scene.svg`, `log.jsonl` and `services.jsonl`.
    /// - Returns: the paths.
    public func write(into folder: String) throws -> [String] {
        let wav = "\(folder)/scene.wav"
        try WAVFile(rateHz: SceneSound.rateHz, channels: 2, samples: record.sound.interleaved).write(path: wav)
        try writeFile("\(folder)/scene.svg", SceneDrawing(record).picture.svg())
        try writeFile("\(folder)/report.txt", text.joined(separator: "\n") + "\n")
        try writeFile("\(folder)/log.jsonl", record.log.joined(separator: "\n") + "\n")
        try writeFile("\(folder)/services.jsonl", record.services.map(\.json).joined(separator: "\n") + "\n")
        return [wav, "\(folder)/scene.svg", "\(folder)/report.txt", "\(folder)/log.jsonl", "\(folder)/services.jsonl"]
    }
}
