import NIOCore
import NIOHTTP1

/// An answer as Groq would code it.
struct Completion {
    let id: String
    let model: String
    let tokens: [String]
    let finishReason: String
    let promptTokens: Int
    let wantsUsage: Bool

    init(id: String, model: String, text: String, maximumTokens: Int, request: GroqChatRequest) {
        let all = Self.tokens(of: text)
        self.id = id
        self.model = model
        tokens = Array(all.prefix(maximumTokens))
        finishReason = all.count > maximumTokens ? "length" : "stop"
        promptTokens = request.messages.reduce(0) { $0 + 4 + $1.text.count / 4 }
        wantsUsage = request.wantsUsage
    }

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

    var usage: JSONValue {
        [
            "queue_time": 0.001, "prompt_tokens": .integer(promptTokens), "prompt_time": 0.01,
            "completion_tokens": .integer(tokens.count), "completion_time": 0.05,
            "total_tokens": .integer(promptTokens + tokens.count), "total_time": 0.06,
        ]
    }

    func chunk(_ delta: JSONValue, finish: Bool = false, more: [String: JSONValue] = [:]) -> JSONValue {
        let choice: JSONValue = [
            "index": 0, "delta": delta, "logprobs": .null, "finish_reason": finish ? .text(finishReason) : .null,
        ]
        return .object(envelope("chat.completion.chunk").merging(["choices": [choice]]) { $1 }.merging(more) { $1 })
    }

    var usageChunk: JSONValue {
        .object(envelope("chat.completion.chunk").merging(["choices": [], "usage": usage]) { $1 })
    }

    var whole: JSONValue {
        let message: JSONValue = ["role": "assistant", "content": .text(tokens.joined())]
        let choice: JSONValue = [
            "index": 0, "message": message, "logprobs": .null, "finish_reason": .text(finishReason),
        ]
        let more: [String: JSONValue] = [
            "choices": [choice], "usage": usage, "x_groq": ["id": .text(id)], "service_tier": "on_demand",
        ]
        return .object(envelope("chat.completion").merging(more) { $1 })
    }

    private func envelope(_ object: String) -> [String: JSONValue] {
        [
            "id": .text("chatcmpl-\(id)"), "object": .text(object), "created": 1_760_000_000, "model": .text(model),
            "system_fingerprint": "fp_rehearsal",
        ]
    }
}

/// Sends an answer token by token, or whole, after the delays of a model. Its connection's event loop only.
final class AnswerWriter {
    private let completion: Completion
    private let delays: RehearsalOptions.Delays
    private let responder: HTTPResponder
    private let log: ConnectionLog
    private let headers: [(String, String)]
    private var next = 0
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(
        _ completion: Completion, delays: RehearsalOptions.Delays, responder: HTTPResponder, log: ConnectionLog,
        headers: [(String, String)]
    ) {
        self.completion = completion
        self.delays = delays
        self.responder = responder
        self.log = log
        self.headers = headers
    }

    func start(streaming: Bool) {
        if streaming {
            responder.begin(.ok, HTTPHeaders(headers + [("content-type", "text/event-stream"), ("cache-control", "no-cache")]))
            after(delays.firstTokenMilliseconds) { $0.writeFirst() }
        } else {
            after(delays.firstTokenMilliseconds + delays.tokenMilliseconds * completion.tokens.count) { $0.writeWhole() }
        }
    }

    /// The client has gone.
    func cancel() {
        timer?.cancel()
        guard !isDone else { return }
        isDone = true
        log.add(.modelCancelled, context: completion.id)
    }

    private func writeFirst() {
        log.add(.firstTokenSent, context: completion.id)
        write(completion.chunk(["role": "assistant", "content": ""], more: ["x_groq": ["id": .text(completion.id)]]))
        writeToken()
    }

    private func writeToken() {
        guard next < completion.tokens.count else { return finish() }
        write(completion.chunk(["content": .text(completion.tokens[next])]))
        next += 1
        guard delays.tokenMilliseconds > 0 else { return writeToken() }
        after(delays.tokenMilliseconds) { $0.writeToken() }
    }

    private func finish() {
        let more: [String: JSONValue] = ["x_groq": ["id": .text(completion.id), "usage": completion.usage]]
        write(completion.chunk([:], finish: true, more: more))
        if completion.wantsUsage { write(completion.usageChunk) }
        noteEnd()
        responder.write("data: [DONE]\n\n")
        responder.end()
    }

    private func writeWhole() {
        noteEnd()
        responder.answer(.json(.ok, completion.whole, headers: headers))
    }

    private func noteEnd() {
        isDone = true
        log.add(.allTokensSent, context: completion.id, text: completion.tokens.joined())
    }

    private func write(_ chunk: JSONValue) { responder.write("data: \(chunk.serialized)\n\n") }

    private func after(_ milliseconds: Int, _ step: @escaping (AnswerWriter) -> Void) {
        timer = responder.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { step(self) }
    }
}
