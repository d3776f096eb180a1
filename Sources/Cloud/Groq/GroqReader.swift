import Conversation
import Failures

/// Reads a streamed answer of Groq's.
struct GroqReader: AnswerReader {
    let apiKey: String?
    private var filter = ThinkFilter()
    private var toolCalls = GroqToolCalls()
    private var isFinished = false
    private var hasUsage = false

    init(apiKey: String?) { self.apiKey = apiKey }

    mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> AnswerPiece {
        if event.data.elementsEqual("[DONE]".utf8) { return AnswerPiece(isLast: true) }
        guard let chunk = try? GroqChunk(event.data) else {
            throw AnswerFault(failure: Failure(.groq, .malformedAnswer, "an event that is not the JSON of a chunk"))
        }
        if let fault = fault(in: chunk, isError: event.name == "error") { throw fault }
        var piece = AnswerPiece(
            usage: (chunk.groq?.usage ?? chunk.usage)?.modelUsage, requestID: chunk.groq?.id)
        if let choice = chunk.choices?.first { take(choice, &piece) }
        hasUsage = hasUsage || piece.usage != nil
        piece.isLast = isFinished && hasUsage
        return piece
    }

    private func fault(in chunk: GroqChunk, isError: Bool) -> AnswerFault? {
        var fault: AnswerFault?
        if let error = chunk.error {
            fault = GroqFailures.inBand(error, key: apiKey)
        } else if isError {
            fault = AnswerFault(failure: Failure(.groq, .serverError, "an error event without words"))
        } else if let words = chunk.groq?.error {
            let detail = journalLine("stopped early: \(words)", hiding: apiKey)
            fault = AnswerFault(failure: Failure(.groq, .truncatedAnswer, detail))
        }
        fault?.failure.requestID = chunk.groq?.id
        return fault
    }

    private mutating func take(_ choice: GroqChunk.Choice, _ piece: inout AnswerPiece) {
        for call in choice.delta?.toolCalls ?? [] {
            toolCalls.add(call)
            piece.hasBegun = true
        }
        piece.text = filter.feed(choice.delta?.content ?? "")
        guard let reason = choice.finishReason else { return }
        isFinished = true
        piece.finish = AnswerPiece.Finish(kind: Self.finish(reason), word: reason)
    }

    /// Whether calls stand in the answer says more than the reason's word.
    private static func finish(_ reason: String) -> ModelFinish {
        switch reason {
        case "length": .lengthLimit
        case "content_filter": .filtered
        default: .complete
        }
    }

    /// `[DONE]` without a reason: what there is counts.
    mutating func conclude() -> AnswerPiece {
        AnswerPiece(text: filter.finish(), calls: toolCalls.whole)
    }
}
