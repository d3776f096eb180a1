import TOMLKit

/// The file's values, taken one by one: what was never asked for is an unknown key, and everything wrong is gathered.
struct SettingsTable {
    let file: String
    private let values: [String: Value]
    private let lines: [String: Int]
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var known: [String] = []

    enum Value {
        case string(String)
        case integer(Int)
        case flag(Bool)
        case strings([String])
        case integers([Int])
        case other(String)
    }

    init(file: String, text: String) throws(ConfigurationProblem) {
        self.file = file
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationProblem(file: file, line: error.source.begin.line, "not valid TOML: \(error.description)")
        } catch {
            throw ConfigurationProblem(file: file, "not valid TOML: \(error)")
        }
        values = Self.flattened(table, under: "")
        lines = Self.lineNumbers(text)
    }

    // MARK: Taking

    mutating func string(_ key: String, _ target: inout String, among allowed: [String]? = nil) {
        guard let value = take(key) else { return }
        guard case .string(let text) = value else { return wrong(key, "wants a text in quotes, not \(Self.word(value))") }
        guard let allowed, !allowed.contains(text) else {
            target = text
            return
        }
        refuse(key, text, allowed)
    }

    mutating func choice<C: RawRepresentable<String> & CaseIterable>(_ key: String, _ target: inout C) {
        var name = target.rawValue
        string(key, &name, among: C.allCases.map(\.rawValue))
        target = C(rawValue: name) ?? target
    }

    mutating func integer(_ key: String, _ target: inout Int, _ range: ClosedRange<Int>, unit: String = "") {
        guard let value = take(key) else { return }
        guard case .integer(let number) = value else { return wrong(key, "wants a whole number, not \(Self.word(value))") }
        guard range.contains(number) else {
            return wrong(key, "\(number) is outside \(range.lowerBound) to \(range.upperBound)\(unit.isEmpty ? "" : " \(unit)")")
        }
        target = number
    }

    mutating func integer(_ key: String, _ target: inout Int, among allowed: [Int]) {
        guard let value = take(key) else { return }
        guard case .integer(let number) = value, allowed.contains(number) else {
            return wrong(key, "wants one of \(allowed.map(String.init).joined(separator: ", ")), not \(Self.word(value))")
        }
        target = number
    }

    mutating func flag(_ key: String, _ target: inout Bool) {
        guard let value = take(key) else { return }
        guard case .flag(let flag) = value else { return wrong(key, "wants true or false, not \(Self.word(value))") }
        target = flag
    }

    mutating func strings(_ key: String, _ target: inout [String], atMost bound: Int) {
        guard let value = take(key) else { return }
        guard case .strings(let list) = value, list.count <= bound else {
            return wrong(key, "wants a list of at most \(bound) texts, like [\"one\", \"two\"], not \(Self.word(value))")
        }
        target = list
    }

    mutating func integers(_ key: String, _ target: inout [Int], _ range: ClosedRange<Int>, atMost bound: Int) {
        guard let value = take(key) else { return }
        var list: [Int] = []
        if case .integers(let numbers) = value { list = numbers }
        let isEmptyList = if case .strings(let texts) = value { texts.isEmpty } else { false }
        let isRight =
            isEmptyList
            || !list.isEmpty && list.count <= bound && list.allSatisfy(range.contains) && Set(list).count == list.count
        guard isRight else {
            return wrong(
                key,
                "wants a list of at most \(bound) different numbers of \(range.lowerBound) to \(range.upperBound), like [0, 1]")
        }
        target = list
    }

    // MARK: What is wrong

    mutating func wrong(_ key: String, _ message: String) {
        problems.append(ConfigurationProblem(file: file, line: lines[key], key: key, message))
    }

    /// Every key that nobody asked for, each with the nearest that exists.
    mutating func refuseUnknown() {
        for key in values.keys.sorted() where !known.contains(key) {
            if let secret = Credential.allCases.first(where: { $0.isMeant(by: key) }) {
                wrong(
                    key, "keys and passwords do not belong here: store it as the credential \(secret.rawValue) (see .env.example)"
                )
            } else if let close = nearest(to: key, among: known) {
                wrong(key, "there is no such key; did you mean \(close)?")
            } else {
                wrong(key, "there is no such key; linnet.toml as shipped lists all of them")
            }
        }
        problems.sort { ($0.line ?? 0) < ($1.line ?? 0) }
    }

    private mutating func refuse(_ key: String, _ text: String, _ allowed: [String]) {
        let hint = nearest(to: text, among: allowed).map { "; did you mean \"\($0)\"?" } ?? ""
        wrong(key, "\"\(text)\" is not one of \(allowed.map { "\"\($0)\"" }.joined(separator: ", "))\(hint)")
    }

    private mutating func take(_ key: String) -> Value? {
        known.append(key)
        return values[key]
    }

    private static func word(_ value: Value) -> String {
        switch value {
        case .string(let text): "the text \"\(text)\""
        case .integer(let number): "the number \(number)"
        case .flag(let flag): "\(flag)"
        case .strings, .integers: "a list"
        case .other(let kind): kind
        }
    }

    // MARK: Reading the file

    private static func flattened(_ table: TOMLTable, under prefix: String) -> [String: Value] {
        var all: [String: Value] = [:]
        for (name, value) in table {
            let key = prefix.isEmpty ? name : "\(prefix).\(name)"
            if let inner = value.table {
                all.merge(flattened(inner, under: key)) { first, _ in first }
            } else {
                all[key] = converted(value)
            }
        }
        return all
    }

    private static func converted(_ value: any TOMLValueConvertible) -> Value {
        if let text = value.string { return .string(text) }
        if let flag = value.bool { return .flag(flag) }
        if let number = value.int { return .integer(number) }
        if let list = value.array {
            let texts = list.compactMap(\.string)
            if texts.count == list.count { return .strings(texts) }
            let numbers = list.compactMap(\.int)
            return numbers.count == list.count ? .integers(numbers) : .other("a list of mixed things")
        }
        return .other(value.double.map { "the number \($0)" } ?? "a date or time")
    }

    /// Where each key stands. The library keeps no positions, so the file is read once more: headers and `key =` alone.
    private static func lineNumbers(_ text: String) -> [String: Int] {
        var lines: [String: Int] = [:]
        var table = ""
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = raw.trimmingPrefix { $0 == " " || $0 == "\t" }
            if line.first == "[" {
                table = String(line.dropFirst().prefix { $0 != "]" }).filter { $0 != " " && $0 != "\"" && $0 != "[" }
            } else if let equals = line.firstIndex(of: "="), line.first != "#" {
                let name = line[..<equals].filter { $0 != " " && $0 != "\t" && $0 != "\"" }
                let key = table.isEmpty ? String(name) : "\(table).\(name)"
                lines[key] = lines[key] ?? index + 1
            }
        }
        return lines
    }
}
