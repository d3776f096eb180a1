/// Why a line is not TOML, in the words of the person who wrote it.
struct TOMLDiagnosis {
    private let text: String
    private let name: Substring?
    private let value: Substring

    init(_ text: String) {
        self.text = text
        let line = text.prefix { $0 != "\n" }
        let equals = line.firstIndex(of: "=")
        name = equals.map { TOMLOutline.trimmed(line[..<$0]) }
        value = equals.map { TOMLOutline.trimmed(line[line.index(after: $0)...]) } ?? ""
    }

    /// The key of the line, where it has a plain one.
    var key: String? {
        guard let name, !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) else { return nil }
        return String(name)
    }

    /// - Parameter wanted: what is missing at the end, when something is not closed.
    /// - Returns: what would be right; nil when none of the usual slips was made.
    func words(wanted: String?) -> String? {
        if let first = ["//", ";", "--", "/*", "%", "REM "].first(where: text.hasPrefix) {
            return "a comment begins with #, not with \(first)"
        }
        if text.hasPrefix("{") || text.hasPrefix("}") { return "this is JSON; TOML wants key = value, one to a line" }
        guard let name else { return withoutEquals }
        if let words = ofName(name) { return words }
        return ofValue(wanted: wanted)
    }

    /// The line itself, for the message; nothing when it may hold a secret.
    static func excerpt(_ text: String) -> String {
        let line = text.prefix { $0 != "\n" }
        let key = line.prefix { $0 != "=" && $0 != ":" }.split { !$0.isLetter && $0 != "_" && $0 != "-" }.map(String.init)
        guard SecretShape.owner(of: text) == nil, !key.contains(where: { SecretShape.isNamed(by: [$0]) }) else { return "" }
        let shown = line.prefix(80).filter { !$0.isNewline && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
        return ", in: \(shown)\(line.count > 80 ? "…" : "")"
    }

    // MARK: The slips

    private var withoutEquals: String {
        if let colon = text.firstIndex(of: ":"), text[..<colon].allSatisfy({ $0.isLetter || $0.isNumber || "_-. ".contains($0) })
        {
            return "wants an equals sign between key and value, not a colon"
        }
        return "wants key = value, or a table's name in brackets, or # before a comment"
    }

    private func ofName(_ name: Substring) -> String? {
        if name.isEmpty { return "the name of the key is missing before the equals sign" }
        if name.hasPrefix("export ") || name.hasPrefix("set ") {
            return "wants key = value alone, without \(name.prefix { $0 != " " })"
        }
        if name.last == ":" || name.last == "+" || value.first == "=" {
            return "wants one plain equals sign between key and value"
        }
        if name.contains(" "), !name.contains("\""), !name.contains("'") {
            return "a key is one word; did you mean \(name.replacing(" ", with: "_"))?"
        }
        return nil
    }

    private func ofValue(wanted: String?) -> String? {
        guard let first = value.first, first != "#" else { return "has no value after the equals sign" }
        if "“”„‟‘’‚«»".contains(first) { return "wants straight quotes: \"…\"" }
        if first == "\"" || first == "'" { return ofText(wanted: wanted) }
        if first == "[" || first == "{" { return ofBrackets(first, wanted: wanted) }
        return ofBareWord(value.prefix { $0 != "#" })
    }

    private func ofText(wanted: String?) -> String? {
        if let wanted { return "the text is not closed: \(wanted) is missing at its end" }
        if value.first == "\"", value.contains("\\") {
            return "a backslash in \"…\" begins an escape: write it twice, or put the text in '…'"
        }
        if text.contains("\n") { return nil }
        return "wants one value; what follows the text is not part of it (a comment begins with #, a \" inside a text is \\\")"
    }

    private func ofBrackets(_ first: Character, wanted: String?) -> String? {
        if let wanted { return "\(first == "[" ? "the list" : "the table") is not closed: \(wanted) is missing" }
        return first == "[" ? "wants a list like [0, 1] or [\"one\", \"two\"], with commas between and every text in quotes" : nil
    }

    private func ofBareWord(_ raw: Substring) -> String? {
        let word = TOMLOutline.trimmed(raw)
        switch word.lowercased() {
        case "true", "yes", "on", "y", "enabled": return "wants true, in small letters, not \(word)"
        case "false", "no", "off", "n", "disabled": return "wants false, in small letters, not \(word)"
        case "null", "nil", "none", "undefined", "~":
            return "there is no such value: delete the line to take the default, or write \"\" for an empty text"
        default: break
        }
        guard let first = word.first, first.isNumber || "+-.".contains(first) else {
            return "a text stands in quotes: \(SettingValue.quoted(String(word)))"
        }
        return ofNumber(word)
    }

    private func ofNumber(_ word: Substring) -> String? {
        let digits = word.prefix { $0.isNumber || "+-_".contains($0) }
        let rest = TOMLOutline.trimmed(word[digits.endIndex...])
        if digits.contains(where: { !$0.isASCII }) { return "wants the digits 0 to 9" }
        if rest.isEmpty {
            let isPadded = digits.count > 1 && digits.drop { "+-".contains($0) }.first == "0"
            return isPadded ? "a number has no zeros before it" : "is not a number that can be used"
        }
        if rest.first == "," || rest.first == "." { return "wants one whole number, not \(word)" }
        if !digits.isEmpty,
            ["ms", "s", "hz", "khz", "db", "sec", "seconds", "milliseconds", "min", "%"].contains(rest.lowercased())
        {
            return "wants the number alone, without \(rest): the unit stands in the key's name or in the comment above it"
        }
        return "a text stands in quotes: \(SettingValue.quoted(String(word)))"
    }
}
