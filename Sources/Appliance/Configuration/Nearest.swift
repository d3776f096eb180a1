/// The candidate with the fewest edits from `word` (Levenshtein distance), when that is few enough to be a slip.
/// - Parameter bound: the most edits that count as one; nil for a third of the word, at least two.
func nearest(to word: String, among candidates: some Sequence<String>, atMost bound: Int? = nil) -> String? {
    let ranked = candidates.map { (name: $0, distance: editDistance(word, $0)) }.min { $0.distance < $1.distance }
    // Of a word of two letters no two may be wrong: then anything would be near to it.
    guard let best = ranked, best.distance <= bound ?? max(2, word.count / 3), best.distance < word.count else { return nil }
    return best.name
}

/// All candidates that are not too far from `word` to be of help, the nearest first.
func nearestFirst(to word: String, among candidates: [String]) -> [String] {
    let word = word.lowercased()
    let ranked = candidates.map { (name: $0, distance: editDistance(word, $0.lowercased())) }
    return ranked.filter { $0.distance <= max(3, word.count / 2) }.sorted { $0.distance < $1.distance }.map(\.name)
}

private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let substituted = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
