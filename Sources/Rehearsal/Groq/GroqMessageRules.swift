/// What may stand in a message of each role.
enum GroqMessageRules {
    private static let properties: [String: Set<String>] = [
        "system": ["role", "content", "name"], "developer": ["role", "content", "name"], "user": ["role", "content", "name"],
        "assistant": ["role", "content", "name", "tool_calls", "function_call", "reasoning"],
        "tool": ["role", "content", "tool_call_id"],
    ]

    static func read(_ messages: [JSONValue]) throws(GroqRefusal) -> [GroqChatRequest.Message] {
        var read: [GroqChatRequest.Message] = []
        var openCalls: Set<String> = []
        for (index, message) in messages.enumerated() {
            let fields = try fields(of: message, index)
            let role = fields["role"]?.string ?? ""
            if role == "tool" {
                try answer(fields, index, &openCalls)
            } else {
                guard openCalls.isEmpty else {
                    throw GroqRefusal("'messages.\(index)' : tool calls \(openCalls.sorted()) have no tool message before it")
                }
                openCalls = try calls(fields, index)
            }
            read.append(.init(role: role, text: try text(fields, index, role)))
        }
        return read
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

    /// - Returns: the ids of the calls in an assistant's message.
    private static func calls(_ fields: [String: JSONValue], _ index: Int) throws(GroqRefusal) -> Set<String> {
        guard let calls = fields["tool_calls"], calls != .null else { return [] }
        var ids: Set<String> = []
        for call in calls.items ?? [] {
            guard let id = call["id"]?.string, call["type"]?.string == "function", call["function"]?["name"]?.string != nil,
                call["function"]?["arguments"]?.string != nil
            else { throw GroqRefusal("'messages.\(index).tool_calls' : id, type, name and arguments (a string) are required") }
            ids.insert(id)
        }
        return ids
    }

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

/// What may stand in `tools` and `tool_choice`.
enum GroqToolRules {
    static func check(_ fields: [String: JSONValue]) throws(GroqRefusal) {
        let tools = fields["tools"]?.items ?? []
        guard tools.count <= 128 else { throw GroqRefusal("'tools' : maximum number of items is 128") }
        for (index, tool) in tools.enumerated() { try check(tool, index) }
        guard let choice = fields["tool_choice"], choice != .null else { return }
        if let word = choice.string {
            guard ["none", "auto", "required"].contains(word) else { throw GroqRefusal("'tool_choice' : value is unknown") }
        } else {
            guard choice["type"]?.string == "function", choice["function"]?["name"]?.string != nil else {
                throw GroqRefusal("'tool_choice' : value must name a function")
            }
        }
    }

    private static func check(_ tool: JSONValue, _ index: Int) throws(GroqRefusal) {
        guard tool["type"]?.string == "function", let name = tool["function"]?["name"]?.string else {
            throw GroqRefusal("'tools.\(index)' : type 'function' and a name are required")
        }
        guard (1...64).contains(name.count), name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) })
        else { throw GroqRefusal("'tools.\(index).function.name' : letters, digits, _ and -, at most 64") }
        if let parameters = tool["function"]?["parameters"], parameters.fields == nil {
            throw GroqRefusal("'tools.\(index).function.parameters' : value must be an object")
        }
    }
}
