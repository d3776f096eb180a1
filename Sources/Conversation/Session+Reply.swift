import Audio
import Failures

/// From the question to the pieces that are spoken.
extension Session {
    private func newReply(_ id: UtteranceID, isFromModel: Bool, isReleased: Bool) -> Reply {
        dropReply()
        let reply = makeReply(id, isFromModel: isFromModel, isReleased: isReleased)
        self.reply = reply
        return reply
    }

    private func makeReply(_ id: UtteranceID, isFromModel: Bool, isReleased: Bool) -> Reply {
        Reply(
            id, isFromModel: isFromModel, isReleased: isReleased, provider: model.provider,
            rateHz: endpoint.capabilities.playbackRateHz, settings: settings)
    }

    /// The reply under way, or what is said ahead of it.
    func replyInHand(_ id: UtteranceID) -> Reply? {
        [reply, reply?.filler].lazy.compactMap { $0 }.first { $0.id == id }
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
        let request = request(asking: text)
        let answer = model.answer(request)
        reply.modelTask = Task { await self.converse(id, request, answer) }
    }

    private func request(asking question: String) -> ModelRequest {
        let tools = outfit.toolDescriptions
        let instructions = Instructions.text(
            settings, today: timekeeper.today, tools: tools, sourcesNote: history.sourcesNote)
        return ModelRequest(
            instructions: instructions, messages: history.messages(asking: question), tools: tools,
            maximumTokens: settings.maximumTokens)
    }

    /// A text of the box's own: nothing to wait for.
    func speak(_ id: UtteranceID, text: String) {
        let reply = newReply(id, isFromModel: false, isReleased: true)
        reply.written = text
        reply.newWords = text
        cut(reply.cutter.feed(text), of: reply)
        modelEnded(id)
    }

    /// Sounds before anything of the reply under way, and is no part of it.
    func sayFiller(_ id: UtteranceID) {
        guard let reply, reply.isReleased, let text = settings.spokenFiller else { return }
        let filler = makeReply(id, isFromModel: false, isReleased: true)
        reply.filler = filler
        filler.clauses = [text]
        filler.isWritten = true
        speakClauses(of: filler)
    }

    // MARK: The model

    /// - Returns: whether more is wanted.
    func take(_ event: ModelEvent, of reply: Reply) -> Bool {
        switch event {
        case .requested: mark(.modelRequested, of: reply)
        case .text(let text): return take(text, of: reply)
        case .toolCall(let call): took(call, of: reply)
        case .fellBack(let failure, let provider): fellBack(failure, to: provider, reply)
        case .finished: return false
        }
        return true
    }

    private func take(_ text: String, of reply: Reply) -> Bool {
        if reply.newWords.isEmpty {
            served(by: reply.provider)
            mark(.firstToken, of: reply)
            if let last = reply.written.last, !last.isWhitespace, text.first?.isWhitespace == false { reply.written += " " }
            handle(.reply(reply.id, .firstToken))
        }
        reply.written += text
        reply.newWords += text
        cut(reply.cutter.feed(text), of: reply)
        guard reply.written.utf8.count > settings.replyBound else { return true }
        modelEnded(reply.id)
        return false
    }

    func modelEnded(_ id: UtteranceID) {
        guard let reply, reply.id == id, !reply.isWritten else { return }
        cut(reply.cutter.finish(), of: reply)
        guard !reply.newWords.isEmpty, !reply.clauses.isEmpty else {
            return modelFailed(id, Failure(reply.provider, .malformedAnswer, "an answer without a word to speak"))
        }
        reply.isWritten = true
        speakClauses(of: reply)
    }

    func modelFailed(_ id: UtteranceID, _ failure: Failure) {
        guard let reply, reply.id == id, !reply.isWritten else { return }
        reply.isWritten = true
        guard reply.isReleased, reply.spokenClauses > 0 else { return fail(reply, failure) }
        // The person hears what there is, and then why there is no more.
        reply.brokeOff = failure
        reply.lastWords = failure.spoken
        sayLastWords(of: reply)
        handle(.reply(id, .failed(failure, isAudible: true)))
    }

    private func sayLastWords(of reply: Reply) {
        guard let words = reply.lastWords, !reply.isContextEnding else { return }
        reply.lastWords = nil
        openContext(of: reply).speak(words, isLast: true)
    }

    /// It ends here and nothing more is to be heard of it.
    func fail(_ reply: Reply, _ failure: Failure) {
        reply.isWritten = true
        handle(.reply(reply.id, .failed(failure, isAudible: false)))
    }

    // MARK: Pieces

    func cut(_ pieces: [String], of reply: Reply) {
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
        guard reply.isReleased || settings.speculatesSpeech, !reply.isContextEnding else { return }
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
        sayLastWords(of: reply)
        completeIfDone(reply)
    }

    /// Nothing more is spoken for a while: a context that waits for it would expire. What comes later has another.
    func endContext(of reply: Reply) {
        guard let context = reply.context, !reply.isContextEnding else { return }
        reply.isContextEnding = true
        context.speak("", isLast: true)
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
        turn?.modelProvider = reply.provider.rawValue
        for clause in reply.clauses { note(.clause(clause)) }
        reply.resumeWaiters()
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
