/// Makes a model's text fit to be spoken: no markdown, code, tables, addresses, emoji or symbols that a voice would stumble over.
///
/// Takes the pieces that ``ClauseCutter`` gives, in order, because code fences span several. Digits stay: how numbers, years
/// and times are read is the voice's own business, and it knows the language better.
public struct SpeakableText: Sendable {
    private var isInCode = false
    private let isEnglish: Bool

    /// - Parameter language: BCP 47 code; symbols and units are put into words in English only.
    public init(language: String = "en") { isEnglish = language.lowercased().hasPrefix("en") }

    /// What is to be spoken of a piece; empty when nothing is.
    public mutating func process(_ piece: String) -> String {
        let spoken = piece.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { line($0) }.filter { !$0.isEmpty }.joined(separator: " ")
        return spoken.contains { $0.isLetter || $0.isNumber } ? spoken : ""
    }

    private mutating func line(_ line: Substring) -> String {
        var prose = ""
        for (index, part) in parts(of: line, around: "```").enumerated() {
            if index > 0 { isInCode.toggle() }
            if !isInCode { prose += part + " " }
        }
        let block = Self.withoutBlockMarks(prose.trimmed)
        guard !block.text.isEmpty else { return "" }
        let inline = Self.withoutEmoji(InlineMarkup.removed(from: block.text))
        var spoken = Self.tidied(isEnglish ? SpokenSymbols.inWords(inline) : inline)
        // An item or a heading is a sentence of its own.
        if block.isItem, let last = spoken.last, last.isLetter || last.isNumber { spoken.append(".") }
        return spoken
    }

    private func parts(of line: Substring, around fence: String) -> [Substring] {
        var parts: [Substring] = []
        var start = line.startIndex
        var at = start
        while at < line.endIndex {
            guard line[at...].hasPrefix(fence) else {
                at = line.index(after: at)
                continue
            }
            parts.append(line[start..<at])
            at = line.index(at, offsetBy: fence.count)
            start = at
        }
        return parts + [line[start...]]
    }

    /// Headings, quotes, bullets, numbers, rules and table rows lose their marks.
    private static func withoutBlockMarks(_ line: String) -> (text: String, isItem: Bool) {
        if line.allSatisfy({ "-*_=|: +~".contains($0) }) { return ("", false) }
        if line.hasPrefix("|") {
            let cells = line.split(separator: "|").map { $0.trimmed }.filter { !$0.isEmpty }
            return (cells.joined(separator: ", "), true)
        }
        var rest = line[...]
        var isItem = false
        while let mark = rest.first, mark == ">" || mark == "#" {
            isItem = isItem || mark == "#"
            rest = rest.drop { $0 == mark }.drop(while: \.isWhitespace)
        }
        if let mark = rest.first, "-*+•–".contains(mark), rest.dropFirst().first?.isWhitespace == true {
            rest = rest.dropFirst(2)
            isItem = true
        } else if let digits = listNumber(rest) {
            rest = rest.dropFirst(digits + 2)
            isItem = true
        }
        for box in ["[ ] ", "[x] ", "[X] "] where rest.hasPrefix(box) { rest = rest.dropFirst(box.count) }
        return (rest.trimmed, isItem)
    }

    /// The digits of "1. " or "12) " at the head of a line.
    private static func listNumber(_ line: Substring) -> Int? {
        let digits = line.prefix(while: \.isNumber).count
        guard (1...3).contains(digits) else { return nil }
        let behind = line.dropFirst(digits)
        guard let mark = behind.first, ".)".contains(mark), behind.dropFirst().first?.isWhitespace == true else { return nil }
        return digits
    }

    private static func withoutEmoji(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !isPictorial($0) }))
    }

    private static func isPictorial(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0xA9: false
        case 0x200D, 0x20E3, 0xFE00...0xFE0F, 0xE0000...0xE007F, 0x2122, 0xA9, 0xAE, 0x1F1E6...0x1F1FF: true
        // Arrows are put into words; dingbats, stars and the rest are not.
        case 0x2190...0x21FF: false
        default: scalar.properties.isEmoji || scalar.properties.isEmojiPresentation || (0x2500...0x27BF).contains(scalar.value)
        }
    }

    /// Single spaces, none before punctuation.
    private static func tidied(_ text: String) -> String {
        var out = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            let isPunctuation = word.allSatisfy { ".,;:!?)".contains($0) }
            if !out.isEmpty && !isPunctuation { out.append(" ") }
            out += word
        }
        let lead = out.drop { ".,;:!?)]".contains($0) || $0.isWhitespace }
        return String(lead)
    }
}
