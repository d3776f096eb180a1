import Conversation

/// A request's messages in an order that every provider accepts: each tool call with exactly one result right behind it, no
/// result alone, no empty text. An interrupted turn leaves other things in a history.
enum Dialogue {
    enum Turn: Equatable {
        case user(String)
        case assistant(String)
        /// What one answer called for, and what came of it.
        case exchange([AnsweredCall])
    }

    struct AnsweredCall: Equatable {
        var call: ToolCall
        var result: String
    }

    static let interruptedResult = "no result: interrupted"

    static func turns(of messages: [ChatMessage]) -> [Turn] {
        var turns: [Turn] = []
        for (index, message) in messages.enumerated() {
            switch message {
            case .user(let text): if !text.isEmpty { turns.append(.user(text)) }
            case .assistant(let text): if !text.isEmpty { turns.append(.assistant(text)) }
            case .toolCalls(let calls):
                if let turn = exchange(calls, results(after: index, in: messages)) { turns.append(turn) }
            case .toolResult: break  // taken with its calls, or an orphan
            }
        }
        return turns
    }

    private static func results(after index: Int, in messages: [ChatMessage]) -> [(id: String, text: String)] {
        var results: [(id: String, text: String)] = []
        for message in messages[(index + 1)...] {
            guard case .toolResult(let id, let text) = message else { break }
            results.append((id, text))
        }
        return results
    }

    /// Nil when nothing came of any call: then it is as if there had been none.
    private static func exchange(_ calls: [ToolCall], _ results: [(id: String, text: String)]) -> Turn? {
        var left = results
        let answered = calls.map { call -> AnsweredCall in
            guard let index = left.firstIndex(where: { $0.id == call.id }) else {
                return AnsweredCall(call: call, result: interruptedResult)
            }
            return AnsweredCall(call: call, result: left.remove(at: index).text)
        }
        return left.count < results.count ? .exchange(answered) : nil
    }
}
