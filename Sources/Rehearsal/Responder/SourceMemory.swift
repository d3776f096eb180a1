/// "Where did you read that?": the answer stands in the request or nowhere.
enum SourceMemory {
    struct Source: Equatable {
        var title: String
        /// Of the site, without `www.`.
        var host: String

        init(title: String, host: some StringProtocol) {
            self.title = title
            self.host = String(host.hasPrefix("www.") ? host.dropFirst(4) : host[...])
        }

        init(title: String, url: String) {
            self.init(title: title, host: url.drop { $0 != ":" }.dropFirst(3).prefix { !"/?#:".contains($0) })
        }

        /// As one says it: "The Harbour Gazette, at harbourgazette.example, under the title Bridge opens again".
        var spoken: String {
            guard let dash = title.firstRange(of: " - ") else {
                return host + (title.isEmpty ? "" : ", under the title \(title)")
            }
            return "\(title[dash.upperBound...]), at \(host), under the title \(title[..<dash.lowerBound])"
        }
    }

    static func isWanted(by question: Heard) -> Bool {
        let words = Set(question.words)
        if question.has("source") || question.has("sources") { return true }
        let readingWords: Set = ["read", "hear", "heard", "find", "found", "get", "got", "learn", "see", "come", "comes", "from"]
        if words.contains("where"), words.contains("that") || words.contains("this") || words.contains("it") {
            return !words.isDisjoint(with: readingWords)
        }
        return words.contains("who") && words.contains("that")
            && !words.isDisjoint(with: ["says", "said", "reported", "reports"])
    }

    static func answer(_ prompt: Prompt) -> String {
        guard let source = source(in: prompt.readings, of: prompt.lastAnswer ?? "") else {
            return "I have no source for that."
        }
        return "I read that in \(source.spoken)."
    }

    /// The source whose words are most in what was said; then the first of the latest.
    private static func source(in readings: [String], of said: String) -> Source? {
        let words = Set(Heard(said).subject)
        var best: (score: Int, source: Source)?
        for source in readings.flatMap(sources) {
            let score = Heard(source.title).subject.count { words.contains($0) }
            if score > best?.score ?? -1 { best = (score, source) }
        }
        return best?.source
    }

    static func sources(in text: String) -> [Source] {
        if let json = JSONValue(parsing: text.utf8) { return sources(in: json) }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        return lines.indices.flatMap { index in
            let linked = addresses(in: lines[index]).map { url in
                let title = title(beside: url, in: lines[index])
                return Source(title: title.isEmpty && index > 0 ? trimmed(lines[index - 1]) : title, url: url)
            }
            return linked.isEmpty ? mentions(in: lines[index]) : linked
        }
    }

    /// `Title (site.example, date)`, several in a line.
    private static func mentions(in line: String) -> [Source] {
        var mentions: [Source] = []
        var rest = line[...]
        while let bracket = rest.firstIndex(of: "(") {
            let inside = rest[rest.index(after: bracket)...]
            let host = inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || ".-".contains($0)) }
            let end = inside.firstIndex(of: ")").map { inside.index(after: $0) } ?? inside.endIndex
            let labels = host.split(separator: ".", omittingEmptySubsequences: false)
            if labels.count >= 2, labels.allSatisfy({ $0.count >= 2 }) {
                mentions.append(Source(title: named(rest[..<bracket]), host: host))
            }
            rest = rest[end...]
        }
        return mentions
    }

    /// The last thing in quotes, else what there is.
    private static func named(_ text: Substring) -> String {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count >= 3 ? String(parts[parts.count - 2]) : trimmed(String(text))
    }

    private static func sources(in value: JSONValue) -> [Source] {
        switch value {
        case .list(let items): return items.flatMap(sources)
        case .object(let fields):
            if let url = fields["url"]?.string { return [Source(title: fields["title"]?.string ?? "", url: url)] }
            return fields.sorted { $0.key < $1.key }.flatMap { sources(in: $0.value) }
        case .text(let text): return text.contains("://") ? sources(in: text) : []
        case .null, .bool, .integer, .number: return []
        }
    }

    private static func addresses(in line: String) -> [String] {
        var addresses: [String] = []
        var rest = line[...]
        while let scheme = rest.firstRange(of: "http"), let end = rest[scheme.lowerBound...].firstRange(of: "://") {
            let tail = rest[end.upperBound...].prefix { !" \t\"'<>()[]{},".contains($0) }
            var url = rest[scheme.lowerBound..<tail.endIndex]
            while let last = url.last, ".;:".contains(last) { url = url.dropLast() }
            addresses.append(String(url))
            rest = rest[tail.endIndex...]
        }
        return addresses
    }

    /// What stands before the address, else behind it.
    private static func title(beside url: String, in line: String) -> String {
        guard let place = line.firstRange(of: url) else { return "" }
        let before = trimmed(String(line[..<place.lowerBound]))
        return before.isEmpty ? trimmed(String(line[place.upperBound...])) : before
    }

    /// Without bullets, numbers, quotes, brackets and labels.
    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        for label in ["url", "link", "source", "title", "from", "read at", "at"] {
            text = text.drop { !$0.isLetter && !$0.isNumber }
            if text.lowercased().hasPrefix(label + ":") { text = text.dropFirst(label.count + 1) }
        }
        text = text.drop { !$0.isLetter }
        while let last = text.last, !last.isLetter, !last.isNumber, !"!?".contains(last) { text = text.dropLast() }
        return String(text)
    }
}
