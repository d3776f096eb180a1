import Conversation
import Failures

extension ToolCall {
    /// A call as a model wrote it; empty arguments are an empty object.
    init(id: String, name: String, written json: String, signature: String? = nil, provider: Failure.Subject) {
        let json = json.isEmpty ? "{}" : json
        self.init(
            id: id.isEmpty ? CallID.fresh() : id, name: name, argumentsJSON: json, signature: signature,
            arguments: ToolArguments(parsing: json), provider: provider)
    }

    /// What may be sent back: the object that the model wrote, or an empty one where it wrote none.
    var argumentsObject: JSONValue {
        guard let value = try? JSONValue(parsing: argumentsJSON), case .object = value else { return .object([:]) }
        return value
    }
}

extension ToolArguments {
    /// Nil when `json` is no JSON object.
    init?(parsing json: String) {
        guard case .object(let fields)? = try? JSONValue(parsing: json) else { return nil }
        self = fields.mapValues(ToolValue.init)
    }
}

extension ToolValue {
    init(_ json: JSONValue) {
        self =
            switch json {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .integer(let integer): .number(Double(integer))
            case .number(let number): .number(number)
            case .text(let text): .text(text)
            case .list(let list): .list(list.map(ToolValue.init))
            case .object(let fields): .object(fields.mapValues(ToolValue.init))
            }
    }
}

/// Ids for calls whose provider gave none, made so that they can be told from its own: it must not see them again.
enum CallID {
    private static let prefix = "linnet-call-"

    static func fresh() -> String { prefix + String(UInt64.random(in: .min ... .max), radix: 16) }
    static func isOurs(_ id: String) -> Bool { id.hasPrefix(prefix) }
}
