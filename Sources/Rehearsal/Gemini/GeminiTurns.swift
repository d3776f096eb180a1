/// The order in which calls and their results may follow each other.
struct GeminiTurns {
    let model: GeminiModel
    let signatures: SignatureBook

    func check(_ contents: [GeminiContent]) throws(GeminiRefusal) {
        let currentTurn = contents.lastIndex { !$0.isModel && $0.hasText && $0.results.isEmpty } ?? 0
        for (index, content) in contents.enumerated() {
            let previous = index > 0 ? contents[index - 1] : nil
            try checkCalls(content, after: previous, before: contents.dropFirst(index + 1).first)
            try checkResults(content, after: previous)
            try checkSignatures(content, at: index, isCurrent: index > currentTurn)
        }
    }

    private func checkCalls(
        _ content: GeminiContent, after previous: GeminiContent?, before next: GeminiContent?
    ) throws(GeminiRefusal) {
        guard !content.calls.isEmpty else { return }
        guard content.isModel, previous?.isModel == false else {
            throw .argument(
                "Please ensure that function call turn comes immediately after a user turn or after a function response turn.")
        }
        guard next?.results.count == content.calls.count else {
            throw .argument(
                "Please ensure that the number of function response parts is equal to the number of function call parts of the "
                    + "function call turn.")
        }
    }

    private func checkResults(_ content: GeminiContent, after previous: GeminiContent?) throws(GeminiRefusal) {
        guard !content.results.isEmpty else { return }
        guard !content.isModel, var open = previous?.calls, !open.isEmpty else {
            throw .argument("Please ensure that function response turn comes immediately after a function call turn.")
        }
        for result in content.results {
            let fits = { (call: GeminiContent.Call) in call.use.name == result.name && (result.id == nil || call.id == result.id)
            }
            guard let index = open.firstIndex(where: fits) else {
                throw .argument("The function response `\(result.name)` answers no function call of the turn before.")
            }
            open.remove(at: index)
        }
    }

    /// The first call of an answer has the signature, those beside it need none. A turn that is over is not held to it.
    private func checkSignatures(_ content: GeminiContent, at index: Int, isCurrent: Bool) throws(GeminiRefusal) {
        guard model.signs else { return }
        for (position, call) in content.calls.enumerated() {
            guard let signature = call.signature else {
                guard position == 0, isCurrent else { continue }
                throw .argument(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work "
                        + "correctly, and missing thought_signature may lead to degraded model performance. Additional data, "
                        + "function call `default_api:\(call.use.name)`, position \(index + 1).")
            }
            guard signatures.isGood(signature, for: call.use.name, of: model.id) else {
                throw .argument("Thought signature is not valid.")
            }
        }
    }
}
