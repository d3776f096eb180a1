/// One key of linnet.toml: what may stand there, where it goes, and how it is written.
public struct Setting: Sendable {
    /// Dotted, `audio.capture`.
    public let key: String
    /// Whether a running daemon can take a new value without closing its devices.
    public var appliesLive: Bool { !key.hasPrefix("audio.") && !key.hasPrefix("board.") }

    let take: @Sendable (SettingValue, inout Configuration) -> String?
    let write: @Sendable (Configuration) -> String

    /// The value as it stands in a file.
    public func text(of configuration: Configuration) -> String { write(configuration) }

    typealias Path<Value> = any WritableKeyPath<Configuration, Value> & Sendable

    // MARK: Kinds

    /// - Parameter rule: says what is wrong with a text, and what would be right; nil when nothing is.
    static func text(_ key: String, _ path: Path<String>, _ rule: @escaping @Sendable (String) -> String?) -> Setting {
        Setting(key: key) { value, configuration in
            guard case .text(let text) = value else {
                return "wants a text in quotes, \(exampleInQuotes(value))not \(value.words)"
            }
            if let wrong = rule(text) { return wrong }
            configuration[keyPath: path] = text
            return nil
        } write: {
            quoted($0[keyPath: path])
        }
    }

    static func choice(_ key: String, _ path: Path<String>, among allowed: [String]) -> Setting {
        text(key, path) { allowed.contains($0) ? nil : notAmong(allowed, $0) }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(_ key: String, _ path: Path<Choice>) -> Setting
    {
        let allowed = Choice.allCases.map(\.rawValue)
        return Setting(key: key) { value, configuration in
            guard case .text(let text) = value else { return "wants \(list(allowed)) in quotes, not \(value.words)" }
            guard let choice = Choice(rawValue: text) else { return notAmong(allowed, text) }
            configuration[keyPath: path] = choice
            return nil
        } write: {
            quoted($0[keyPath: path].rawValue)
        }
    }

    static func whole(_ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, unit: String = "") -> Setting {
        let bounds = "\(range.lowerBound) to \(range.upperBound)\(unit.isEmpty ? "" : " \(unit)")"
        return Setting(key: key) { value, configuration in
            guard case .whole(let number) = value else { return notWhole(value, "a whole number, \(bounds)") }
            guard range.contains(number) else { return "\(number) is outside \(bounds)" }
            configuration[keyPath: path] = number
            return nil
        } write: {
            String($0[keyPath: path])
        }
    }

    static func whole(_ key: String, _ path: Path<Int>, among allowed: [Int], unit: String = "") -> Setting {
        let words = "one of \(allowed.map(String.init).joined(separator: ", "))\(unit.isEmpty ? "" : " \(unit)")"
        return Setting(key: key) { value, configuration in
            guard case .whole(let number) = value, allowed.contains(number) else { return notWhole(value, words) }
            configuration[keyPath: path] = number
            return nil
        } write: {
            String($0[keyPath: path])
        }
    }

    static func flag(_ key: String, _ path: Path<Bool>) -> Setting {
        Setting(key: key) { value, configuration in
            guard case .flag(let flag) = value else {
                if case .text(let text) = value, ["true", "false"].contains(text.lowercased()) {
                    return "wants \(text.lowercased()) without quotes"
                }
                return "wants true or false, not \(value.words)"
            }
            configuration[keyPath: path] = flag
            return nil
        } write: {
            String($0[keyPath: path])
        }
    }

    static func texts(
        _ key: String, _ path: Path<[String]>, atMost bound: Int, each rule: @escaping @Sendable (String) -> String?
    ) -> Setting {
        Setting(key: key) { value, configuration in
            guard case .list(let values) = value else {
                return "wants a list of texts, like [\"one\", \"two\"], not \(value.words)"
            }
            guard values.count <= bound else { return "wants at most \(bound) texts, not \(values.count)" }
            var texts: [String] = []
            for (index, item) in values.enumerated() {
                guard case .text(let text) = item else {
                    return "entry \(index + 1) wants to be a text in quotes, not \(item.words)"
                }
                if let wrong = rule(text) { return "entry \(index + 1) \(wrong)" }
                texts.append(text)
            }
            configuration[keyPath: path] = texts
            return nil
        } write: {
            "[\($0[keyPath: path].map(quoted).joined(separator: ", "))]"
        }
    }

    static func wholes(_ key: String, _ path: Path<[Int]>, _ range: ClosedRange<Int>, atMost bound: Int) -> Setting {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return Setting(key: key) { value, configuration in
            guard case .list(let values) = value else { return "wants a list of numbers, like [0, 1], not \(value.words)" }
            guard values.count <= bound else { return "wants at most \(bound) numbers, not \(values.count)" }
            var numbers: [Int] = []
            for (index, item) in values.enumerated() {
                guard case .whole(let number) = item else {
                    return "entry \(index + 1) wants to be a whole number without quotes, \(bounds), not \(item.words)"
                }
                guard range.contains(number) else { return "entry \(index + 1), \(number), is outside \(bounds)" }
                guard !numbers.contains(number) else { return "\(number) stands there twice; every number once" }
                numbers.append(number)
            }
            configuration[keyPath: path] = numbers
            return nil
        } write: {
            "[\($0[keyPath: path].map(String.init).joined(separator: ", "))]"
        }
    }

    // MARK: Words

    private static func notAmong(_ allowed: [String], _ text: String) -> String {
        let hint = nearest(to: text.lowercased(), among: allowed).map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(SettingValue.quoted(text)) is not one of \(list(allowed))\(hint)"
    }

    private static func notWhole(_ value: SettingValue, _ wanted: String) -> String {
        if case .text(let text) = value, let number = Int(text) { return "wants \(wanted), without quotes: \(number)" }
        return "wants \(wanted), not \(value.words)"
    }

    private static func exampleInQuotes(_ value: SettingValue) -> String {
        switch value {
        case .whole(let number): "like \"\(number)\", "
        default: ""
        }
    }

    private static func list(_ allowed: [String]) -> String { allowed.map { "\"\($0)\"" }.joined(separator: ", ") }

    /// A TOML basic string.
    private static func quoted(_ text: String) -> String { JSONText.quoted(text) }
}
