/// A chat request that Groq would accept.
struct GroqChatRequest: Equatable {
    var model: String
    var prompt: Prompt
    var isStreamed: Bool
    var wantsUsage: Bool
    /// Thoughts included.
    var maximumTokens: Int
    var reasoning: GroqReasoning
}

/// Groq's strictness: what it does not know, it refuses.
enum GroqRequestRules {
    private static let properties: Set = [
        "messages", "model", "citation_options", "compound_custom", "disable_tool_validation", "documents", "frequency_penalty",
        "function_call", "functions", "include_reasoning", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens",
        "metadata", "n", "parallel_tool_calls", "presence_penalty", "reasoning_effort", "reasoning_format", "response_format",
        "search_settings", "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice",
        "tools", "top_logprobs", "top_p", "user",
    ]
    private static let choices: [String: Set<String>] = [
        "service_tier": ["auto", "on_demand", "flex", "performance"], "reasoning_format": ["hidden", "raw", "parsed"],
    ]
    private static let ranges: [String: ClosedRange<Double>] = [
        "temperature": 0...2, "top_p": 0...1, "n": 1...1, "max_completion_tokens": 1...65_536, "max_tokens": 1...65_536,
        "frequency_penalty": -2...2, "presence_penalty": -2...2,
    ]
    private static let flags = [
        "stream", "include_reasoning", "parallel_tool_calls", "disable_tool_validation", "logprobs", "store",
    ]

    static func read(_ body: [UInt8]) throws(GroqRefusal) -> GroqChatRequest {
        guard let fields = JSONValue(parsing: body)?.fields else { throw GroqRefusal("the body is no JSON object") }
        for name in fields.keys.sorted() where !properties.contains(name) {
            throw GroqRefusal("property '\(name)' is unsupported")
        }
        guard let model = fields["model"]?.string else { throw GroqRefusal("'model' : property 'model' is missing") }
        try GroqModels.check(model)
        guard let messages = fields["messages"]?.items, !messages.isEmpty else {
            throw GroqRefusal("'messages' : minimum number of items is 1")
        }
        try checkValues(fields, model: model)
        let tools = try GroqToolRules.read(fields)
        let prompt = Prompt(
            entries: try GroqMessageRules.read(messages), tools: tools.offered, choice: tools.choice,
            mayCallSeveral: try flag(fields, "parallel_tool_calls") ?? true)
        guard prompt.tokens <= GroqModels.contextTokens else {
            throw GroqRefusal("Please reduce the length of the messages or completion.", code: "context_length_exceeded")
        }
        return GroqChatRequest(
            model: model, prompt: prompt, isStreamed: try flag(fields, "stream") ?? false, wantsUsage: try wantsUsage(fields),
            maximumTokens: fields["max_completion_tokens"]?.int ?? fields["max_tokens"]?.int ?? 1024,
            reasoning: try GroqReasoning(fields, model: model, hasTools: !tools.offered.isEmpty))
    }

    private static func checkValues(_ fields: [String: JSONValue], model: String) throws(GroqRefusal) {
        for (name, range) in ranges {
            guard let value = fields[name], value != .null else { continue }
            guard let number = value.double, range.contains(number) else {
                throw GroqRefusal("'\(name)' : must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        for (name, values) in choices {
            guard let value = fields[name], value != .null else { continue }
            guard value.string.map(values.contains) == true else {
                throw GroqRefusal("'\(name)' : value must be one of \(values.sorted())")
            }
        }
        for name in flags { _ = try flag(fields, name) }
        if fields["reasoning_format"] != nil, fields["include_reasoning"] != nil {
            throw GroqRefusal("'reasoning_format' and 'include_reasoning' exclude each other")
        }
        if let stop = fields["stop"]?.items, stop.count > 4 { throw GroqRefusal("'stop' : maximum number of items is 4") }
        try checkEffort(fields["reasoning_effort"], model: model)
    }

    private static func checkEffort(_ effort: JSONValue?, model: String) throws(GroqRefusal) {
        guard let effort, effort != .null else { return }
        guard let efforts = GroqModels.efforts(of: model) else {
            throw GroqRefusal("`reasoning_effort` is not supported with this model")
        }
        guard effort.string.map(efforts.contains) == true else {
            throw GroqRefusal("`reasoning_effort` must be one of \(efforts.sorted())")
        }
    }

    private static func wantsUsage(_ fields: [String: JSONValue]) throws(GroqRefusal) -> Bool {
        guard let options = fields["stream_options"], options != .null else { return false }
        guard let names = options.fields else { throw GroqRefusal("'stream_options' : value must be an object") }
        for name in names.keys where name != "include_usage" {
            throw GroqRefusal("'stream_options' : property '\(name)' is unsupported")
        }
        guard fields["stream"]?.flag == true else {
            throw GroqRefusal("'stream_options' : only allowed when 'stream' is enabled")
        }
        return try flag(names, "include_usage") ?? false
    }

    /// Nil when it is absent.
    private static func flag(_ fields: [String: JSONValue], _ name: String) throws(GroqRefusal) -> Bool? {
        guard let value = fields[name], value != .null else { return nil }
        guard let flag = value.flag else { throw GroqRefusal("'\(name)' : value must be a boolean") }
        return flag
    }
}
