/// A content of the conversation: who said it, in which parts.
struct GeminiContent: Equatable {
    struct Call: Equatable {
        var id: String?
        var use: ToolUse
        var signature: String?
    }
    struct Result: Equatable {
        var id: String?
        var name: String
        var text: String
    }

    var isModel: Bool
    /// Thoughts left out.
    var text = ""
    var hasText = false
    var calls: [Call] = []
    var results: [Result] = []

    mutating func add(_ more: GeminiContent) {
        text += more.text
        hasText = hasText || more.hasText
        calls += more.calls
        results += more.results
    }

    var entries: [Prompt.Entry] {
        if isModel { return [.model(text, calls: calls.map(\.use))] }
        return results.map { .result($0.text) } + (hasText ? [.said(text)] : [])
    }
}

/// What may stand in `contents` and in `systemInstruction`.
enum GeminiContents {
    static func read(_ contents: JSONValue?) throws(GeminiRefusal) -> [GeminiContent] {
        guard let items = contents?.items, !items.isEmpty else {
            throw .argument("* GenerateContentRequest.contents: contents is not specified")
        }
        var read: [GeminiContent] = []
        for (index, item) in items.enumerated() {
            let next = try content(item, "contents[\(index)]")
            // Google's own chat keeps every chunk of a streamed answer as a content: neighbours of the model are one turn.
            if next.isModel, read.last?.isModel == true { read[read.count - 1].add(next) } else { read.append(next) }
        }
        guard read.last?.isModel == false else {
            throw .argument("Please ensure that multiturn requests end with a user role or a function response.")
        }
        return read
    }

    static func instructions(_ value: JSONValue?) throws(GeminiRefusal) -> String? {
        guard let value else { return nil }
        let content = try content(.object((value.fields ?? [:]).merging(["role": "user"]) { $1 }), "system_instruction")
        guard content.results.isEmpty, content.calls.isEmpty else {
            throw .argument("* GenerateContentRequest.system_instruction: only text is supported")
        }
        return content.text
    }

    private static func content(_ item: JSONValue, _ place: String) throws(GeminiRefusal) -> GeminiContent {
        let role = item["role"]?.string ?? "user"
        guard role == "user" || role == "model" else { throw .argument("Please use a valid role: user, model.") }
        guard let parts = item["parts"]?.items, !parts.isEmpty else {
            throw .argument("* GenerateContentRequest.\(place).parts: contents.parts must not be empty.")
        }
        var content = GeminiContent(isModel: role == "model")
        for (index, part) in parts.enumerated() { try take(part, into: &content, "\(place).parts[\(index)]") }
        return content
    }

    private static func take(_ part: JSONValue, into content: inout GeminiContent, _ place: String) throws(GeminiRefusal) {
        let kinds = GeminiRequestShape.kinds.filter { part[$0] != nil }
        guard let kind = kinds.first else {
            throw .argument(
                "* GenerateContentRequest.\(place).data: required oneof field 'data' must have one initialized field")
        }
        guard kinds.count == 1 else {
            throw .field(
                place, "Invalid value at '\(place)' (oneof), oneof field 'data' is already set. Cannot set '\(kinds[1])'")
        }
        let value = part[kind] ?? .null
        switch kind {
        case "text":
            guard part["thought"]?.flag != true else { return }
            content.text += (content.text.isEmpty ? "" : " ") + (value.string ?? "")
            content.hasText = true
        case "functionCall": content.calls.append(try call(value, part["thoughtSignature"]?.string, place))
        case "functionResponse": content.results.append(try result(value, place))
        default: throw .argument("* GenerateContentRequest.\(place): the stand-in takes text and function parts only")
        }
    }

    private static func call(
        _ value: JSONValue, _ signature: String?, _ place: String
    ) throws(GeminiRefusal) -> GeminiContent.Call {
        let use = ToolUse(name: try name(value, "\(place).function_call"), arguments: value["args"]?.fields ?? [:])
        return GeminiContent.Call(id: value["id"]?.string, use: use, signature: signature)
    }

    private static func result(_ value: JSONValue, _ place: String) throws(GeminiRefusal) -> GeminiContent.Result {
        let name = try name(value, "\(place).function_response")
        guard let response = value["response"] else {
            throw .argument("* GenerateContentRequest.\(place).function_response.response: must be set")
        }
        let text = response["output"]?.string ?? response["error"]?.string.map { "error: \($0)" } ?? response.serialized
        return GeminiContent.Result(id: value["id"]?.string, name: name, text: text)
    }

    private static func name(_ value: JSONValue, _ place: String) throws(GeminiRefusal) -> String {
        guard let name = value["name"]?.string, !name.isEmpty else {
            throw .argument("* GenerateContentRequest.\(place).name: Name cannot be empty.")
        }
        return name
    }
}
