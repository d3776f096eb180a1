/// An answer as Gemini would code it.
struct GeminiAnswer {
    let id: String
    private let request: GeminiRequest
    private let cut: ReplyCut
    /// Of the first call; those beside it have none.
    private let callSignature: String?
    private let textSignature: String?
    private let beginsWithUsage: Bool

    /// A chunk is larger than a token.
    private static let wordsPerChunk = 8

    init(
        id: String, reply: Reply, request: GeminiRequest, signatures: SignatureBook, quirks: RehearsalOptions.Quirks
    ) {
        self.id = id
        self.request = request
        beginsWithUsage = quirks.beginsWithUsage
        let model = request.model
        let cut = ReplyCut(
            reply, thought: request.thinking.tokens(of: reply), limit: request.maximumTokens, tokensAroundCall: 8)
        self.cut = cut
        callSignature = cut.calls.first.flatMap { model.signs ? signatures.sign($0.name, of: model.id) : nil }
        textSignature = model.signs && cut.calls.isEmpty ? signatures.sign("", of: model.id) : nil
    }

    var text: String { cut.words.joined() }
    var endNote: TimedAnswer.Note { TimedAnswer.Note(kind: .allTokensSent, text: text) }
    private var finishReason: JSONValue { cut.isCut ? "MAX_TOKENS" : "STOP" }
    private var callNotes: [TimedAnswer.Note] {
        cut.calls.map { TimedAnswer.Note(kind: .toolCallSent, text: "\($0.name) \($0.argumentsJSON)") }
    }

    private func usage(words: Int) -> JSONValue {
        let prompt = request.prompt.tokens
        var usage: [String: JSONValue] = [
            "promptTokenCount": .integer(prompt), "totalTokenCount": .integer(prompt + words + cut.thought.count),
            "promptTokensDetails": [["modality": "TEXT", "tokenCount": .integer(prompt)]],
        ]
        if words > 0 { usage["candidatesTokenCount"] = .integer(words) }
        if !cut.thought.isEmpty { usage["thoughtsTokenCount"] = .integer(cut.thought.count) }
        return .object(usage)
    }

    // MARK: Parts

    private var thoughtPart: JSONValue? {
        guard request.thinking.isShown, !cut.thought.isEmpty else { return nil }
        return ["text": .text(cut.thought.joined()), "thought": true]
    }

    private var callParts: [JSONValue] {
        cut.calls.indices.map { index in
            let use = cut.calls[index]
            var call: [String: JSONValue] = ["name": .text(use.name), "args": .object(use.arguments)]
            // Only the models that sign their calls number them.
            if request.model.signs { call["id"] = .text("\(id)-\(index)") }
            var part: [String: JSONValue] = ["functionCall": .object(call)]
            if index == 0 { part["thoughtSignature"] = callSignature.map { .text($0) } }
            return .object(part)
        }
    }

    private var lastParts: [JSONValue] {
        textSignature.map { [["text": "", "thoughtSignature": .text($0)]] } ?? []
    }

    // MARK: Streamed

    /// The pieces of the stream in order; of words, the last has nothing but the reason for the end.
    private var chunks: [(chunk: JSONValue, note: TimedAnswer.Note?)] {
        var chunks: [(JSONValue, TimedAnswer.Note?)] = []
        if beginsWithUsage { chunks.append((envelope(["usageMetadata": usage(words: 0)]), nil)) }
        if let thoughtPart {
            chunks.append((chunk([thoughtPart], words: 0), TimedAnswer.Note(kind: .thoughtsSent, text: cut.thought.joined())))
        }
        guard cut.calls.isEmpty else {
            return chunks + [(chunk(callParts, words: cut.callTokens, finishes: true), callNotes.first)]
        }
        for start in stride(from: 0, to: cut.words.count, by: Self.wordsPerChunk) {
            let end = min(start + Self.wordsPerChunk, cut.words.count)
            let part: JSONValue = ["text": .text(cut.words[start..<end].joined())]
            let parts = [part] + (end == cut.words.count ? lastParts : [])
            chunks.append((chunk(parts, words: end), start == 0 ? TimedAnswer.Note(kind: .firstTokenSent) : nil))
        }
        return chunks + [(chunk([], words: cut.words.count, finishes: true), nil)]
    }

    /// Server-sent events, or one JSON array.
    func steps(_ delays: RehearsalOptions.Delays, asEvents: Bool) -> [TimedAnswer.Step] {
        var steps: [TimedAnswer.Step] = []
        for (index, item) in chunks.enumerated() {
            let json = item.chunk.serialized
            let text = asEvents ? "data: \(json)\r\n\r\n" : (index == 0 ? "[" : ",\r\n") + json
            let wait = index == 0 ? delays.firstChunkMilliseconds : delays.chunkMilliseconds
            steps.append(TimedAnswer.Step(afterMilliseconds: wait, text: text, note: item.note))
        }
        // Parallel calls come in one chunk, and each is noted.
        steps += callNotes.dropFirst().map { TimedAnswer.Step(text: "", note: $0) }
        return asEvents ? steps : steps + [TimedAnswer.Step(text: "]\r\n")]
    }

    private func chunk(_ parts: [JSONValue], words: Int, finishes: Bool = false) -> JSONValue {
        var candidate: [String: JSONValue] = ["index": 0]
        if !parts.isEmpty { candidate["content"] = ["parts": .list(parts), "role": "model"] }
        if finishes { candidate["finishReason"] = finishReason }
        return envelope(["candidates": [.object(candidate)], "usageMetadata": usage(words: words)])
    }

    private func envelope(_ fields: [String: JSONValue]) -> JSONValue {
        .object(fields.merging(["modelVersion": .text(request.model.id), "responseId": .text(id)]) { $1 })
    }

    // MARK: Whole

    var whole: JSONValue {
        let words: [JSONValue] = cut.words.isEmpty ? [] : [["text": .text(text)]] + lastParts
        let parts = (thoughtPart.map { [$0] } ?? []) + (cut.calls.isEmpty ? words : callParts)
        return chunk(parts, words: cut.words.count + cut.callTokens, finishes: true)
    }
    var wholeNotes: [TimedAnswer.Note] { callNotes + [endNote] }
    var chunkCount: Int { (cut.words.count + Self.wordsPerChunk - 1) / Self.wordsPerChunk }
}
