/// Puts symbols and units into English words: "21 °C" is "21 degrees Celsius", "$5" is "5 dollars".
enum SpokenSymbols {
    static func inWords(_ text: String) -> String {
        var words: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            let previous = words.last
            if let unit = unit(word, after: previous) {
                words.append(unit)
            } else if magnitudes.contains(bare(word)), let currency = previous.flatMap(currencyName) {
                // "5 dollars" "million" is "5 million dollars".
                words[words.count - 1] = String(words[words.count - 1].dropLast(currency.count + 1))
                let tail = word.drop { $0.isLetter }
                words.append("\(word.prefix { $0.isLetter }) \(currency)\(tail)")
            } else {
                words.append(spelled(String(word)))
            }
        }
        return words.joined(separator: " ")
    }

    private static let magnitudes: Set<String> = ["thousand", "million", "billion", "trillion"]
    private static let currencies: [Character: String] = ["$": "dollar", "€": "euro", "£": "pound", "¥": "yen"]
    private static let units: [String: String] = [
        "km/h": "kilometers per hour", "m/s": "meters per second", "mph": "miles per hour", "km": "kilometers",
        "cm": "centimeters",
        "mm": "millimeters", "m": "meters", "kg": "kilograms", "mg": "milligrams", "g": "grams", "ml": "milliliters",
        "ft": "feet",
        "lb": "pounds", "lbs": "pounds", "oz": "ounces", "kb": "kilobytes", "mb": "megabytes", "gb": "gigabytes",
        "tb": "terabytes",
        "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz", "kw": "kilowatts", "kwh": "kilowatt hours",
        "hpa": "hectopascals", "mbps": "megabits per second", "ms": "milliseconds", "°c": "degrees Celsius",
        "°f": "degrees Fahrenheit", "°": "degrees", "%": "percent", "km²": "square kilometers", "m²": "square meters",
    ]

    private static func bare(_ word: Substring) -> String { String(word.prefix { $0.isLetter }).lowercased() }

    private static func currencyName(_ text: String) -> String? {
        ["dollars", "euros", "pounds", "yen"].first { text.hasSuffix(" \($0)") && text.first?.isNumber == true }
    }

    /// A unit that stands alone behind a number.
    private static func unit(_ word: Substring, after previous: String?) -> String? {
        guard previous?.last?.isNumber == true else { return nil }
        let (core, tail) = split(word)
        return units[core.lowercased()].map { $0 + tail }
    }

    /// A word and the punctuation at its end.
    private static func split(_ word: Substring) -> (core: Substring, tail: String) {
        let core = word.lastIndex { !".,;:!?)\"'”’".contains($0) }.map { word[...$0] } ?? word[..<word.startIndex]
        return (core, String(word[core.endIndex...]))
    }

    private static func spelled(_ word: String) -> String {
        let (core, tail) = split(word[...])
        let lead = core.prefix { "(\"'“‘".contains($0) }
        let inside = core.dropFirst(lead.count)
        return String(lead) + (money(inside) ?? quantity(inside) ?? letters(String(inside))) + tail
    }

    /// "$5" and "€3.50"
    private static func money(_ word: Substring) -> String? {
        guard let sign = word.first, let name = currencies[sign], word.dropFirst().first?.isNumber == true else { return nil }
        let amount = word.dropFirst()
        let plural = name == "yen" ? "yen" : "\(name)s"
        let parts = amount.split(separator: ".")
        guard amount.allSatisfy({ $0.isNumber || $0 == "," || $0 == "." }) else { return "\(letters(String(amount))) \(plural)" }
        if parts.count == 2, parts[1].count == 2, parts[1] != "00" {
            return "\(parts[0]) \(parts[0] == "1" ? name : plural) \(parts[1])"
        }
        return amount == "1" ? "1 \(name)" : "\(parts.count == 2 && parts[1] == "00" ? parts[0] : amount) \(plural)"
    }

    /// A number with its unit grown on: "21°C", "80%", "5km".
    private static func quantity(_ word: Substring) -> String? {
        let number = word.prefix { $0.isNumber || ".,-–−+≈".contains($0) }
        guard number.contains(where: \.isNumber), number.count < word.count else { return nil }
        guard let unit = units[word.dropFirst(number.count).lowercased()] else { return nil }
        return letters(String(number)) + " " + unit
    }

    private static let symbols: [Character: String] = [
        "&": " and ", "%": " percent ", "°": " degrees ", "=": " equals ", "≈": " about ", "×": " times ", "÷": " divided by ",
        "→": " to ", "±": " plus or minus ", "≤": " at most ", "≥": " at least ", "<": " less than ", ">": " more than ",
        "@": " at ", "²": " squared ", "³": " cubed ", "½": " one half ", "|": ", ", "€": " euros ", "£": " pounds ",
        "§": " section ",
        "µ": " micro ", "−": "-",
    ]
    private static let silent: Set<Character> = [
        "{", "}", "[", "]", "#", "^", "$", "\\", "`", "*", "_", "•", "·", "←", "↑", "↓", "⇒",
    ]

    /// "10-20" and "1914-1918", but not the "555-1234" of a telephone or the "2026-01-02" of a date.
    private static func isRange(_ characters: [Character]) -> Bool {
        let sides = characters.split(separator: "-")
        return sides.count == 2 && (sides[0].count == sides[1].count || sides.allSatisfy { $0.count < 4 })
    }

    private static func letters(_ word: String) -> String {
        let characters = Array(word)
        var out = ""
        for (index, character) in characters.enumerated() {
            let before = index > 0 ? characters[index - 1] : " "
            let after = index + 1 < characters.count ? characters[index + 1] : " "
            switch character {
            case "#" where after.isNumber: out += "number "
            case "–", "—":
                out += before.isNumber && after.isNumber ? " to " : before == " " || after == " " ? "–" : " – "
            case "-" where before.isNumber && after.isNumber && isRange(characters): out += " to "
            case "-", "−": out += index == 0 && after.isNumber ? "minus " : "-"
            case "+": out += before == " " && after == " " || after.isNumber ? " plus " : before.isLetter ? " plus" : " plus "
            case "/": out += before.isLetter && after.isLetter ? " " : before.isNumber && after.isNumber ? "/" : " "
            case _ where silent.contains(character): break
            default: out += symbols[character] ?? String(character)
            }
        }
        return out
    }
}
