/// Says how much of a reply's text was heard, from how many of its samples met the converter.
///
/// A reply's audio is that of one or more speech contexts, one behind the other. Each has its text, its word times (from
/// the beginning of its audio) and the samples trimmed off its head.
package struct HeardLedger: Sendable, Equatable {
    /// Typical speech when no word times came and the end is not known: 14 characters a second.
    static let millisecondsPerCharacter = 70

    private struct Piece: Sendable, Equatable {
        var text = ""
        var firstSample: Int64
        var samples: Int64 = 0
        var trimmed: Int64 = 0
        var words: [SpokenWord] = []
        var isComplete = false
    }

    private let rateHz: Int
    private var pieces: [Piece] = []

    package init(rateHz: Int) { self.rateHz = rateHz }

    /// Everything that was given to be spoken.
    package var text: String { pieces.map { $0.text.trimmed }.joined(separator: " ").trimmed }

    /// Samples handed to the loudspeaker.
    package var samples: Int64 { pieces.reduce(0) { $0 + $1.samples } }

    package mutating func openContext() { pieces.append(Piece(firstSample: samples)) }

    package mutating func spoke(_ text: String) { update { $0.text += text } }

    package mutating func took(samples: Int, trimmed: Int) {
        update {
            $0.samples += Int64(samples)
            $0.trimmed = Int64(trimmed)
        }
    }

    package mutating func took(_ words: [SpokenWord]) { update { $0.words += words } }
    package mutating func completeContext() { update { $0.isComplete = true } }

    private mutating func update(_ change: (inout Piece) -> Void) {
        guard !pieces.isEmpty else { return }
        change(&pieces[pieces.count - 1])
    }

    /// The text heard once so many samples of the utterance have met the converter.
    package func heard(samples: Int64) -> String {
        pieces.map { heard(of: $0, samples: samples - $0.firstSample).trimmed }
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func heard(of piece: Piece, samples: Int64) -> String {
        guard samples > 0, !piece.text.isEmpty else { return "" }
        if piece.isComplete && samples >= piece.samples { return piece.text }
        let milliseconds = Int((samples + piece.trimmed) * 1_000 / Int64(rateHz))
        return piece.words.isEmpty
            ? byProportion(piece, samples: samples, milliseconds: milliseconds)
            : byWords(piece, milliseconds: milliseconds)
    }

    /// A word was heard when more than half of it was.
    private func byWords(_ piece: Piece, milliseconds: Int) -> String {
        var rest = piece.text[...]
        for word in piece.words where (word.startMilliseconds + word.endMilliseconds) / 2 <= milliseconds {
            let spelled = word.text.trimmed
            guard !spelled.isEmpty, let found = rest.firstRange(of: spelled, caseInsensitive: true) else { continue }
            rest = rest[found.upperBound...]
        }
        // Punctuation goes with the word that it follows.
        let end = rest.firstIndex { $0.isLetter || $0.isNumber || $0.isWhitespace } ?? rest.endIndex
        return String(piece.text[..<end])
    }

    private func byProportion(_ piece: Piece, samples: Int64, milliseconds: Int) -> String {
        let characters =
            piece.isComplete && piece.samples > 0
            ? Int(Int64(piece.text.count) * samples / piece.samples) : milliseconds / Self.millisecondsPerCharacter
        guard characters < piece.text.count else { return piece.text }
        let cut = piece.text.index(piece.text.startIndex, offsetBy: characters)
        if piece.text[cut].isWhitespace { return String(piece.text[..<cut]) }
        return String(piece.text[..<(piece.text[..<cut].lastIndex(where: \.isWhitespace) ?? piece.text.startIndex)])
    }
}

extension Substring {
    /// Where `other` first stands, looking no further than a sentence ahead: a word that is not found there was spelled otherwise.
    fileprivate func firstRange(of other: String, caseInsensitive: Bool) -> Range<Index>? {
        let needle = Array(other.lowercased())
        let window = self.prefix(200)
        var start = window.startIndex
        while start < window.endIndex {
            var at = start
            var matched = 0
            while matched < needle.count, at < endIndex, String(self[at]).lowercased() == String(needle[matched]) {
                at = index(after: at)
                matched += 1
            }
            if matched == needle.count { return start..<at }
            start = window.index(after: start)
        }
        return nil
    }
}
