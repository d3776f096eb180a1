/// The stand-in's language model: a page of facts, keyword by keyword, and a wish to look up what is new. It sees nothing but what
/// the client sends, and says so when it does not know.
enum Responder {
    private static let ignorance = "I am only a small rehearsal model with one page of facts, and that is not on it."
    private static let noSearch = "I cannot look that up from here, because I have no web search."

    static func reply(to prompt: Prompt) -> Reply {
        let questions = prompt.questions.map(Heard.init)
        if !prompt.freshResults.isEmpty {
            let text = FoundText.answer(prompt.questions.last ?? "", from: prompt.freshResults)
            return Reply(thought: "The tool has answered. I say it in a sentence or two.", text: text)
        }
        guard let question = questions.last else { return Reply(thought: "Nobody asks anything.", text: ignorance) }
        let calls = calls(for: prompt, questions)
        if !calls.isEmpty { return Reply(thought: "This is nothing that I can know. I have to look it up.", calls: calls) }
        return Reply(
            thought: "The person asks: \(question.words.prefix(12).joined(separator: " ")). I answer briefly.",
            text: words(for: prompt, question, earlier: Array(questions.dropLast())))
    }

    private static func words(for prompt: Prompt, _ question: Heard, earlier: [Heard]) -> String {
        let lastAnswer = prompt.lastAnswer
        if question.isEmpty { return "I did not hear any words." }
        if SourceMemory.isWanted(by: question) { return SourceMemory.answer(prompt) }
        if question.has("again") || question.has("repeat"), let lastAnswer { return lastAnswer }
        if CurrentAffairs.isSubject(of: question, after: earlier) { return noSearch }
        return direct(question, lastAnswer: lastAnswer) ?? followUp(question, earlier) ?? ignorance
    }

    private static func calls(for prompt: Prompt, _ questions: [Heard]) -> [ToolUse] {
        guard let question = questions.last, !question.isEmpty else { return [] }
        let isCurrent =
            CurrentAffairs.isSubject(of: question, after: Array(questions.dropLast())) && !SourceMemory.isWanted(by: question)
        switch prompt.choice {
        case .never: return []
        case .free:
            guard isCurrent, let tool = prompt.tools.first(where: { $0.name.contains("search") }) else { return [] }
            return CurrentAffairs.queries(prompt, questions).map { use(tool, $0, isNews: true) }
        case .must(let names):
            guard let tool = prompt.tools.first(where: { names.contains($0.name) }) else { return [] }
            return [use(tool, question.words.joined(separator: " "), isNews: isCurrent)]
        }
    }

    private static func use(_ tool: Prompt.Tool, _ query: String, isNews: Bool) -> ToolUse {
        var arguments: [String: JSONValue] = [:]
        if tool.arguments.isEmpty || tool.arguments.contains("query") { arguments["query"] = .text(query) }
        if tool.arguments.contains("topic") { arguments["topic"] = isNews ? "news" : "general" }
        return ToolUse(name: tool.name, arguments: arguments)
    }

    private static func direct(_ question: Heard, lastAnswer: String?) -> String? {
        if let sum = Arithmetic.answer(question) { return sum }
        if let sum = Arithmetic.continuation(question, of: lastAnswer) { return sum }
        if let capital = Geography.capital(question) { return capital }
        return FactPage.best(for: question)
    }

    /// "And of Spain?", "What about a soft one?": the earlier question with the new words instead.
    private static func followUp(_ question: Heard, _ earlier: [Heard]) -> String? {
        guard question.words.count <= 8 else { return nil }
        for previous in earlier.reversed().prefix(3) {
            if previous.has("capital"), let country = Geography.country(in: question) { return Geography.capital(of: country) }
            guard question.leansOnEarlier else { continue }
            if let fact = FactPage.best(for: question + previous) { return fact }
        }
        return nil
    }
}
