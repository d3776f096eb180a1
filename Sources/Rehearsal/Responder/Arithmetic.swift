/// Sums that are spoken: "17 plus 5 equals", "what is nine times twelve", "and minus three".
enum Arithmetic {
    private enum Operation: CaseIterable {
        case plus, minus, times, over

        var words: [String] {
            switch self {
            case .plus: ["plus", "+", "add", "added", "and"]
            case .minus: ["minus", "less", "subtract"]
            case .times: ["times", "multiplied", "*", "x"]
            case .over: ["divided", "over", "/"]
            }
        }

        var spoken: String {
            switch self {
            case .plus: "plus"
            case .minus: "minus"
            case .times: "times"
            case .over: "divided by"
            }
        }

        /// Nil when there is no answer, or one that nobody wants spoken.
        func apply(_ a: Int, _ b: Int) -> Int? {
            switch self {
            case .plus: a + b
            case .minus: a - b
            case .times: a * b
            case .over: b == 0 || a % b != 0 ? nil : a / b
            }
        }
    }

    /// Words that may stand between the numbers besides the operation.
    private static let filler: Set = ["by", "to", "and", "a", "the"]
    private static let bound = 100_000

    static func answer(_ question: Heard) -> String? {
        let numbers = question.words.indices.filter { Int(question.words[$0]) != nil }
        guard numbers.count == 2, let a = Int(question.words[numbers[0]]), let b = Int(question.words[numbers[1]]) else {
            return nil
        }
        let between = question.words[(numbers[0] + 1)..<numbers[1]]
        guard let operation = operation(between), !between.isEmpty else { return nil }
        return result(a, operation, b)
    }

    /// "And times two": with the last number of the answer before.
    static func continuation(_ question: Heard, of answer: String?) -> String? {
        guard let answer, question.words.count <= 5 else { return nil }
        let numbers = question.words.indices.filter { Int(question.words[$0]) != nil }
        guard numbers.count == 1, let b = Int(question.words[numbers[0]]),
            let a = Heard(answer).words.compactMap({ Int($0) }).last,
            let operation = operation(question.words[..<numbers[0]].filter { $0 != "and" }[...])
        else { return nil }
        return result(a, operation, b)
    }

    private static func operation(_ words: ArraySlice<String>) -> Operation? {
        let telling = words.filter { word in Operation.allCases.contains { $0.words.contains(word) } }
        guard words.allSatisfy({ telling.contains($0) || filler.contains($0) }) else { return nil }
        let first = telling.first { $0 != "and" } ?? telling.first
        return Operation.allCases.first { operation in first.map(operation.words.contains) == true }
    }

    private static func result(_ a: Int, _ operation: Operation, _ b: Int) -> String? {
        guard abs(a) < bound, abs(b) < bound else { return nil }
        let question = "\(SpokenNumbers.spoken(a)) \(operation.spoken) \(SpokenNumbers.spoken(b))"
        let sentence = operation.apply(a, b).map { "\(question) is \(SpokenNumbers.spoken($0))." }
        return (sentence ?? "\(question) does not come out even.").capitalizedFirst
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
