import Failures

/// An answer for which the model calls tools: asked, run, asked again, until it has spoken.
extension Session {
    /// Rounds of tools in one turn; after the last the model is asked without any and has to speak.
    private static let toolRounds = 2
    /// Calls that one answer may hold; more are not even remembered.
    private static let callBound = 16

    func converse(_ id: UtteranceID, _ request: ModelRequest, _ answer: AsyncThrowingStream<ModelEvent, any Error>) async {
        var (request, answer) = (request, answer)
        do {
            while true {
                for try await event in answer {
                    guard let reply, reply.id == id else { return }
                    guard take(event, of: reply) else { break }
                }
                guard let reply, reply.id == id else { return }
                guard !reply.calls.isEmpty, !reply.isWritten, reply.toolRounds < Self.toolRounds else { return modelEnded(id) }
                guard let exchange = await runTools(for: reply) else { return }
                request.messages += exchange
                if reply.toolRounds == Self.toolRounds {
                    request.tools = []
                    request.instructions += Instructions.lastWord
                }
                answer = model.answer(request)
            }
        } catch {
            modelFailed(id, error as? Failure ?? Failure(model.provider, .unknown, "\(error)"))
        }
    }

    // MARK: What the model's events mean

    /// What it said before the call is not kept waiting for the result.
    func took(_ call: ToolCall, of reply: Reply) {
        served(by: reply.provider)
        if reply.calls.count < Self.callBound { reply.calls.append(call) }
        cut(reply.cutter.finish(), of: reply)
    }

    func fellBack(_ failure: Failure, to provider: Failure.Subject, _ reply: Reply) {
        noteSurvived(failure)
        reply.provider = provider
        if reply.isReleased { turn?.modelProvider = provider.rawValue }
        handle(.reply(reply.id, .fellBack(to: provider)))
    }

    // MARK: The tools

    /// Runs what was called for, once the turn is sure. They end with the reply's task.
    /// - Returns: the calls and their results for the next request; nil when the reply is not wanted any more.
    private func runTools(for reply: Reply) async -> [ChatMessage]? {
        await reply.waitForRelease()
        guard isInHand(reply) else { return nil }
        endContext(of: reply)
        let (said, calls) = (reply.newWords.trimmed, reply.calls)
        let runner = ToolRunner(tools: outfit.tools, timekeeper: timekeeper, model: reply.provider)
        handle(.reply(reply.id, .toolsRunning(boundMilliseconds: runner.bound(of: calls))))
        let outcomes = await runner.outcomes(of: calls)
        guard isInHand(reply) else { return nil }
        reply.calls = []
        reply.toolRounds += 1
        reply.newWords = ""
        for outcome in outcomes { take(outcome, for: reply) }
        handle(.reply(reply.id, .toolsDone))
        let results = outcomes.map { ChatMessage.toolResult(callID: $0.call.id, text: $0.text) }
        return (said.isEmpty ? [] : [.assistant(said)]) + [.toolCalls(calls)] + results
    }

    private func isInHand(_ reply: Reply) -> Bool { self.reply === reply && !reply.isDropped }

    private func take(_ outcome: ToolOutcome, for reply: Reply) {
        if let failure = outcome.failure { noteSurvived(failure) }
        guard let provider = outcome.provider else { return }
        if outcome.failure == nil { served(by: provider) }
        reply.toolsRun.append(outcome.call.name)
        reply.sources += outcome.sources
        note(.tool(name: outcome.call.name, milliseconds: outcome.milliseconds))
    }

    // MARK: Failures that a turn survives

    /// A failure that stays until somebody changes something (a missing key) is told once.
    private func noteSurvived(_ failure: Failure) {
        let isKnown = failure.retry == .never && troubles[failure.subject] == failure.kind
        troubles[failure.subject] = failure.kind
        if !isKnown { note(.failure(failure)) }
    }

    func served(by subject: Failure.Subject) {
        if troubles.removeValue(forKey: subject) != nil { note(.recovered(subject)) }
    }
}
