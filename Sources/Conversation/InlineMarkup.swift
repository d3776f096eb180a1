/// Takes links, emphasis, inline code, tags and footnote marks out of a line, and says addresses as a person would.
enum InlineMarkup {
    static func removed(from line: String) -> String {
        var out = ""
        var rest = line[...]
        while let character = rest.first {
            let before = out.last
            switch character {
            case "!" where rest.dropFirst().first == "[": rest = rest.dropFirst()
            case "[": rest = link(rest, into: &out)
            case "<": rest = tag(rest, into: &out)
            case "\\": rest = escaped(rest, into: &out)
            case "`": rest = rest.dropFirst()
            case "*", "_", "~": rest = emphasis(rest, before: before, into: &out)
            default:
                let word = rest.prefix { !$0.isWhitespace && !"[]()<>`*\"".contains($0) }
                if isAddress(word), !isLetter(before) {
                    out += spoken(address: word)
                    rest = rest.dropFirst(word.count)
                } else {
                    out.append(character)
                    rest = rest.dropFirst()
                }
            }
        }
        return out
    }

    private static func isLetter(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }

    /// "[words](address)" and "[words][1]" leave the words, "[1]" nothing.
    private static func link(_ rest: Substring, into out: inout String) -> Substring {
        guard let close = rest.firstIndex(of: "]") else { return rest.dropFirst() }
        let words = rest[rest.index(after: rest.startIndex)..<close]
        var behind = rest[rest.index(after: close)...]
        if !words.isEmpty, !words.allSatisfy({ $0.isNumber || $0 == "^" || $0 == "," }) { out += removed(from: String(words)) }
        if let open = behind.first, open == "(" || open == "[", let end = behind.firstIndex(of: open == "(" ? ")" : "]") {
            behind = behind[behind.index(after: end)...]
        }
        return behind
    }

    /// "<b>" goes; "<https://…>" is an address; "3 < 4" stays.
    private static func tag(_ rest: Substring, into out: inout String) -> Substring {
        let inside = rest.dropFirst()
        guard let first = inside.first, first.isLetter || first == "/", let end = inside.firstIndex(of: ">") else {
            out.append("<")
            return inside
        }
        if isAddress(inside[..<end]) { out += spoken(address: inside[..<end]) } else { out.append(" ") }
        return inside[inside.index(after: end)...]
    }

    /// A backslash takes the meaning from what follows.
    private static func escaped(_ rest: Substring, into out: inout String) -> Substring {
        let behind = rest.dropFirst()
        guard let next = behind.first, "()[]\\*_`#".contains(next) else { return behind }
        return behind.dropFirst()
    }

    /// Marks at a word's edge go; inside a name they are a space; between numbers `*` multiplies and `~` means about.
    private static func emphasis(_ rest: Substring, before: Character?, into out: inout String) -> Substring {
        let mark = rest.first
        let run = rest.prefix { $0 == mark }
        let behind = rest.dropFirst(run.count)
        let next = behind.first
        if run.count == 1 {
            if mark == "_", isLetter(before), isLetter(next) { out.append(" ") }
            if mark == "*", before == " " || isLetter(before), next == " " || next?.isNumber == true,
                out.last(where: { $0 != " " })?.isNumber == true
            {
                out += " × "
            }
            if mark == "~", next?.isNumber == true { out.append("≈") }
        }
        return behind
    }

    static func isAddress(_ word: Substring) -> Bool {
        let lower = word.lowercased()
        if lower.hasPrefix("http://") || lower.hasPrefix("https://") || lower.hasPrefix("www.") || lower.hasPrefix("mailto:") {
            return true
        }
        guard let at = word.firstIndex(of: "@"), at > word.startIndex else { return false }
        return word[at...].dropFirst().contains(".")
    }

    /// "https://www.example.org/a/b?c" is "example dot org", "me@example.org" is "me at example dot org".
    private static func spoken(address: Substring) -> String {
        var text = address[...]
        for prefix in ["https://", "http://", "mailto:", "www."] where text.lowercased().hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
        }
        let end = text.last.map { ".,;:!?".contains($0) } == true ? String(text.removeLast()) : ""
        let host = text.prefix { !"/?#:".contains($0) }
        let words = host.map { character in
            switch character {
            case ".": " dot "
            case "@": " at "
            case "-", "_": " "
            default: String(character)
            }
        }
        return words.joined() + end
    }
}
