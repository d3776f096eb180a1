import TOMLKit

/// What stands behind a key.
indirect enum SettingValue: Sendable, Equatable {
    case text(String)
    case whole(Int)
    case number(Double)
    case flag(Bool)
    case list([SettingValue])
    case table
    case date

    init(_ value: any TOMLValueConvertible) {
        if let text = value.string {
            self = .text(text)
        } else if let flag = value.bool {
            self = .flag(flag)
        } else if let number = value.int {
            self = .whole(number)
        } else if let number = value.double {
            self = .number(number)
        } else if let list = value.array {
            self = .list(list.map(SettingValue.init))
        } else {
            self = value.table == nil ? .date : .table
        }
    }

    /// In an error message: what was found. Never a secret.
    var words: String {
        switch self {
        case .text(let text): "the text \(Self.quoted(text))"
        case .whole(let number): "the number \(number)"
        case .number(let number): "the number \(number)"
        case .flag(let flag): "\(flag)"
        case .list(let values): values.isEmpty ? "an empty list" : "a list"
        case .table: "a table"
        case .date: "a date or time"
        }
    }

    /// In quotes, shortened, and without what looks like a key.
    static func quoted(_ text: String) -> String {
        if SecretShape.owner(of: text) != nil { return "(something that looks like a key)" }
        let shown = text.prefix(60).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }.joined()
        return "\"\(shown)\(text.count > 60 ? "…" : "")\""
    }
}
