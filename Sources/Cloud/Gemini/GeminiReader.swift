import Conversation
import Failures

/// Reads a streamed answer of Gemini's: no event says that it is the last.
struct GeminiReader: AnswerReader {
    let apiKey: String?

    mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> AnswerPiece {
        guard let chunk = try? GeminiChunk(event.data) else {
            throw AnswerFault(failure: Failure(.gemini, .malformedAnswer, "an event that is not the JSON of a chunk"))
        }
        do throws(AnswerFault) {
            return try piece(of: chunk)
        } catch {
            var fault = error
            fault.failure.requestID = chunk.responseId
            throw fault
        }
    }

    mutating func conclude() -> AnswerPiece { AnswerPiece() }

    private func piece(of chunk: GeminiChunk) throws(AnswerFault) -> AnswerPiece {
        if let error = chunk.error { throw GeminiFailures.inBand(error, key: apiKey) }
        let candidate = chunk.candidates?.first
        if candidate == nil, let reason = chunk.promptFeedback?.blockReason {
            throw AnswerFault(failure: Failure(.gemini, .badRequest, "the question is not answered: \(reason)"))
        }
        var piece = AnswerPiece(usage: chunk.usageMetadata?.modelUsage, requestID: chunk.responseId)
        for part in candidate?.content?.parts ?? [] {
            if part.thought != true { piece.text += part.text ?? "" }
            if let call = part.functionCall { piece.calls.append(Self.call(call, part.thoughtSignature)) }
        }
        if let reason = candidate?.finishReason { piece.finish = try Self.finish(reason) }
        return piece
    }

    private static func call(_ call: GeminiChunk.FunctionCall, _ signature: String?) -> ToolCall {
        ToolCall(
            id: call.id ?? "", name: call.name ?? "", written: call.args?.serialized ?? "", signature: signature,
            provider: .gemini)
    }

    /// Unknown reasons exist: an early end.
    private static func finish(_ reason: String) throws(AnswerFault) -> AnswerPiece.Finish {
        switch reason {
        case "STOP": return AnswerPiece.Finish(kind: .complete, word: reason)
        case "MAX_TOKENS", "CONTINUATION": return AnswerPiece.Finish(kind: .lengthLimit, word: reason)
        case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE":
            let failure = Failure(.gemini, .malformedAnswer, "the model's tool call is none: \(reason)")
            throw AnswerFault(failure: failure, remedy: .withoutTools)
        case "MISSING_THOUGHT_SIGNATURE":
            let failure = Failure(.gemini, .badRequest, "the model misses its signature: \(reason)")
            throw AnswerFault(failure: failure, remedy: .withoutSignatures)
        default: return AnswerPiece.Finish(kind: .filtered, word: reason)
        }
    }
}
