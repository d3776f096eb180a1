import Audio
import Failures

/// From the question to the pieces that are spoken.
extension Session {
    private func newReply(_ id: UtteranceID, isFromModel: Bool, isReleased: Bool) -> Reply {
        dropReply()
        let reply = Reply(
            id, isFromModel: isFromModel, isReleased: isReleased, rateHz: endpoint.capabilities.playbackRateHz, settings: settings
        )
        self.reply = reply
        return reply
    }

    func ask(_ id: UtteranceID, text: String, isSpeculative: Bool) {
        // The history must know how much of the last answer was heard.
        guard closing == nil else {
            deferredQuestion = (id, text, isSpeculative)
            return
        }
        let wasReleased = reply?.id == id && reply?.isReleased == true
        let reply = newReply(id, isFromModel: true, isReleased: wasReleased)
        if wasReleased { released = reply }
        let instructions = settings.instructions.isEmpty ? SessionSettings.defaultInstructions : settings.instructions
        let request = ModelRequest(
            instructions: instructions, messages: history.messages(asking: text), maximumTokens: settings.maximumTokens)
        let answer = model.answer(request)
        reply.modelTask = Task {
            do {
                for try await event in answer {
                    guard self.reply?.id == id, self.take(event) else { return }
                }
                self.modelEnded(id)
            } catch {
                self.modelFailed(id, error as? Failure ?? Failure(self.model.provider, .unknown, "\(error)"))
            }
        }
    }

    /// A text of the box's own: nothing to wait for.
    func speak(_ id: UtteranceID, text: String) {
        let reply = newReply(id, isFromModel: false, isReleased: true)
        reply.written = text
        cut(reply.cutter.feed(text), of: reply)
        modelEnded(id)
    }

    // MARK: The model

    /// - Returns: whether more is wanted.
    private func take(_ event: ModelEvent) -> Bool {
        guard let reply else { return false }
        switch event {
        case .requested: mark(.modelRequested, of: reply)
        case .text(let text):
            if reply.written.isEmpty {
                mark(.firstToken, of: reply)
                handle(.reply(reply.id, .firstToken))
            }
            reply.written += text
            cut(reply.cutter.feed(text), of: reply)
            guard reply.written.utf8.count <= settings.replyBound else {
                modelEnded(reply.id)
                return false
            }
        case .toolCall: break
        case .fellBack(let failure, to: _): note(.failure(failure))
        case .finished:
            modelEnded(reply.id)
            return false
        }
        return true
    }

    private func modelEnded(_ id: UtteranceID) {
        guard let reply, reply.id == id, !reply.isWritten else { return }
        cut(reply.cutter.finish(), of: reply)
        guard !reply.clauses.isEmpty else {
            return fail(reply, Failure(model.provider, .malformedAnswer, "an answer without a word to speak"))
        }
        reply.isWritten = true
        speakClauses(of: reply)
    }

    private func modelFailed(_ id: UtteranceID, _ failure: Failure) {
        guard let reply, reply.id == id, !reply.isWritten else { return }
        reply.isWritten = true
        guard reply.isReleased, reply.spokenClauses > 0 else { return fail(reply, failure) }
        // The person hears what there is, and then why there is no more.
        reply.brokeOff = failure
        openContext(of: reply).speak(failure.spoken, isLast: true)
        handle(.reply(id, .failed(failure, isAudible: true)))
    }

    /// It ends here and nothing more is to be heard of it.
    func fail(_ reply: Reply, _ failure: Failure) {
        reply.isWritten = true
        handle(.reply(reply.id, .failed(failure, isAudible: false)))
    }

    // MARK: Pieces

    private func cut(_ pieces: [String], of reply: Reply) {
        for piece in pieces {
            let clause = reply.speakable.process(piece)
            guard !clause.isEmpty else { continue }
            mark(.firstClause, of: reply)
            reply.clauses.append(clause)
            if reply.isReleased { note(.clause(clause)) }
        }
        speakClauses(of: reply)
    }

    /// Gives the synthesizer what may be given.
    func speakClauses(of reply: Reply) {
        guard reply.isReleased || settings.speculatesSpeech else { return }
        while reply.spokenClauses < reply.clauses.count {
            let text = reply.clauses[reply.spokenClauses] + " "
            reply.spokenClauses += 1
            let isLast = reply.isWritten && reply.brokeOff == nil && reply.spokenClauses == reply.clauses.count
            let context = openContext(of: reply)
            reply.ledger.spoke(text)
            context.speak(text, isLast: isLast)
            if isLast { return }
        }
        if reply.isWritten, reply.brokeOff == nil { reply.context?.speak("", isLast: true) }
        completeIfDone(reply)
    }

    // MARK: Release and drop

    func release(_ id: UtteranceID) {
        if deferredQuestion?.id == id { return releaseDeferred(id) }
        guard let reply, reply.id == id, !reply.isReleased else { return }
        reply.isReleased = true
        released = reply
        for stamp in TurnStamp.stages {
            if let time = reply.stamps[stamp] { mark(stamp, at: time) }
        }
        turn?.modelProvider = model.provider.rawValue
        for clause in reply.clauses { note(.clause(clause)) }
        reply.resumeWaiter()
        speakClauses(of: reply)
        pump(reply)
    }

    /// The question waits; its answer will be released from the start.
    private func releaseDeferred(_ id: UtteranceID) {
        released = newReply(id, isFromModel: true, isReleased: true)
        turn?.modelProvider = model.provider.rawValue
    }

    func dropReply(_ id: UtteranceID) {
        if deferredQuestion?.id == id { deferredQuestion = nil }
        if reply?.id == id { dropReply() }
    }

    func dropReply() {
        reply?.drop()
        reply = nil
    }

    /// Stamps of a reply that was not released yet are the reply's own.
    func mark(_ stamp: TurnStamp, of reply: Reply) {
        guard reply.isFromModel, reply.stamps[stamp] == nil else { return }
        let now = timekeeper.now()
        reply.stamps.mark(stamp, at: now)
        if reply.isReleased { mark(stamp, at: now) }
    }
}
