import Conversation

/// A conversation in Gemini's shape and by its rules: a call follows a word of the user's or a result, as many results as calls
/// come in the very next content, and the user has the last word.
enum GeminiContents {
    /// What the user says where the rules want a word and nobody said one.
    private static let nudge = "Please go on."

    static func of(_ messages: [ChatMessage], needsSignatures: Bool) -> [GeminiContent] {
        var contents: [GeminiContent] = []
        for turn in Dialogue.turns(of: messages) {
            switch turn {
            case .user(let text): contents.append(GeminiContent(role: .user, parts: [.text(text)]))
            case .assistant(let text): model(.text(text), &contents)
            case .exchange(let answered):
                if contents.contains(where: { $0.role == .user }), isOwn(answered, needsSignatures: needsSignatures) {
                    for call in answered { model(.functionCall(call.call), &contents) }
                    contents.append(
                        GeminiContent(role: .user, parts: answered.map { .functionResponse(to: $0.call, output: $0.result) }))
                } else {
                    contents.append(GeminiContent(role: .user, parts: answered.map { .text(plain($0)) }))
                }
            }
        }
        if contents.last?.role != .user { contents.append(GeminiContent(role: .user, parts: [.text(nudge)])) }
        return contents
    }

    /// One answer's words and calls are one content.
    private static func model(_ part: GeminiPart, _ contents: inout [GeminiContent]) {
        if contents.last?.role == .model {
            contents[contents.count - 1].parts.append(part)
        } else {
            contents.append(GeminiContent(role: .model, parts: [part]))
        }
    }

    /// Of parallel calls only the first has a signature.
    private static func isOwn(_ answered: [Dialogue.AnsweredCall], needsSignatures: Bool) -> Bool {
        answered.allSatisfy { $0.call.provider == .gemini } && (!needsSignatures || answered.first?.call.signature != nil)
    }

    /// A call that somebody else made, as the user might tell of it: what a model is shown as its own words it would imitate.
    private static func plain(_ answered: Dialogue.AnsweredCall) -> String {
        let arguments = answered.call.argumentsObject.serialized
        return "The tool \(answered.call.name) was called with \(arguments) and answered:\n\(answered.result)"
    }
}
