/// What changes from day to day: no page of facts has it, so it must be looked up.
enum CurrentAffairs {
    private static let signs = ["news", "headline", "weather", "forecast", "latest", "happening", "strike"]
    /// Signs too, unless somebody asks for the time or the date.
    private static let times = ["today", "tonight", "yesterday", "currently"]
    private static let commands: Set = ["search", "google"]
    /// Words that ask for news without saying of what.
    private static let plain: Set = [
        "news", "headline", "headlines", "latest", "today", "tonight", "currently", "happening", "happened", "day", "top", "main",
        "important", "morning", "story", "stories", "world",
    ]

    /// - Parameter earlier: questions before; one that leans on a question about the news is about the news too.
    static func isSubject(of question: Heard, after earlier: [Heard]) -> Bool {
        if isNamed(in: question) { return true }
        guard question.leansOnEarlier, question.words.count <= 8, let previous = earlier.last else { return false }
        return isNamed(in: previous) && FactPage.best(for: question) == nil && Geography.country(in: question) == nil
    }

    private static func isNamed(in question: Heard) -> Bool {
        if question.words.contains("look"), question.words.contains("up") { return true }
        if signs.contains(where: question.has) || question.words.contains(where: commands.contains) { return true }
        let isClockQuestion = question.has("what") && ["time", "date", "day"].contains(where: question.words.contains)
        return !isClockQuestion && times.contains(where: question.has)
    }

    /// What to search for: one query; two for "… and also …" where the request takes several calls.
    static func queries(_ prompt: Prompt, _ questions: [Heard]) -> [String] {
        guard let question = questions.last else { return [] }
        let halves = question.split(at: ["and", "also"])
        if halves.count == 2, prompt.mayCallSeveral { return halves.map { query($0.subject) } }
        if question.subject.allSatisfy(plain.contains), question.leansOnEarlier, let previous = questions.dropLast().last {
            let told = Heard(prompt.lastAnswer ?? "").subject.filter { !previous.subject.contains($0) }
            return [query(previous.subject + told.prefix(6))]
        }
        return [query(question.subject)]
    }

    private static func query(_ subject: [String]) -> String {
        let telling = subject.filter { !plain.contains($0) }
        guard !telling.isEmpty else { return "today's news headlines" }
        return (telling + (telling.contains("weather") ? ["today"] : ["news", "today"])).joined(separator: " ")
    }
}
