import Audio
import DSP

/// What is wrong with a text that stands behind a key, and what would be right; nil when nothing is.
enum TextRule {
    /// An ALSA PCM name. Spaces may stand in the arguments of one; whether it exists is asked elsewhere.
    @Sendable static func device(_ text: String) -> String? {
        if text.isEmpty { return "wants an ALSA PCM name, like \"default\" or \"plughw:CARD=Array\", not an empty text" }
        if text.first == " " || text.last == " " { return "\(SettingValue.quoted(text)) begins or ends with a space" }
        if text.hasPrefix("/dev/") { return "wants an ALSA PCM name as `arecord -L` lists it, not a path" }
        return control(text)
    }

    /// One word that is sent or opened as it stands.
    static func name(_ what: String) -> @Sendable (String) -> String? {
        { text in
            if text.isEmpty { return "wants \(what), not an empty text" }
            if SecretShape.owner(of: text) != nil { return "wants \(what); what stands there looks like a key" }
            if text.contains(where: \.isWhitespace) {
                return "wants \(what), one word without spaces, not \(SettingValue.quoted(text))"
            }
            if text.utf8.count > 200 { return "wants \(what), at most 200 bytes, not \(text.utf8.count)" }
            return control(text)
        }
    }

    /// Where microphones stand.
    @Sendable static func geometry(_ text: String) -> String? {
        let words = Configuration.Audio.geometries
        if words.contains(text) || ArrayGeometry(named: text) != nil { return nil }
        let hint = nearest(to: text.lowercased(), among: words).map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(SettingValue.quoted(text)) is not \"unknown\", \"single\", \(ArrayGeometry.names)\(hint)"
    }

    /// A BCP 47 code, or Deepgram's `multi`.
    @Sendable static func language(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isCode =
            (2...3).contains(parts[0].count)
            && parts.allSatisfy { (2...8).contains($0.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } }
        if isCode || text == "multi" { return nil }
        if text.contains("_") {
            return "wants a BCP 47 code with hyphens: \"\(text.prefix { $0 != "." }.replacing("_", with: "-"))\""
        }
        return "wants a BCP 47 code, like \"en\" or \"en-GB\", not \(SettingValue.quoted(text))"
    }

    private static let instructionsBound = 16_000

    @Sendable static func instructions(_ text: String) -> String? {
        guard text.utf8.count > instructionsBound else { return nil }
        return "is \(text.utf8.count) bytes long; at most \(instructionsBound) go before every question"
    }

    @Sendable static func keyterm(_ text: String) -> String? {
        if !text.contains(where: { !$0.isWhitespace }) { return "is empty; wants a name or term" }
        if text.count > 100 { return "has \(text.count) characters; wants at most 100" }
        return control(text)
    }

    private static func control(_ text: String) -> String? {
        guard let scalar = text.unicodeScalars.first(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return nil }
        return "holds a control character (\(scalar.escaped(asASCII: true))); wants printable text"
    }
}
