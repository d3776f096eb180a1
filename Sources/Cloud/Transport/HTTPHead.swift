/// Status and header of an answer.
package struct HTTPHead: Sendable, Equatable {
    /// `HTTP/1.1` or `HTTP/2`.
    package private(set) var version = ""
    package private(set) var status = 0
    private var fields: [(name: String, value: String)] = []

    package init() {}

    /// Whole, as it stands on the wire of HTTP/1.1. Nil when its first line is no status line.
    package init?(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) { add(line: String(line)) }
        guard status > 0 else { return nil }
    }

    /// The next line, without its end. A status line begins anew (after `100 Continue`, say).
    mutating func add(line: String) {
        if line.hasPrefix("HTTP/") {
            let words = line.split(separator: " ", maxSplits: 2)
            version = String(words[0])
            status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            fields = []
        } else if let colon = line.firstIndex(of: ":"), fields.count < Self.fieldBound {
            let value = line[line.index(after: colon)...].trimmingPrefix { $0 == " " || $0 == "\t" }
            fields.append((line[..<colon].lowercased(), String(value)))
        }
    }

    private static let fieldBound = 100

    /// The first value under `name`, whose case means nothing.
    package subscript(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.version == b.version && a.status == b.status && a.fields.elementsEqual(b.fields) { $0 == $1 }
    }
}
