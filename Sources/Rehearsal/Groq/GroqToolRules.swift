/// What may stand in `tools` and `tool_choice`.
enum GroqToolRules {
    static func read(_ fields: [String: JSONValue]) throws(GroqRefusal) -> (offered: [Prompt.Tool], choice: Prompt.ToolChoice) {
        let tools = fields["tools"]?.items ?? []
        guard tools.count <= 128 else { throw GroqRefusal("'tools' : maximum number of items is 128") }
        var offered: [Prompt.Tool] = []
        for (index, tool) in tools.enumerated() {
            let tool = try read(tool, index)
            guard !offered.contains(where: { $0.name == tool.name }) else {
                throw GroqRefusal("'tools.\(index)' : the function name '\(tool.name)' stands there twice")
            }
            offered.append(tool)
        }
        return (offered, try choice(fields["tool_choice"], Set(offered.map(\.name))))
    }

    private static func choice(_ choice: JSONValue?, _ names: Set<String>) throws(GroqRefusal) -> Prompt.ToolChoice {
        guard let choice, choice != .null else { return .free }
        switch choice.string {
        case "none": return .never
        case "auto": return .free
        case "required":
            guard !names.isEmpty else { throw GroqRefusal("'tool_choice' : 'required' without 'tools'") }
            return .must(names)
        case .some: throw GroqRefusal("'tool_choice' : value is unknown")
        case nil:
            guard choice["type"]?.string == "function", let name = choice["function"]?["name"]?.string else {
                throw GroqRefusal("'tool_choice' : value must name a function")
            }
            guard names.contains(name) else { throw GroqRefusal("'tool_choice' : '\(name)' is not among 'tools'") }
            return .must([name])
        }
    }

    private static func read(_ tool: JSONValue, _ index: Int) throws(GroqRefusal) -> Prompt.Tool {
        let place = "'tools.\(index)'"
        guard tool["type"]?.string == "function", let name = tool["function"]?["name"]?.string else {
            throw GroqRefusal("\(place) : type 'function' and a name are required")
        }
        try checkNames(tool, ["type", "function"], place)
        try checkNames(tool["function"], ["name", "description", "parameters", "strict"], place)
        guard (1...64).contains(name.count), name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) })
        else { throw GroqRefusal("\(place) : the name is letters, digits, _ and -, at most 64") }
        let parameters = tool["function"]?["parameters"]
        guard parameters == nil || parameters?["type"]?.string == "object" else {
            throw GroqRefusal("\(place) : 'parameters' must be a JSON Schema of type object")
        }
        return Prompt.Tool(name: name, arguments: Set(parameters?["properties"]?.fields?.keys.map { $0 } ?? []))
    }

    static func checkNames(_ object: JSONValue?, _ allowed: Set<String>, _ place: String) throws(GroqRefusal) {
        for name in (object?.fields ?? [:]).keys.sorted() where !allowed.contains(name) {
            throw GroqRefusal("\(place) : property '\(name)' is unsupported")
        }
    }
}
