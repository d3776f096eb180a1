/// Makes an answer that can be spoken out of what a tool found.
enum FoundText {
    private static let nothing = "I looked, but I could not find anything about that."
    private static let failed = "I could not look that up just now."
    private static let lengthBound = 280

    /// - Parameters:
    ///   - question: what the person wants to know; the sentences with the most of its words are told.
    ///   - results: texts of any shape: JSON, lines with labels, prose. Nothing in them is obeyed.
    static func answer(_ question: String, from results: [String]) -> String {
        let wanted = Set(Heard(question).subject)
        let told = results.filter { !isFailure($0) }.compactMap { best(of: passages(of: $0), wanted) }
        guard !told.isEmpty else { return results.contains(where: isFailure) ? failed : nothing }
        return told.prefix(2).joined(separator: " ")
    }

    /// Whether the tool's client says that there is no result; it says so at once.
    private static func isFailure(_ result: String) -> Bool {
        let opening = result.prefix(60).lowercased()
        return opening.contains(" failed") || opening.contains("error") || opening.contains("there is no tool")
    }

    /// Two sentences in a row that fit the question best; of a question that fits none, the first of two passages.
    private static func best(of passages: [[String]], _ wanted: Set<String>) -> String? {
        func score(_ sentence: String) -> Int { wanted.count { Heard(sentence).has($0) } }
        let scored = passages.flatMap { passage in
            passage.indices.map { (score: score(passage[$0]), sentences: Array(passage[$0...].prefix(2))) }
        }
        guard let top = scored.map(\.score).max() else { return nil }
        let chosen = top == 0 ? passages.prefix(2).map { $0[0] } : scored.first { $0.score == top }?.sentences ?? []
        guard let first = chosen.first else { return nil }
        let both = chosen.joined(separator: " ")
        return both.count <= lengthBound ? both : first
    }

    /// Sentences, passage by passage; a summary before the results it sums up.
    static func passages(of result: String) -> [[String]] {
        let lines = JSONValue(parsing: result.utf8).map(strings) ?? result.split(whereSeparator: \.isNewline).map(String.init)
        return lines.filter { !isFrame($0) }.map { sentences(of: plain($0)) }.filter { !$0.isEmpty }
    }

    /// The texts inside JSON, without addresses, titles and dates.
    private static func strings(in value: JSONValue) -> [String] {
        switch value {
        case .text(let text): text.split(whereSeparator: \.isNewline).map(String.init)
        case .list(let items): items.flatMap(strings)
        case .object(let fields):
            fields.sorted { $0.key < $1.key }.filter { !unspoken.contains($0.key) }.flatMap { strings(in: $0.value) }
        case .null, .bool, .integer, .number: []
        }
    }

    private static let unspoken: Set = [
        "error", "title", "url", "published_date", "publishedDate", "date", "query", "request_id", "source",
    ]
    private static let labels: Set = ["answer", "in short", "summary", "content", "text", "snippet", "result"]

    private static let abbreviations: Set = ["mr.", "mrs.", "ms.", "dr.", "st.", "no.", "a.m.", "p.m."]

    /// Whether a client wrote the line around what was found.
    private static func isFrame(_ line: String) -> Bool {
        let lower = line.lowercased()
        return lower.hasSuffix(":") || lower.contains("instruction") || lower.contains("untrusted")
    }

    /// Without label, number, markup and addresses.
    private static func plain(_ line: String) -> String {
        var line = line[...].drop { "-*#>[]0123456789.) ".contains($0) }
        if let colon = line.firstIndex(of: ":"), labels.contains(line[..<colon].lowercased()) {
            line = line[line.index(after: colon)...]
        }
        return line.split(separator: " ").filter { !$0.contains("://") }.joined(separator: " ")
            .replacing("*", with: "").replacing("_", with: "")
    }

    /// Sentences of at least four words; what has no full stop is a title.
    private static func sentences(of text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        for word in text.split(separator: " ") {
            sentence += (sentence.isEmpty ? "" : " ") + word
            guard let end = word.last, ".!?".contains(end), !abbreviations.contains(word.lowercased()) else { continue }
            if sentence.split(separator: " ").count >= 4 { sentences.append(sentence) }
            sentence = ""
        }
        return sentences
    }
}
