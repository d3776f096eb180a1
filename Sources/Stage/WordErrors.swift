/// Word error rate: Levenshtein distance over words, by the number of words said. Case and punctuation do not count, and a
/// number counts the same in digits and in words up to ninety-nine.
public func wordErrorRate(said: String, heard: String) -> Double {
    let a = comparableWords(said)
    let b = comparableWords(heard)
    guard !a.isEmpty else { return b.isEmpty ? 0 : 1 }
    var row = Array(0...b.count)
    for (i, word) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let substituted = diagonal + (word == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return Double(row[b.count]) / Double(a.count)
}

private func comparableWords(_ text: String) -> [String] {
    text.lowercased()
        .replacing("+", with: " plus ").replacing("=", with: " equals ")
        .split { !($0.isLetter || $0.isNumber || $0 == "'") }
        .map { Int($0).map(spelled) ?? String($0) }
        .flatMap { $0.split(separator: " ").map(String.init) }
}

private func spelled(_ n: Int) -> String {
    let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    switch n {
    case 0..<20: return small[n]
    case 20..<100: return n % 10 == 0 ? tens[n / 10] : "\(tens[n / 10]) \(small[n % 10])"
    default: return String(n)
    }
}
