/// A question as a recognizer may have heard it: lower-case words, numbers as digits.
struct Heard: Equatable {
    var words: [String]

    init(_ text: String) {
        let separated = text.lowercased().map { character -> Character in
            character.isLetter || character.isNumber || "'’+*/=".contains(character) ? character : " "
        }
        let spaced = String(separated).replacing("+", with: " + ").replacing("*", with: " * ").replacing("=", with: " ")
            .replacing("’", with: "'")
        words = SpokenNumbers.digits(spaced.split(separator: " ").map(String.init))
    }

    private init(words: [String]) { self.words = words }

    static func + (a: Heard, b: Heard) -> Heard { Heard(words: a.words + b.words) }

    var isEmpty: Bool { words.isEmpty }

    /// "And …", "what about …", "… more": it means nothing without the question before.
    var leansOnEarlier: Bool { has("about") || has("more") || words.first == "and" }

    /// The words that say what it is about, in order.
    var subject: [String] {
        words.map { $0.hasSuffix("'s") ? String($0.dropLast(2)) : $0 }
            .filter { $0.count > 1 && !Self.functionWords.contains($0) }
    }

    private static let functionWords: Set = [
        "what", "what's", "which", "who", "where", "when", "how", "why", "is", "are", "was", "were", "be", "been", "do", "does",
        "did", "has", "have", "had", "can", "could", "would", "will", "should", "there", "the", "an", "and", "or", "of", "in",
        "on", "at", "to", "for", "from", "with", "about", "any", "some", "all", "it", "that", "this", "these", "those", "me",
        "my",
        "you", "your", "we", "us", "our", "he", "she", "they", "them", "tell", "say", "said", "says", "give", "let", "know",
        "please", "also", "more", "out", "up", "by", "as", "if", "so", "then", "now", "just", "going", "goes", "new", "look",
        "search", "find", "google", "web", "linnet", "okay", "ok", "hey", "hi", "like", "want", "anything", "something", "im",
    ]

    /// What stands before and after the first `mark`; itself alone when that is nowhere inside.
    func split(at mark: [String]) -> [Heard] {
        let last = words.count - mark.count
        guard last > 1, let start = (1..<last).first(where: { Array(words[$0..<($0 + mark.count)]) == mark }) else {
            return [self]
        }
        return [Heard(words: Array(words[..<start])), Heard(words: Array(words[(start + mark.count)...]))]
    }

    /// Whether a word sounds like `stem`: it begins with it, or is a slip of the ear away.
    func has(_ stem: String) -> Bool { words.contains { Heard.matches($0, stem) } }

    static func matches(_ word: String, _ stem: String) -> Bool {
        if word == stem || word == stem + "s" || word == stem + "es" { return true }
        if stem.count >= 4, word.hasPrefix(stem), word.count <= stem.count + 4 { return true }
        let slips = stem.count >= 8 ? 2 : stem.count >= 5 ? 1 : 0
        return slips > 0 && abs(word.count - stem.count) <= slips && distance(Array(word), Array(stem)) <= slips
    }

    /// Levenshtein's.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
