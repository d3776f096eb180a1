/// English numbers from words to digits and back, up to 999,999.
enum SpokenNumbers {
    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

    private static let values: [String: Int] = {
        let units = small.enumerated().map { ($1, $0) }
        let decades = tens.enumerated().filter { !$1.isEmpty }.map { ($1, $0 * 10) }
        return Dictionary(units + decades + [("oh", 0), ("fourty", 40)]) { first, _ in first }
    }()

    /// The words with every run of number words as one number in digits.
    static func digits(_ words: [String]) -> [String] {
        var result: [String] = []
        var number: Number?
        for word in words {
            if var current = number, current.take(word) {
                number = current
                continue
            }
            if let current = number { result.append(String(current.total)) }
            number = Number(word)
            if number == nil { result.append(word) }
        }
        return number.map { result + [String($0.total)] } ?? result
    }

    /// A number that is being spoken.
    private struct Number {
        private var thousands = 0
        private var rest: Int
        /// The last part, which a smaller one may follow: the 20 of 22.
        private var last: Int

        var total: Int { thousands + rest }

        init?(_ word: String) {
            guard let value = SpokenNumbers.values[word] else { return nil }
            rest = value
            last = value
        }

        /// - Returns: whether the word went on with the number.
        mutating func take(_ word: String) -> Bool {
            if word == "hundred", rest > 0, rest < 100 {
                rest *= 100
                last = 100
                return true
            }
            if word == "thousand", thousands == 0, rest > 0 {
                thousands = rest * 1000
                rest = 0
                last = 1000
                return true
            }
            guard let value = SpokenNumbers.values[word], value > 0, value < last, last >= 20, last >= 100 || value < 10 else {
                return false
            }
            rest += value
            last = value
            return true
        }
    }

    static func spoken(_ number: Int) -> String {
        switch number {
        case ..<0: return "minus \(spoken(-number))"
        case ..<20: return small[number]
        case ..<100: return tens[number / 10] + (number % 10 == 0 ? "" : " \(small[number % 10])")
        case ..<1000: return "\(small[number / 100]) hundred" + (number % 100 == 0 ? "" : " and \(spoken(number % 100))")
        case ..<1_000_000: return "\(spoken(number / 1000)) thousand" + (number % 1000 == 0 ? "" : " \(spoken(number % 1000))")
        default: return String(number)
        }
    }
}
