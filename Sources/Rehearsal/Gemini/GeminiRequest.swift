/// A request that Gemini would accept.
struct GeminiRequest: Equatable {
    var model: GeminiModel
    var prompt: Prompt
    var thinking: GeminiThinking
    /// Thoughts included.
    var maximumTokens: Int

    /// - Parameter withTools: false where the version of the interface knows neither tools nor instructions.
    init(_ body: [UInt8], model: GeminiModel, signatures: SignatureBook, withTools: Bool) throws(GeminiRefusal) {
        guard let json = JSONValue(parsing: body), json.fields != nil else {
            throw .argument("Invalid JSON payload received. Expected an object.")
        }
        let request = try GeminiReader.read(json, as: GeminiRequestShape.request(withTools: withTools))
        self.model = model
        let config = request["generationConfig"]
        try Self.checkRanges(config)
        thinking = try GeminiThinking(config?["thinkingConfig"], model: model)
        maximumTokens = config?["maxOutputTokens"]?.int ?? 65_536
        let contents = try GeminiContents.read(request["contents"])
        try GeminiTurns(model: model, signatures: signatures).check(contents)
        let tools = try GeminiTools.read(request)
        try Self.checkSafety(request["safetySettings"])
        let instructions = try GeminiContents.instructions(request["systemInstruction"]).map { [Prompt.Entry.instructions($0)] }
        prompt = Prompt(entries: (instructions ?? []) + contents.flatMap(\.entries), tools: tools.offered, choice: tools.choice)
        guard prompt.tokens <= 1_048_576 else {
            throw .argument("The input token count exceeds the maximum number of tokens allowed (1048576).")
        }
    }

    private static let ranges: [String: ClosedRange<Double>] = [
        "temperature": 0...2, "topP": 0...1, "topK": 1...1000, "candidateCount": 1...1, "maxOutputTokens": 1...65_536,
    ]

    private static func checkRanges(_ config: JSONValue?) throws(GeminiRefusal) {
        for (name, range) in ranges {
            guard let value = config?[name]?.double, !range.contains(value) else { continue }
            throw .argument(
                "* GenerateContentRequest.generation_config.\(name): must be in the range [\(range.lowerBound), \(range.upperBound)]."
            )
        }
        guard (config?["stopSequences"]?.items?.count ?? 0) <= 5 else {
            throw .argument("* GenerateContentRequest.generation_config.stop_sequences: at most 5 are allowed.")
        }
    }

    private static func checkSafety(_ settings: JSONValue?) throws(GeminiRefusal) {
        let categories = settings?.items?.map { $0["category"]?.string } ?? []
        guard Set(categories).count == categories.count else {
            throw .argument("* GenerateContentRequest.safety_settings: element must be unique in its category.")
        }
    }
}
