/// Takes `<think>…</think>` out of a model's text, tags split anywhere, and the white space after it.
package struct ThinkFilter: Sendable {
    private static let opening = "<think>"
    private static let closing = "</think>"

    private var isThinking = false
    private var skipsSpace = false
    /// What may still become a tag.
    private var held = ""

    package init() {}

    /// - Returns: what may be spoken; may be empty.
    package mutating func feed(_ text: String) -> String {
        held += text
        var spoken = ""
        while true {
            let tag = isThinking ? Self.closing : Self.opening
            guard let found = held.firstRange(of: tag) else { break }
            if !isThinking { spoken += speakable(held[..<found.lowerBound]) }
            held = String(held[found.upperBound...])
            skipsSpace = isThinking
            isThinking.toggle()
        }
        let kept = possibleTagStart()
        if !isThinking { spoken += speakable(held.dropLast(kept)) }
        held = String(held.suffix(kept))
        return spoken
    }

    /// The text is over: what was held was no tag.
    package mutating func finish() -> String {
        defer { held = "" }
        return isThinking ? "" : String(speakable(held[...]))
    }

    private mutating func speakable(_ text: Substring) -> Substring {
        guard skipsSpace else { return text }
        let rest = text.trimmingPrefix(while: \.isWhitespace)
        if !rest.isEmpty { skipsSpace = false }
        return rest
    }

    /// Letters at the end of `held` that could begin the tag.
    private func possibleTagStart() -> Int {
        let tag = isThinking ? Self.closing : Self.opening
        return (1..<tag.count).reversed().first { held.hasSuffix(tag.prefix($0)) } ?? 0
    }
}
