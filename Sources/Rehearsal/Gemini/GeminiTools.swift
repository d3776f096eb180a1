/// What may stand in `tools` and `toolConfig`.
enum GeminiTools {
    static func read(_ request: JSONValue) throws(GeminiRefusal) -> (offered: [Prompt.Tool], choice: Prompt.ToolChoice) {
        var offered: [Prompt.Tool] = []
        for (index, tool) in (request["tools"]?.items ?? []).enumerated() {
            for (number, declaration) in (tool["functionDeclarations"]?.items ?? []).enumerated() {
                let place = "GenerateContentRequest.tools[\(index)].function_declarations[\(number)]"
                let tool = try read(declaration, place)
                guard !offered.contains(where: { $0.name == tool.name }) else {
                    throw .argument("Duplicate function declaration found: \(tool.name)")
                }
                offered.append(tool)
            }
        }
        let config = request["toolConfig"]?["functionCallingConfig"]
        return (offered, try choice(config, Set(offered.map(\.name))))
    }

    private static func choice(_ config: JSONValue?, _ names: Set<String>) throws(GeminiRefusal) -> Prompt.ToolChoice {
        let mode = config?["mode"]?.string ?? "AUTO"
        let allowed = config?["allowedFunctionNames"]?.items?.compactMap(\.string) ?? []
        guard allowed.isEmpty || mode == "ANY" || mode == "VALIDATED" else {
            throw .argument("allowed_function_names should only be set when the function calling mode is ANY or VALIDATED.")
        }
        for name in allowed where !names.contains(name) {
            throw .argument("allowed_function_names has `\(name)`, which is not declared in tools.")
        }
        switch mode {
        case "NONE": return .never
        case "ANY":
            guard !names.isEmpty else { throw .argument("Function calling mode is ANY but no function is declared.") }
            return .must(allowed.isEmpty ? names : Set(allowed))
        default: return .free
        }
    }

    private static func read(_ declaration: JSONValue, _ place: String) throws(GeminiRefusal) -> Prompt.Tool {
        let name = declaration["name"]?.string ?? ""
        guard isName(name) else {
            throw .argument(
                "* \(place).name: Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, "
                    + "0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.")
        }
        let (own, standard) = (declaration["parameters"], declaration["parametersJsonSchema"])
        guard own == nil || standard == nil else {
            throw .argument("* \(place): only one of parameters and parameters_json_schema may be set.")
        }
        if let own { try checkSchema(own, "\(place).parameters") }
        guard standard == nil || standard?["type"]?.string == "object" else {
            throw .argument("* \(place).parameters_json_schema: must be a JSON Schema of type object.")
        }
        let properties = (own ?? standard)?["properties"]?.fields ?? [:]
        return Prompt.Tool(name: name, arguments: Set(properties.keys))
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.first, first.isASCII, first.isLetter || first == "_", name.count <= 128 else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.:-".contains($0)) }
    }

    /// Google's schema: every value has a type, and an object has properties.
    private static func checkSchema(_ schema: JSONValue, _ place: String) throws(GeminiRefusal) {
        guard let type = schema["type"]?.string, type != "TYPE_UNSPECIFIED" || schema["anyOf"] != nil else {
            guard schema["anyOf"] != nil else { throw .argument("* \(place).type: must be specified") }
            return
        }
        let properties = schema["properties"]?.fields ?? [:]
        guard type != "OBJECT" || !properties.isEmpty else {
            throw .argument("* \(place).properties: should be non-empty for OBJECT type")
        }
        guard type != "ARRAY" || schema["items"] != nil else { throw .argument("* \(place).items: missing field.") }
        for name in schema["required"]?.items?.compactMap(\.string) ?? [] where properties[name] == nil {
            throw .argument("* \(place).required: property is not defined: \(name)")
        }
        for (name, value) in properties { try checkSchema(value, "\(place).properties[\(name)]") }
        if let items = schema["items"] { try checkSchema(items, "\(place).items") }
    }
}
