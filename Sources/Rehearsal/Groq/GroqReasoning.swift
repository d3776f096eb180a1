/// How a model's thoughts reach the client.
struct GroqReasoning: Equatable {
    enum Place: Equatable {
        case nowhere
        /// `delta.reasoning`, or `message.reasoning`.
        case apart
        /// In the content, between `<think>` and `</think>`.
        case inContent
    }

    var place: Place
    /// How long it thinks, in thoughts.
    var thoughts: Int

    init(_ fields: [String: JSONValue], model: String, hasTools: Bool) throws(GroqRefusal) {
        let format = fields["reasoning_format"]?.string
        let isWanted = fields["include_reasoning"]?.flag
        if format == "raw", hasTools || fields["response_format"]?["type"]?.string?.hasPrefix("json") == true {
            throw GroqRefusal("reasoning_format `raw` is not supported with tools or JSON: use `parsed` or `hidden`")
        }
        // gpt-oss gives its thoughts apart, the others in the content unless a tool could be confused by them.
        let isApart = model.contains("gpt-oss") || hasTools
        switch (format, isWanted) {
        case ("hidden", _), (_, false): place = .nowhere
        case ("raw", _): place = .inContent
        case ("parsed", _), (_, true): place = .apart
        default: place = isApart ? .apart : .inContent
        }
        thoughts =
            switch fields["reasoning_effort"]?.string ?? "medium" {
            case "none": 0
            case "low": 1
            case "high": 6
            default: 2
            }
    }

    func thought(of reply: Reply) -> String {
        [String](repeating: reply.thought, count: thoughts).joined(separator: " ")
    }
}
