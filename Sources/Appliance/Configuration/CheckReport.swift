/// What `linnet run --check` says: everything that is wrong, and what would be used. Values of keys never appear.
public struct CheckReport: Sendable {
    private let settings: CheckedSettings
    private let credentials: Credentials

    public init(_ settings: CheckedSettings, credentials: Credentials) {
        self.settings = settings
        self.credentials = credentials
    }

    /// The daemon would start with these settings.
    public var isRight: Bool { settings.problems.isEmpty }

    /// One line each: errors, then warnings.
    public var complaints: [String] { settings.problems.map(\.description) + warnings.map { "warning: \($0)" } }

    private var warnings: [String] { settings.warnings.map(\.description) + credentials.complaints.map(\.message) + missingKeys }

    private var missingKeys: [String] {
        Credential.inUse(by: settings.configuration).filter { credentials[$0.credential] == nil }.map {
            "no key for \($0.credential.owner): \($0.consequence); store it as the credential \($0.credential.rawValue)"
        }
    }

    /// For people, one line each.
    public var summary: [String] {
        guard isRight else {
            let count = settings.problems.count
            return ["\(settings.file) is refused: \(count) error\(count == 1 ? "" : "s")"]
        }
        return ["\(settings.file) is right"] + parts.map { "  \($0.name.padded(to: 12))\($0.text)" }
    }

    private var parts: [(name: String, text: String)] {
        let use = settings.configuration
        let cloud = use.cloud
        let search = use.conversation.webSearch ? "tavily at \(cloud.tavily.url)" : "none (conversation.web_search = false)"
        return [
            ("microphones", use.audio.capture), ("loudspeaker", use.audio.playback), ("board", use.board.driver.rawValue),
            ("recognizer", "deepgram \(cloud.deepgram.model) at \(cloud.deepgram.url)"),
            ("model", "groq \(cloud.groq.model) at \(cloud.groq.url)"),
            ("second model", "gemini \(cloud.gemini.model) at \(cloud.gemini.url)"), ("search", search),
            ("voice", "cartesia \(cloud.cartesia.model), \(cloud.cartesia.voice), at \(cloud.cartesia.url)"),
            ("keys", credentials.names.isEmpty ? "none" : credentials.names.map(\.rawValue).joined(separator: ", ")),
            ("changed", changed.isEmpty ? "nothing: every key has its default" : changed.joined(separator: ", ")),
        ]
    }

    /// The keys that differ from their defaults.
    private var changed: [String] {
        Configuration.settings.filter { $0.text(of: settings.configuration) != $0.text(of: Configuration()) }.map(\.key)
    }

    /// For programs: one object on one line.
    public var json: String {
        let members = Dictionary(parts.map { ($0.name.replacing(" ", with: "_"), $0.text) }) { first, _ in first }
        let page = Page(
            file: settings.file, right: isRight, errors: settings.problems, warnings: warnings, uses: isRight ? members : [:],
            keys: credentials.names.map(\.rawValue))
        return String(decoding: ControlWire.line(page).dropLast(), as: UTF8.self)
    }

    private struct Page: Codable {
        var file: String
        var right: Bool
        var errors: [ConfigurationProblem]
        var warnings: [String]
        var uses: [String: String]
        var keys: [String]
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count + 1)) }
}

extension [ConfigurationProblem] {
    /// All of them in one line, for a place that has no more: bounded, with what was left out counted.
    var inOneLine: String {
        let shown = prefix(4).map(\.description).joined(separator: " | ")
        return count > 4 ? "\(shown) | and \(count - 4) more" : shown
    }
}
