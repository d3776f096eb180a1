/// An answer as Groq would code it.
struct Completion {
    let id: String
    private let request: GroqChatRequest
    private let place: GroqReasoning.Place
    private let cut: ReplyCut
    private let isCallInPieces: Bool

    init(id: String, reply: Reply, request: GroqChatRequest, quirks: RehearsalOptions.Quirks) {
        self.id = id
        self.request = request
        place = quirks.thinksInContent ? .inContent : request.reasoning.place
        isCallInPieces = quirks.callsInPieces
        cut = ReplyCut(
            reply, thought: Reply.tokens(of: request.reasoning.thought(of: reply)), limit: request.maximumTokens,
            tokensAroundCall: 12)
    }

    /// Tokens of question and answer, for the plan.
    var totalTokens: Int { request.prompt.tokens + cut.tokens }
    var text: String { cut.words.joined() }

    private var finishReason: JSONValue { cut.isCut ? "length" : cut.calls.isEmpty ? "stop" : "tool_calls" }

    private var usage: JSONValue {
        let prompt = request.prompt.tokens
        return [
            "queue_time": 0.001, "prompt_tokens": .integer(prompt), "prompt_time": 0.01, "completion_time": 0.05,
            "completion_tokens": .integer(cut.tokens), "total_tokens": .integer(prompt + cut.tokens), "total_time": 0.06,
            "completion_tokens_details": ["reasoning_tokens": .integer(cut.thought.count)],
        ]
    }

    private func envelope(_ object: String) -> [String: JSONValue] {
        [
            "id": .text("chatcmpl-\(id)"), "object": .text(object), "created": 1_760_000_000, "model": .text(request.model),
            "system_fingerprint": "fp_rehearsal",
        ]
    }

    private func call(_ index: Int) -> JSONValue {
        let use = cut.calls[index]
        return [
            "id": .text("call_\(id)_\(index)"), "type": "function",
            "function": ["name": .text(use.name), "arguments": .text(use.argumentsJSON)],
        ]
    }

    // MARK: Streamed

    /// The first word leaves at `firstTokenMilliseconds`, whatever is thought before.
    func steps(_ delays: RehearsalOptions.Delays) -> [TimedAnswer.Step] {
        let isThinking = !cut.thought.isEmpty && place != .nowhere
        let early = isThinking ? delays.firstTokenMilliseconds / 2 : delays.firstTokenMilliseconds
        let opening = chunk(["role": "assistant", "content": ""], more: ["x_groq": ["id": .text(id)]])
        var steps = [event(opening, early)] + (isThinking ? thoughtSteps : [])
        let late = delays.firstTokenMilliseconds - early
        let body = cut.calls.isEmpty ? wordSteps(delays, late) : callSteps(late)
        steps += body
        steps.append(event(chunk([:], finishes: true, more: ["x_groq": ["id": .text(id), "usage": usage]])))
        if request.wantsUsage {
            let values = envelope("chat.completion.chunk").merging(["choices": [], "usage": usage]) { $1 }
            steps.append(event(.object(values)))
        }
        return steps + [TimedAnswer.Step(text: "data: [DONE]\n\n")]
    }

    private var thoughtSteps: [TimedAnswer.Step] {
        let pieces = place == .inContent ? ["<think>", "\n"] + cut.thought + ["\n</", "think", ">\n\n"] : cut.thought
        var steps = pieces.map { piece in
            event(
                chunk(place == .inContent ? ["content": .text(piece)] : ["reasoning": .text(piece), "channel": "analysis"]))
        }
        steps[0].note = TimedAnswer.Note(kind: .thoughtsSent, text: cut.thought.joined())
        return steps
    }

    private func wordSteps(_ delays: RehearsalOptions.Delays, _ late: Int) -> [TimedAnswer.Step] {
        var steps = cut.words.enumerated().map { index, word in
            event(chunk(["content": .text(word)]), index == 0 ? late : delays.tokenMilliseconds)
        }
        if !steps.isEmpty { steps[0].note = TimedAnswer.Note(kind: .firstTokenSent) }
        return steps
    }

    private func callSteps(_ late: Int) -> [TimedAnswer.Step] {
        var steps: [TimedAnswer.Step] = []
        for (index, use) in cut.calls.enumerated() {
            var pieces = callPieces(index).map { piece in
                event(chunk(["tool_calls": [.object(piece.merging(["index": .integer(index)]) { $1 })]]))
            }
            pieces[0].note = TimedAnswer.Note(kind: .toolCallSent, text: "\(use.name) \(use.argumentsJSON)")
            steps += pieces
        }
        steps[0].afterMilliseconds = late
        return steps
    }

    /// The whole call, or id and name first and then the arguments a few letters at a time.
    private func callPieces(_ index: Int) -> [[String: JSONValue]] {
        let whole = call(index).fields ?? [:]
        guard isCallInPieces else { return [whole] }
        let use = cut.calls[index]
        let letters = Array(use.argumentsJSON)
        let arguments = stride(from: 0, to: letters.count, by: 5).map { start -> [String: JSONValue] in
            ["function": ["arguments": .text(String(letters[start..<min(start + 5, letters.count)]))]]
        }
        return [whole.merging(["function": ["name": .text(use.name), "arguments": ""]]) { $1 }] + arguments
    }

    private func chunk(_ delta: JSONValue, finishes: Bool = false, more: [String: JSONValue] = [:]) -> JSONValue {
        let choice: JSONValue = [
            "index": 0, "delta": delta, "logprobs": .null, "finish_reason": finishes ? finishReason : .null,
        ]
        return .object(envelope("chat.completion.chunk").merging(["choices": [choice]]) { $1 }.merging(more) { $1 })
    }

    private func event(_ chunk: JSONValue, _ afterMilliseconds: Int = 0) -> TimedAnswer.Step {
        TimedAnswer.Step(afterMilliseconds: afterMilliseconds, text: "data: \(chunk.serialized)\n\n")
    }

    // MARK: Whole

    var whole: JSONValue {
        let choice: JSONValue = ["index": 0, "message": message, "logprobs": .null, "finish_reason": finishReason]
        let more: [String: JSONValue] = [
            "choices": [choice], "usage": usage, "x_groq": ["id": .text(id)], "service_tier": "on_demand",
        ]
        return .object(envelope("chat.completion").merging(more) { $1 })
    }

    private var message: JSONValue {
        let thought = cut.thought.joined()
        var message: [String: JSONValue] = ["role": "assistant"]
        if cut.calls.isEmpty {
            let isInside = place == .inContent && !thought.isEmpty
            message["content"] = .text((isInside ? "<think>\n\(thought)\n</think>\n\n" : "") + text)
        } else {
            message["tool_calls"] = .list(cut.calls.indices.map(call))
        }
        if place == .apart, !thought.isEmpty { message["reasoning"] = .text(thought) }
        return .object(message)
    }

    /// What the log says of a whole answer.
    var wholeNotes: [TimedAnswer.Note] {
        cut.calls.map { TimedAnswer.Note(kind: .toolCallSent, text: "\($0.name) \($0.argumentsJSON)") } + [endNote]
    }
    var endNote: TimedAnswer.Note { TimedAnswer.Note(kind: .allTokensSent, text: text) }
    var wordCount: Int { cut.words.count }
}
