/// What may stand in a message of each role.
enum GroqMessageRules {
    private static let properties: [String: Set<String>] = [
        "system": ["role", "content", "name"], "developer": ["role", "content", "name"], "user": ["role", "content", "name"],
        "assistant": ["role", "content", "name", "tool_calls", "function_call", "reasoning"],
        "tool": ["role", "content", "tool_call_id"],
    ]

    static func read(_ messages: [JSONValue]) throws(GroqRefusal) -> [Prompt.Entry] {
        var entries: [Prompt.Entry] = []
        var openCalls: Set<String> = []
        for (index, message) in messages.enumerated() {
            let fields = try fields(of: message, index)
            let role = fields["role"]?.string ?? ""
            let text = try text(fields, index, role)
            if role == "tool" {
                try answer(fields, index, &openCalls)
                entries.append(.result(text))
                continue
            }
            try checkNone(openCalls, before: index)
            let calls = try GroqCallRules.read(fields, index)
            openCalls = Set(calls.map(\.id))
            entries.append(entry(role, text, calls.map(\.use)))
        }
        try checkNone(openCalls, before: messages.count)
        return entries
    }

    private static func entry(_ role: String, _ text: String, _ calls: [ToolUse]) -> Prompt.Entry {
        switch role {
        case "user": .said(text)
        case "assistant": .model(text, calls: calls)
        default: .instructions(text)
        }
    }

    private static func checkNone(_ open: Set<String>, before index: Int) throws(GroqRefusal) {
        guard open.isEmpty else {
            throw GroqRefusal("'messages.\(index)' : tool calls \(open.sorted()) have no tool message before it")
        }
    }

    private static func fields(of message: JSONValue, _ index: Int) throws(GroqRefusal) -> [String: JSONValue] {
        guard let fields = message.fields else { throw GroqRefusal("'messages.\(index)' : value must be an object") }
        guard let role = fields["role"]?.string, let allowed = properties[role] else {
            throw GroqRefusal("'messages.\(index)' : discriminator property 'role' has invalid value")
        }
        for name in fields.keys.sorted() where !allowed.contains(name) {
            let breach = "'messages.\(index)' : property '\(name)' is unsupported"
            throw GroqRefusal("'messages.\(index)' : for 'role:\(role)' the following must be satisfied[(\(breach))]")
        }
        return fields
    }

    private static func text(_ fields: [String: JSONValue], _ index: Int, _ role: String) throws(GroqRefusal) -> String {
        switch fields["content"] {
        case .text(let text): return text
        case .list(let parts):
            guard role == "user" || role == "system",
                parts.allSatisfy({ $0["type"]?.string == "text" && $0["text"]?.string != nil })
            else { throw GroqRefusal("'messages.\(index).content' : only text parts are understood") }
            return parts.compactMap { $0["text"]?.string }.joined(separator: " ")
        case nil, .null:
            guard role == "assistant", fields["tool_calls"]?.items?.isEmpty == false else {
                throw GroqRefusal("'messages.\(index)' : property 'content' is missing")
            }
            return ""
        default: throw GroqRefusal("'messages.\(index).content' : value must be a string")
        }
    }

    /// A tool's message takes its call off the open ones: a second one, or one for a call that nobody made, has none to take.
    private static func answer(
        _ fields: [String: JSONValue], _ index: Int, _ open: inout Set<String>
    ) throws(GroqRefusal) {
        guard let id = fields["tool_call_id"]?.string else {
            throw GroqRefusal("'messages.\(index)' : property 'tool_call_id' is missing")
        }
        guard open.remove(id) != nil else {
            throw GroqRefusal("'messages.\(index)' : tool_call_id '\(id)' answers no open call")
        }
    }
}

/// What may stand in an assistant's `tool_calls`.
enum GroqCallRules {
    static func read(_ fields: [String: JSONValue], _ index: Int) throws(GroqRefusal) -> [(id: String, use: ToolUse)] {
        guard let value = fields["tool_calls"], value != .null else { return [] }
        guard let items = value.items, !items.isEmpty else {
            throw GroqRefusal("'messages.\(index).tool_calls' : minimum number of items is 1")
        }
        var calls: [(id: String, use: ToolUse)] = []
        for item in items {
            let call = try read(item, index)
            guard !calls.contains(where: { $0.id == call.id }) else {
                throw GroqRefusal("'messages.\(index).tool_calls' : the id '\(call.id)' stands there twice")
            }
            calls.append(call)
        }
        return calls
    }

    private static func read(_ call: JSONValue, _ index: Int) throws(GroqRefusal) -> (id: String, use: ToolUse) {
        let place = "'messages.\(index).tool_calls'"
        guard let id = call["id"]?.string, !id.isEmpty, call["type"]?.string == "function",
            let name = call["function"]?["name"]?.string, let arguments = call["function"]?["arguments"]?.string
        else { throw GroqRefusal("\(place) : id, type, name and arguments (a string) are required") }
        try GroqToolRules.checkNames(call, ["id", "type", "function"], place)
        try GroqToolRules.checkNames(call["function"], ["name", "arguments"], place)
        return (id, ToolUse(name: name, arguments: JSONValue(parsing: arguments.utf8)?.fields ?? [:]))
    }
}
