/// How long a model thinks, and whether the client hears of it.
struct GeminiThinking: Equatable {
    static let levels: Set = ["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"]

    var isShown = false
    /// Thoughts, and the most tokens they may take.
    var thoughts = 2
    var tokenBound = Int.max

    init(_ config: JSONValue?, model: GeminiModel) throws(GeminiRefusal) {
        isShown = config?["includeThoughts"]?.flag ?? false
        let (level, budget) = (config?["thinkingLevel"]?.string, config?["thinkingBudget"]?.int)
        guard level == nil || budget == nil else {
            throw .argument("You can only set only one of thinking budget and thinking level.")
        }
        switch model.control {
        case .levels(let levels): try take(level, budget, levels, model)
        case .budget(let range, let canBeOff): try take(level, budget, range, canBeOff: canBeOff)
        }
    }

    private mutating func take(
        _ level: String?, _ budget: Int?, _ levels: Set<String>, _ model: GeminiModel
    ) throws(GeminiRefusal) {
        guard budget == nil else { throw .argument("Thinking budget is not supported for this model.") }
        guard let level, level != "THINKING_LEVEL_UNSPECIFIED" else { return }
        guard levels.contains(level) else {
            throw .argument("Thinking level \(level) is not supported for this model. Please retry with other thinking level.")
        }
        thoughts = ["MINIMAL": 0, "LOW": 1, "MEDIUM": 2, "HIGH": 6][level] ?? 2
    }

    private mutating func take(
        _ level: String?, _ budget: Int?, _ range: ClosedRange<Int>, canBeOff: Bool
    ) throws(GeminiRefusal) {
        guard level == nil else { throw .argument("Thinking level is not supported for this model.") }
        guard let budget, budget != -1 else { return }
        guard range.contains(budget) || (budget == 0 && canBeOff) else {
            throw .argument(
                budget == 0
                    ? "Budget 0 is invalid. This model only works in thinking mode."
                    : "The thinking budget \(budget) is invalid. Please choose a value between \(range.lowerBound) and "
                        + "\(range.upperBound).")
        }
        if budget == 0 { thoughts = 0 }
        tokenBound = budget
    }

    /// What is thought, in tokens.
    func tokens(of reply: Reply) -> [String] {
        let thought = [String](repeating: reply.thought, count: thoughts).joined(separator: " ")
        return Array(Reply.tokens(of: thought).prefix(tokenBound))
    }
}
