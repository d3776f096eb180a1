/// A settings file cut into its statements, each with its place: one mistake then hides none of the others, which a parser
/// that stops at the first error cannot give. What a statement means is left to the TOML library.
struct TOMLOutline {
    /// A header or a `key = value`, which may go over several lines.
    struct Statement {
        /// 1-based, where it begins.
        var line: Int
        /// As written, without what stands before and after it on its lines; lines joined by a line feed.
        var text: String
        /// The header above it; empty before the first.
        var table: [String]
        var kind: Kind
    }

    enum Kind: Equatable {
        case header(path: [String], isArray: Bool)
        case pair
        /// It never closes a bracket or a quote that it opened; the character that it wants.
        case unclosed(String)
    }

    private(set) var statements: [Statement] = []

    private let lines: [Substring]
    private var table: [String] = []

    init(_ text: String) {
        // Characters would take CR LF for one: bytes it is.
        lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
        }
        var index = 0
        while index < lines.count { index = take(at: index) }
    }

    /// - Returns: the first line behind the statement.
    private mutating func take(at index: Int) -> Int {
        let line = Self.trimmed(lines[index])
        guard let first = line.utf8.first, first != UInt8(ascii: "#") else { return index + 1 }
        if first == UInt8(ascii: "[") {
            let header = Self.header(line)
            table = header.path
            add(index, line, .header(path: header.path, isArray: header.isArray))
            return index + 1
        }
        return takePair(at: index)
    }

    private mutating func takePair(at start: Int) -> Int {
        var lexer = TOMLLexer()
        var index = start
        while index < lines.count {
            if index > start, lexer.isInList, Self.looksLikeStatement(lines[index]) { break }
            lexer.read(lines[index].utf8)
            index += 1
            if !lexer.goesOn { break }
        }
        guard let wanted = lexer.wanted else {
            add(start, lines[start..<index].joined(separator: "\n"), .pair)
            return index
        }
        add(start, lines[start], .unclosed(wanted))
        return behindBrokenText(from: lexer.isInList ? index : start + 1)
    }

    /// What follows an open quote may be the rest of the text: nothing is made of it before the next thing that looks like ours.
    private func behindBrokenText(from index: Int) -> Int {
        var index = index
        while index < lines.count, !Self.looksLikeStatement(lines[index]), !Self.trimmed(lines[index]).isEmpty {
            index += 1
        }
        return index
    }

    private mutating func add(_ index: Int, _ text: some StringProtocol, _ kind: Kind) {
        statements.append(Statement(line: index + 1, text: String(Self.trimmed(Substring(text))), table: table, kind: kind))
    }

    // MARK: Reading lines

    /// `[a.b]`, `[[a.b]]`, and what is left of one that is broken.
    private static func header(_ line: Substring) -> (path: [String], isArray: Bool) {
        let isArray = line.hasPrefix("[[")
        let name = line.drop { $0 == "[" }.prefix { $0 != "]" && $0 != "#" }
        let path = name.split(separator: ".").map { String(trimmed($0).filter { $0 != "\"" && $0 != "'" }) }
        return (path.filter { !$0.isEmpty }, isArray)
    }

    /// `word =`, `[word`: where reading goes on after something that was never closed.
    private static func looksLikeStatement(_ line: Substring) -> Bool {
        let text = trimmed(line)
        if text.first == "[" { return text.dropFirst().first.map { $0.isLetter || $0 == "[" } ?? false }
        let word = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." }
        return !word.isEmpty && trimmed(text[word.endIndex...]).first == "="
    }

    static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...end]
    }
}

/// Knows, line by line, whether a value goes on in the next line.
private struct TOMLLexer {
    private enum Quote { case basic, literal, longBasic, longLiteral }
    private var quote: Quote?
    /// Brackets and braces that are open.
    private var open: [UInt8] = []
    private var isBroken = false

    var isInList: Bool { quote == nil && !open.isEmpty }
    /// More lines belong to the value.
    var goesOn: Bool { !isBroken && (quote != nil || open.contains(UInt8(ascii: "["))) }
    /// What would close it; nil when it is closed.
    var wanted: String? {
        switch quote {
        case .basic: "\""
        case .literal: "'"
        case .longBasic: "\"\"\""
        case .longLiteral: "'''"
        case nil: open.last.map { $0 == UInt8(ascii: "{") ? "}" : "]" }
        }
    }

    mutating func read(_ line: Substring.UTF8View) {
        var rest = line[...]
        while let byte = rest.first {
            if let quote {
                inside(quote, &rest)
            } else if byte == UInt8(ascii: "#") {
                break
            } else {
                outside(byte, &rest)
            }
        }
        if quote == .basic || quote == .literal { isBroken = true }
        if open.contains(UInt8(ascii: "{")) { isBroken = true }
    }

    private mutating func outside(_ byte: UInt8, _ rest: inout Substring.UTF8View) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let isBasic = byte == UInt8(ascii: "\"")
            if rest.starts(with: repeatElement(byte, count: 3)) {
                quote = isBasic ? .longBasic : .longLiteral
                rest = rest.dropFirst(3)
                return
            }
            quote = isBasic ? .basic : .literal
        case UInt8(ascii: "["), UInt8(ascii: "{"): open.append(byte)
        case UInt8(ascii: "]") where open.last == UInt8(ascii: "["), UInt8(ascii: "}") where open.last == UInt8(ascii: "{"):
            open.removeLast()
        default: break
        }
        rest = rest.dropFirst()
    }

    private mutating func inside(_ kind: Quote, _ rest: inout Substring.UTF8View) {
        let mark = kind == .basic || kind == .longBasic ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        let length = kind == .longBasic || kind == .longLiteral ? 3 : 1
        if rest.first == UInt8(ascii: "\\"), mark == UInt8(ascii: "\"") {
            rest = rest.dropFirst(2)
        } else if rest.starts(with: repeatElement(mark, count: length)) {
            // Up to two more quotes may stand before the three that close.
            let run = rest.prefix { $0 == mark }.count
            rest = rest.dropFirst(length == 1 ? 1 : min(run, 5))
            quote = nil
        } else {
            rest = rest.dropFirst()
        }
    }
}
