import TOMLKit

/// Reads one statement with the TOML library, and says in plain words why it cannot be read.
struct TOMLStatementReader {
    /// A value and the dotted name that it stands under, from the root.
    struct Leaf {
        var path: [String]
        var value: SettingValue
    }

    struct NotTOML: Error {
        /// Lines below the statement's first.
        var lineOffset: Int
        var key: [String]
        var message: String
    }

    let statement: TOMLOutline.Statement

    /// - Returns: one leaf for a plain value, several for an inline table.
    func leaves() throws(NotTOML) -> [Leaf] {
        if case .unclosed(let wanted) = statement.kind { throw broken(diagnosis(wanted: wanted)) }
        do {
            return Self.flattened(try TOMLTable(string: statement.text), under: statement.table)
        } catch let error as TOMLParseError {
            let words = TOMLDiagnosis(statement.text).words(wanted: nil) ?? Self.plain(error.description)
            throw broken(words, lineOffset: max(0, error.source.begin.line - 1))
        } catch {
            throw broken("is not valid TOML")
        }
    }

    /// Checks a header; the outline has already read its name.
    func checkHeader(_ path: [String]) throws(NotTOML) {
        guard path.isEmpty || (try? TOMLTable(string: statement.text)) == nil else { return }
        let name = path.isEmpty ? "audio" : path.joined(separator: ".")
        var words = "a table's name stands in brackets on a line of its own: [\(name)]"
        if let behind = statement.text.split(separator: "]", maxSplits: 1).dropFirst().first, behind.contains("=") {
            words += ", its keys on the lines below"
        }
        throw NotTOML(lineOffset: 0, key: [], message: words + TOMLDiagnosis.excerpt(statement.text))
    }

    private func broken(_ words: String, lineOffset: Int = 0) -> NotTOML {
        let key = TOMLDiagnosis(statement.text).key
        let message = words + TOMLDiagnosis.excerpt(statement.text)
        return NotTOML(lineOffset: lineOffset, key: key.map { statement.table + [$0] } ?? [], message: message)
    }

    private func diagnosis(wanted: String) -> String {
        TOMLDiagnosis(statement.text).words(wanted: wanted) ?? "it is not closed: \(wanted) is missing"
    }

    /// The library's words without its preamble.
    private static func plain(_ words: String) -> String {
        var words = words[...]
        if words.hasPrefix("Error while parsing ") {
            words = words.dropFirst("Error while parsing ".count)
            if let colon = words.firstRange(of: ": ") { words = words[colon.upperBound...] }
        }
        return "is not valid TOML: \(words)"
    }

    private static func flattened(_ table: TOMLTable, under prefix: [String]) -> [Leaf] {
        var all: [Leaf] = []
        for (name, value) in table {
            let path = prefix + [name]
            if let inner = value.table {
                // An empty table still says that its name is a table.
                all += inner.isEmpty ? [Leaf(path: path, value: .table)] : flattened(inner, under: path)
            } else {
                all.append(Leaf(path: path, value: SettingValue(value)))
            }
        }
        return all
    }
}
