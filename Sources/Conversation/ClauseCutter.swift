/// Cuts a model's text into pieces for the synthesizer while it is still being written.
///
/// The first piece leaves early: at the first sentence end, or at a comma, semicolon or conjunction once it has a few words;
/// afterwards whole sentences leave. Whether and where it cuts depends on the text alone, never on how it was split into
/// tokens: commas, `?` and `!` need nothing from behind them, full stops and colons need the white space that follows.
public struct ClauseCutter: Sendable {
    /// A sentence that is longer is cut at its last comma or space, in characters.
    public static let bound = 400

    private let firstWords: Int
    private var buffer: [Character] = []
    private var isFirst = true

    /// - Parameter firstWords: words that the first piece must have to leave before its sentence ends.
    public init(firstWords: Int = 3) { self.firstWords = firstWords }

    /// Takes more text, any split.
    /// - Returns: the pieces that are ready, without white space at their ends.
    public mutating func feed(_ text: String) -> [String] {
        var pieces: [String] = []
        for character in text {
            buffer.append(character)
            if let count = cut() { take(count, into: &pieces) }
        }
        return pieces
    }

    /// The text is over: what is left.
    public mutating func finish() -> [String] {
        var pieces: [String] = []
        take(buffer.count, into: &pieces)
        return pieces
    }

    private mutating func take(_ count: Int, into pieces: inout [String]) {
        let piece = String(buffer[..<count]).trimmed
        buffer.removeFirst(count)
        guard piece.contains(where: { $0.isLetter || $0.isNumber || !$0.isASCII }) || piece.contains("```") else { return }
        pieces.append(piece)
        isFirst = false
    }

    /// How many characters may leave now that the last one has come.
    private func cut() -> Int? {
        guard let last = buffer.last else { return nil }
        if last.isNewline { return buffer.count }
        if last.isWhitespace { return cutAtSpace() }
        if "。？！".contains(last) { return buffer.count }
        if "!?".contains(last), !isInAddress, !isInQuote { return buffer.count }
        if isFirst, ",;".contains(last), !isInAddress, !isInBrackets, wordCount(buffer.count) >= firstWords,
            buffer.count > 1, !buffer[buffer.count - 2].isNumber
        {
            return buffer.count
        }
        return buffer.count >= Self.bound ? cutTooLong() : nil
    }

    /// White space has come: what stood before it may have been an end.
    private func cutAtSpace() -> Int? {
        let end = buffer.count - 1
        var mark = end
        while mark > 0, "\"'”’)]*_".contains(buffer[mark - 1]) { mark -= 1 }
        guard mark > 0 else { return nil }
        switch buffer[mark - 1] {
        case "!", "?", "…": return end
        case ".": return endsSentence(mark - 1) ? end : nil
        case ",", ":", ";", "–", "—":
            return isFirst && !isInBrackets && wordCount(mark) >= firstWords ? end : nil
        default: return isFirst ? cutBeforeConjunction(end) : nil
        }
    }

    private static let conjunctions: Set<String> = ["and", "but", "because", "so", "which", "while", "although"]

    /// "…the sun shines and " leaves "…the sun shines".
    private func cutBeforeConjunction(_ end: Int) -> Int? {
        let start = wordStart(before: end)
        guard start > 0, Self.conjunctions.contains(String(buffer[start..<end]).lowercased()), !isInBrackets else { return nil }
        return wordCount(start) > firstWords ? start : nil
    }

    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "a.m", "p.m", "u.s", "u.k", "no", "approx",
        "inc", "ltd", "co", "fig", "dept", "est", "gen", "col", "sgt", "rev", "mt", "ave", "ca", "cf", "al", "min", "max",
    ]

    /// Whether the full stop at `dot` ends a sentence: not one of an abbreviation, an initial, a list's number.
    private func endsSentence(_ dot: Int) -> Bool {
        if dot > 0, buffer[dot - 1] == "." { return true }
        let start = wordStart(before: dot)
        let word = String(buffer[start..<dot].drop { "\"'“‘([*_".contains($0) }).lowercased()
        if word.count == 1, word != "i", buffer[dot - 1].isLetter { return false }
        if !word.isEmpty, word.allSatisfy(\.isNumber), wordCount(start) == 0 { return false }
        // "No." is an answer when it stands alone.
        if word == "no", wordCount(start) == 0 { return true }
        return !Self.abbreviations.contains(word)
    }

    private func cutTooLong() -> Int {
        let comma = buffer.lastIndex { ",;:–—".contains($0) }
        if let comma, comma > Self.bound / 2 { return comma + 1 }
        if let space = buffer.lastIndex(where: \.isWhitespace), space > 0 { return space }
        return buffer.count
    }

    private func wordStart(before end: Int) -> Int {
        (buffer[..<end].lastIndex(where: \.isWhitespace) ?? -1) + 1
    }

    private func wordCount(_ end: Int) -> Int {
        buffer[..<end].split(whereSeparator: \.isWhitespace).count { $0.contains { $0.isLetter || $0.isNumber } }
    }

    /// In a word that looks like an address, punctuation is no punctuation.
    private var isInAddress: Bool {
        let word = buffer[wordStart(before: buffer.count)...]
        return word.contains("/") || word.contains("@") || String(word.prefix(4)).lowercased() == "www."
    }

    private var isInQuote: Bool {
        buffer.count { $0 == "\"" } % 2 == 1 || buffer.count { $0 == "“" } > buffer.count { $0 == "”" }
    }

    private var isInBrackets: Bool {
        buffer.count { $0 == "(" || $0 == "[" } > buffer.count { $0 == ")" || $0 == "]" }
            || buffer.count { $0 == "`" } % 2 == 1
    }
}
