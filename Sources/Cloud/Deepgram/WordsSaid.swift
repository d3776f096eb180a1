/// Words that were passed on before the provider had settled them. When it does settle them, late, they are not said again;
/// what it has heard beyond them is.
package struct WordsSaid: Sendable, Equatable {
    private var words: [String]

    package init(_ text: String = "") { words = Self.words(of: text) }

    /// What of `text` is new.
    /// - Returns: nil when `text` tells it differently, so that no telling where the new begins.
    package func fresh(in text: String) -> String? {
        let all = text.split(separator: " ").map(String.init)
        let common = zip(all, words).prefix { Self.bare($0) == Self.bare($1) }.count
        guard common == min(all.count, words.count) else { return nil }
        return all.dropFirst(common).joined(separator: " ")
    }

    /// `text` is settled: its words will not come again.
    package mutating func settle(_ text: String) { words.removeFirst(min(words.count, Self.words(of: text).count)) }

    private static func words(of text: String) -> [String] { text.split(separator: " ").map(String.init) }
    /// Smart formatting comes late too: case and punctuation mean nothing.
    private static func bare(_ word: String) -> String { word.lowercased().filter { $0.isLetter || $0.isNumber } }
}
