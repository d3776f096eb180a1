/// What follows from a model's name. A name of no known shape gets what every model takes.
struct GeminiCapabilities: Equatable {
    /// The least thinking that the model knows: a voice turn has no time for more. Never both of these.
    private(set) var thinkingLevel: String?
    private(set) var thinkingBudget: Int?
    /// Thinking is paid from the same tokens as the answer: what is asked for on top, so that it cannot eat the answer.
    private(set) var thinkingTokens = 2_048
    /// Calls must come back with the signature of the one who made them, or the request is refused.
    private(set) var needsSignatures = true
    private(set) var takesTemperature = true

    init(model: String) {
        let name = model.split(separator: "/").last.map(String.init) ?? model
        guard let generation = Self.generation(of: name) else { return }
        needsSignatures = generation >= 3
        takesTemperature = generation < 4
        switch generation {
        case ..<2.5: thinkingTokens = 0
        case ..<3:
            thinkingBudget = name.contains("pro") ? 128 : 0
            thinkingTokens = thinkingBudget ?? 0
        default:
            // 3.7-flash and 3.8-flash refuse `minimal`.
            let isMinimal = ["gemini-3.5-flash", "gemini-3.6-flash"].contains { name.hasPrefix($0) }
            thinkingLevel = isMinimal ? "minimal" : "low"
            thinkingTokens = isMinimal ? 512 : 2_048
        }
    }

    /// `gemini-3.5-flash-lite` → 3.5
    private static func generation(of name: String) -> Double? {
        guard name.hasPrefix("gemini-") else { return nil }
        return Double(name.dropFirst("gemini-".count).prefix { $0.isNumber || $0 == "." })
    }
}
