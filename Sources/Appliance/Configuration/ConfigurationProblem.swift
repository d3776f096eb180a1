/// One thing wrong with the settings: where it stands and what would be right.
public struct ConfigurationProblem: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    public var file: String
    /// 1-based; nil when it is about the file as a whole.
    public var line: Int?
    /// 1-based, in characters; nil when the line says enough.
    public var column: Int?
    /// Dotted, `audio.capture`; nil when it is about the file as a whole.
    public var key: String?
    /// What was found and what would be right. Never a secret.
    public var message: String

    public init(file: String, line: Int? = nil, column: Int? = nil, key: String? = nil, _ message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.message = message
    }

    public var description: String {
        let place = ([file] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":")
        return key.map { "\(place): \($0): \(message)" } ?? "\(place): \(message)"
    }
}

/// All that is wrong with the settings, so that it can be put right in one go.
public struct ConfigurationRefused: Error, Sendable, CustomStringConvertible {
    public var problems: [ConfigurationProblem]
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
