import TOMLKit

/// Reads a settings file statement by statement and gathers everything that is wrong with it, syntax and sense alike, so that
/// it can be put right in one go.
struct SettingsReader {
    let file: String
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var configuration = Configuration()
    /// Where each key stands.
    private(set) var lines: [String: Int] = [:]

    /// A file with more than this many errors is no settings file: the rest of it is passed over.
    private static let problemBound = 100

    private let names = SettingNames(Configuration.allKeys)
    private var values: [String: SettingValue] = [:]
    private var headers: [String: Int] = [:]
    /// What a table that does not exist was meant to be; nil when nobody knows, and its keys are then passed over.
    private var meant: [String: String?] = [:]
    private var wrongKeys: Set<String> = []

    /// - Parameter isClean: the text is what the file holds; else something was taken out of it already.
    init(file: String, text: String, isClean: Bool) {
        self.file = file
        for statement in TOMLOutline(text).statements where problems.count < Self.problemBound {
            switch statement.kind {
            case .header(let path, let isArray): takeHeader(statement, path, isArray)
            case .pair, .unclosed: takePair(statement)
            }
        }
        for setting in Configuration.settings {
            guard let value = values[setting.key] else { continue }
            if let complaint = setting.take(value, &configuration) { wrong(setting.key, complaint) }
        }
        // The library has the last word on the file as a whole: it knows rules on tables that no single line shows.
        if isClean, problems.isEmpty, let error = Self.wholeFileError(text) { problems.append(error.problem(in: file)) }
    }

    /// Notes what is wrong with a key; where it stands is looked up.
    mutating func wrong(_ key: String, _ message: String) {
        wrongKeys.insert(key)
        problems.append(ConfigurationProblem(file: file, line: lines[key], key: key, message))
    }

    /// Whether a key's value can be relied on; true for one that keeps its default.
    func isRight(_ key: String) -> Bool { !wrongKeys.contains(key) }

    // MARK: Tables

    private mutating func takeHeader(_ statement: TOMLOutline.Statement, _ path: [String], _ isArray: Bool) {
        let name = path.joined(separator: ".")
        do throws(TOMLStatementReader.NotTOML) {
            try TOMLStatementReader(statement: statement).checkHeader(path)
        } catch {
            note(statement.line, nil, error.message)
        }
        if isArray { note(statement.line, name, "wants one pair of brackets: [\(name)]") }
        guard !name.isEmpty, !names.isTable(name) else { return noteHeader(name, statement.line) }
        if names.isKey(name) {
            meant[name] = .some(nil)
            let table = path.dropLast().joined(separator: ".")
            return note(statement.line, name, "is a key and not a table: write \(path.last ?? "") = … under [\(table)]")
        }
        let nearest = names.nearestTable(to: name)
        meant[name] = .some(nearest)
        let hint =
            nearest.map { "did you mean [\($0)]?" } ?? "there are \(names.tables.map { "[\($0)]" }.joined(separator: ", "))"
        note(statement.line, name, "there is no such table; \(hint)")
    }

    private mutating func noteHeader(_ name: String, _ line: Int) {
        guard !name.isEmpty else { return }
        if let first = headers[name] {
            note(line, name, "the table [\(name)] stands in line \(first) already: put its keys there")
        } else {
            headers[name] = line
        }
    }

    // MARK: Keys

    private mutating func takePair(_ statement: TOMLOutline.Statement) {
        do throws(TOMLStatementReader.NotTOML) {
            for leaf in try TOMLStatementReader(statement: statement).leaves() { take(leaf, statement.line) }
        } catch {
            let line = statement.line + error.lineOffset
            let written = TOMLDiagnosis(statement.text).key.map { [$0] } ?? []
            if SecretShape.isNamed(by: written) || SecretShape.owner(of: statement.text) != nil {
                let owner =
                    SecretShape.credential(meantBy: statement.table + written)
                    ?? SecretShape.owner(of: statement.text)?.credential
                return note(line, error.key.isEmpty ? nil : error.key.joined(separator: "."), SecretShape.advice(for: owner))
            }
            if let key = error.key.isEmpty ? nil : named(error.key) {
                wrongKeys.insert(key)
                note(line, key, error.message)
            } else {
                note(line, nil, error.message)
            }
        }
    }

    /// The dotted name of a key, as it was meant; nil when its table is unknown.
    private func named(_ path: [String]) -> String? {
        for count in stride(from: path.count - 1, to: 0, by: -1) {
            guard let replacement = meant[path.prefix(count).joined(separator: ".")] else { continue }
            return replacement.map { ([$0] + path.dropFirst(count)).joined(separator: ".") }
        }
        return path.joined(separator: ".")
    }

    private mutating func take(_ leaf: TOMLStatementReader.Leaf, _ line: Int) {
        let written = leaf.path.joined(separator: ".")
        if let secret = secret(in: leaf) { return note(line, written, secret) }
        guard let key = named(leaf.path) else { return }
        if names.isTable(key) {
            guard leaf.value != .table else { return }
            return note(line, key, "is a table and not a key: write [\(key)] on a line of its own, its keys below it")
        }
        if let above = names.keyAbove(key) {
            wrongKeys.insert(above)
            return note(line, above, "wants a value and not a table")
        }
        guard names.isKey(key) else { return note(line, written, names.advice(forUnknown: key)) }
        if let first = lines[key] {
            return note(line, key, "is set in line \(first) already: keep one of the two")
        }
        lines[key] = line
        values[key] = leaf.value
    }

    private func secret(in leaf: TOMLStatementReader.Leaf) -> String? {
        let texts: [String] =
            switch leaf.value {
            case .text(let text): [text]
            case .list(let values): values.compactMap { if case .text(let text) = $0 { text } else { nil } }
            default: []
            }
        let isKnown = names.isKey(leaf.path.joined(separator: "."))
        if !isKnown, SecretShape.isNamed(by: leaf.path) {
            return SecretShape.advice(
                for: SecretShape.credential(meantBy: leaf.path)
                    ?? texts.lazy.compactMap { SecretShape.owner(of: $0)?.credential }.first)
        }
        guard let owner = texts.lazy.compactMap({ SecretShape.owner(of: $0) }).first else { return nil }
        return "what stands there looks like a key; " + SecretShape.advice(for: owner.credential)
    }

    private mutating func note(_ line: Int?, _ key: String?, _ message: String) {
        problems.append(ConfigurationProblem(file: file, line: line, key: key, message))
    }

    // MARK: The file as a whole

    private struct WholeFileError {
        var line: Int?
        var words: String
        func problem(in file: String) -> ConfigurationProblem {
            ConfigurationProblem(file: file, line: line, "is not valid TOML: \(words)")
        }
    }

    private static func wholeFileError(_ text: String) -> WholeFileError? {
        do {
            _ = try TOMLTable(string: text)
            return nil
        } catch let error as TOMLParseError {
            return WholeFileError(line: error.source.begin.line, words: error.description)
        } catch {
            return WholeFileError(line: nil, words: "\(error)")
        }
    }
}
