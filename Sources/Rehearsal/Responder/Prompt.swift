/// What a language model is asked, by whichever service's wire it came.
struct Prompt: Equatable {
    enum Entry: Equatable {
        case instructions(String)
        case person(String)
        case model(String, calls: [ToolUse])
        case result(String)

        /// A person's words; a client may tell in them what a tool answered that another model had called for.
        static func said(_ text: String) -> Entry {
            guard text.hasPrefix("The tool "), let mark = text.firstRange(of: " and answered:") else { return .person(text) }
            return .result(String(text[mark.upperBound...]))
        }
    }

    /// A tool that the request offers.
    struct Tool: Equatable {
        var name: String
        /// Names of its arguments; empty when the request does not say.
        var arguments: Set<String>
    }

    enum ToolChoice: Equatable {
        case never
        /// The model decides.
        case free
        /// One of these, whatever the question.
        case must(Set<String>)
    }

    var entries: [Entry]
    var tools: [Tool] = []
    var choice = ToolChoice.free
    var mayCallSeveral = true

    /// What people said, first to last.
    var questions: [String] {
        entries.compactMap { if case .person(let text) = $0 { text } else { nil } }
    }

    /// What the model said last.
    var lastAnswer: String? {
        entries.reversed().lazy.compactMap { if case .model(let text, _) = $0, !text.isEmpty { text } else { nil } }.first
    }

    /// The results that the request ends with: the model has not spoken since.
    var freshResults: [String] {
        entries.reversed().prefix { if case .result = $0 { true } else { false } }
            .compactMap { if case .result(let text) = $0 { text } else { nil } }.reversed()
    }

    /// The texts of the request that may name a source, the latest first: results and instructions.
    var readings: [String] {
        entries.reversed().compactMap { entry in
            switch entry {
            case .result(let text), .instructions(let text): text
            case .person, .model: nil
            }
        }
    }

    /// About four letters a token, and some for each message.
    var tokens: Int {
        entries.reduce(0) { total, entry in
            switch entry {
            case .instructions(let text), .person(let text), .result(let text): total + 4 + text.count / 4
            case .model(let text, let calls): total + 4 + text.count / 4 + 20 * calls.count
            }
        }
    }
}

/// A call that a model makes.
struct ToolUse: Equatable {
    var name: String
    var arguments: [String: JSONValue]
    var argumentsJSON: String { JSONValue.object(arguments).serialized }
}

/// What a language model answers: words or calls, and what it thought before.
struct Reply: Equatable {
    var thought: String
    var text = ""
    var calls: [ToolUse] = []
}

extension Reply {
    /// Pieces as a tokenizer makes them: a word with the space before it; long words in two; punctuation by itself.
    static func tokens(of text: String) -> [String] {
        var tokens: [String] = []
        var token = ""
        for character in text {
            let isWord = character.isLetter || character.isNumber
            if character == " " || !isWord || token.count > 7 {
                if !token.isEmpty { tokens.append(token) }
                token = ""
            }
            token.append(character)
        }
        return token.isEmpty ? tokens : tokens + [token]
    }
}
