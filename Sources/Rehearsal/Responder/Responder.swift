/// The stand-in's language model: a page of facts, keyword by keyword. It sees nothing but what the client sends, and says so
/// when it does not know.
enum Responder {
    private static let ignorance = "I am only a small rehearsal model with one page of facts, and that is not on it."

    static func answer(_ messages: [GroqChatRequest.Message]) -> String {
        let questions = messages.filter { $0.role == "user" }.map { Heard($0.text) }
        guard let question = questions.last else { return ignorance }
        let earlier = Array(questions.dropLast())
        let lastAnswer = messages.last { $0.role == "assistant" && !$0.text.isEmpty }?.text
        if question.isEmpty { return "I did not hear any words." }
        if question.has("again") || question.has("repeat"), let lastAnswer { return lastAnswer }
        return direct(question, lastAnswer: lastAnswer) ?? followUp(question, earlier) ?? ignorance
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
            guard question.has("about") || question.has("more") || question.words.first == "and" else { continue }
            if let fact = FactPage.best(for: question + previous) { return fact }
        }
        return nil
    }
}

/// A question as a recognizer may have heard it: lower-case words, numbers as digits.
struct Heard: Equatable {
    var words: [String]

    init(_ text: String) {
        let separated = text.lowercased().map { character -> Character in
            character.isLetter || character.isNumber || "'’+*/=".contains(character) ? character : " "
        }
        let spaced = String(separated).replacing("+", with: " + ").replacing("*", with: " * ").replacing("=", with: " ")
            .replacing("’", with: "'")
        words = SpokenNumbers.digits(spaced.split(separator: " ").map(String.init))
    }

    private init(words: [String]) { self.words = words }

    static func + (a: Heard, b: Heard) -> Heard { Heard(words: a.words + b.words) }

    var isEmpty: Bool { words.isEmpty }

    /// Whether a word sounds like `stem`: it begins with it, or is a slip of the ear away.
    func has(_ stem: String) -> Bool { words.contains { Heard.matches($0, stem) } }

    static func matches(_ word: String, _ stem: String) -> Bool {
        if word == stem || word == stem + "s" || word == stem + "es" { return true }
        if stem.count >= 4, word.hasPrefix(stem), word.count <= stem.count + 4 { return true }
        let slips = stem.count >= 8 ? 2 : stem.count >= 5 ? 1 : 0
        return slips > 0 && abs(word.count - stem.count) <= slips && distance(Array(word), Array(stem)) <= slips
    }

    /// Levenshtein's.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
