/// How long a pause must be to end a turn, by what was said before it.
enum EndOfTurn {
    /// Milliseconds of silence that end a turn with these words.
    ///
    /// Punctuation alone is no proof: recognizers close every settled piece with a full stop. The last word decides first.
    static func silence(after text: String, _ settings: SessionSettings) -> Int {
        if wantsMore(text) { return settings.longestEndMilliseconds }
        if let last = text.last(where: { !$0.isWhitespace }), ".?!。？！".contains(last) { return settings.shortestEndMilliseconds }
        return (settings.shortestEndMilliseconds + settings.longestEndMilliseconds) / 2
    }

    /// Whether these words cannot be the end: nothing, an open comma or dash, a filler, a word that leads on.
    static func wantsMore(_ text: String) -> Bool {
        guard let last = text.last(where: { !$0.isWhitespace }) else { return true }
        if ",;:-–—…".contains(last) { return true }
        return leadingOn.contains(Words.last(of: text))
    }

    /// English words after which a person goes on: conjunctions, articles, prepositions, possessives, fillers.
    private static let leadingOn: Set<String> = [
        "and", "or", "but", "because", "so", "if", "when", "while", "then", "than", "that", "which", "who", "whether",
        "a", "an", "the", "of", "to", "with", "for", "from", "at", "by", "into", "between",
        "my", "your", "his", "their", "our", "is", "are", "was", "were", "like", "um", "uh", "er", "erm", "hmm", "well",
    ]
}

/// Words as plain lower-case letters, for comparing.
enum Words {
    /// All words, without punctuation; apostrophes inside stay.
    static func all(in text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }
            .map { String($0.map { $0 == "’" ? "'" : $0 }) }
    }

    static func last(of text: String) -> String { all(in: text).last ?? "" }
}

/// What a person says over a reply without meaning to take the word.
enum Backchannel {
    private static let words: Set<String> = [
        "mm", "mmm", "hm", "hmm", "mhm", "mm-hm", "uh", "huh", "uhuh", "ah", "aha", "oh", "um", "er", "ok", "okay", "yeah", "yes",
        "yep", "right", "sure", "cool", "nice", "wow", "ha", "haha",
    ]

    /// Whether these words are meant as an interruption: at least one that is more than a sign of listening.
    static func isInterruption(_ text: String) -> Bool {
        Words.all(in: text).contains { !words.contains($0) }
    }
}
