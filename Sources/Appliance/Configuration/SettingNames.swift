/// All keys and tables, and what somebody meant who wrote one that does not exist.
struct SettingNames {
    let keys: [String]
    /// In the order of the shipped file.
    let tables: [String]

    init(_ keys: [String]) {
        self.keys = keys
        var tables: [String] = []
        for key in keys {
            let parts = key.split(separator: ".")
            for count in 1..<parts.count {
                let table = parts.prefix(count).joined(separator: ".")
                if !tables.contains(table) { tables.append(table) }
            }
        }
        self.tables = tables
    }

    func isKey(_ name: String) -> Bool { keys.contains(name) }
    func isTable(_ name: String) -> Bool { tables.contains(name) }

    /// The key that something stands below as though it were a table: `audio.capture` for `audio.capture.name`.
    func keyAbove(_ name: String) -> String? { keys.first { name.hasPrefix("\($0).") } }

    /// The table that was meant: by a slip of the pen, or by its last word alone (`[deepgram]`).
    func nearestTable(to name: String) -> String? {
        let name = Self.plain(name)
        if let same = tables.first(where: { $0 == name }) { return same }
        let last = String(name.split(separator: ".").last ?? "")
        if let inner = tables.first(where: { Self.last($0) == last }) { return inner }
        return nearest(to: name, among: tables) ?? tables.first { nearest(to: last, among: [Self.last($0)]) != nil }
    }

    /// What would be right instead of a key that does not exist.
    func advice(forUnknown name: String) -> String {
        let plain = Self.plain(name)
        if isKey(plain) { return "there is no such key; did you mean \(plain)?" }
        let table = plain.split(separator: ".").dropLast().joined(separator: ".")
        let last = Self.last(plain)
        let siblings = keys.filter { Self.table($0) == table }
        if let near = nearest(to: last, among: siblings.map(Self.last)), distanceIsSmall(near, last) {
            return "there is no such key; did you mean \(table).\(near)?"
        }
        let elsewhere = keys.filter { Self.last($0) == last }
        if !elsewhere.isEmpty {
            let homes = elsewhere.map { "[\(Self.table($0))]" }
            return "there is no such key here; \(last) belongs in \(homes.joined(separator: " or "))"
        }
        if let longer = siblings.first(where: { Self.last($0).hasPrefix(last + "_") }) {
            return "there is no such key; did you mean \(longer)?"
        }
        if let near = nearest(to: last, among: siblings.map(Self.last)) {
            return "there is no such key; did you mean \(table).\(near)?"
        }
        if let near = nearest(to: plain, among: keys) { return "there is no such key; did you mean \(near)?" }
        if let near = nearest(to: last, among: keys.map(Self.last)), let key = keys.first(where: { Self.last($0) == near }) {
            return "there is no such key here; did you mean \(near) in [\(Self.table(key))]?"
        }
        guard !siblings.isEmpty else { return "there is no such key; linnet.toml as shipped lists all of them" }
        return "there is no such key; [\(table)] has \(siblings.map(Self.last).joined(separator: ", "))"
    }

    /// A slip in one letter or two beats the same word in another table.
    private func distanceIsSmall(_ near: String, _ word: String) -> Bool { nearest(to: word, among: [near], atMost: 1) != nil }

    /// As our names are written: small, with underscores.
    private static func plain(_ name: String) -> String {
        var words = ""
        for letter in name {
            if letter.isUppercase, let before = words.last, before.isLowercase { words += "_" }
            words += letter == "-" || letter == " " ? "_" : letter.lowercased()
        }
        return words
    }

    private static func last(_ name: String) -> String { String(name.split(separator: ".").last ?? "") }
    private static func table(_ key: String) -> String { key.split(separator: ".").dropLast().joined(separator: ".") }
}
