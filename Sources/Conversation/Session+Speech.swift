import Audio
import Failures

/// From the pieces of a reply to samples at the endpoint.
extension Session {
    /// How often a full endpoint is asked again.
    private static let fullWaitMilliseconds = 40

    /// The context that takes the next piece. One that the provider ended early is followed by another.
    func openContext(of reply: Reply) -> any SpeechContext {
        if let context = reply.context { return context }
        let rateHz = endpoint.capabilities.playbackRateHz
        let context = synthesizer.open(rateHz: rateHz)
        reply.context = context
        reply.headSilence = HeadSilence(rateHz: rateHz, keptMilliseconds: settings.headSilenceMilliseconds)
        reply.ledger.openContext()
        let id = reply.id
        reply.speechTask = Task {
            for await event in context.events {
                guard await self.take(event, of: id) else { return }
            }
            self.contextEnded(id)
        }
        return context
    }

    /// - Returns: whether more may come.
    private func take(_ event: SpeechEvent, of id: UtteranceID) async -> Bool {
        guard let reply = replyInHand(id) else { return false }
        switch event {
        case .requested: mark(.speechRequested, of: reply)
        case .audio(let samples):
            mark(.firstAudio, of: reply)
            await deliver(reply.headSilence.process(samples), of: reply)
        case .words(let words): reply.ledger.took(words)
        case .finished:
            await deliver(reply.headSilence.finish(), of: reply)
            contextEnded(id)
            return false
        case .failed(let failure):
            speechFailed(reply, failure)
            return false
        }
        return true
    }

    private func contextEnded(_ id: UtteranceID) {
        guard let reply = replyInHand(id), reply.context != nil else { return }
        reply.context = nil
        reply.isContextEnding = false
        reply.ledger.completeContext()
        speakClauses(of: reply)
    }

    private func speechFailed(_ reply: Reply, _ failure: Failure) {
        if isFiller(reply) {
            note(.failure(failure))
            return reply.drop()
        }
        reply.context = nil
        reply.isContextEnding = false
        reply.modelTask?.cancel()
        reply.isWritten = true
        guard reply.isReleased, reply.ledger.samples > 0 else { return fail(reply, failure) }
        reply.brokeOff = failure
        handle(.reply(reply.id, .failed(failure, isAudible: true)))
        completeIfDone(reply)
    }

    // MARK: To the endpoint

    /// Queues audio; waits while too much is held, or while the endpoint is full, so that the context feels it.
    private func deliver(_ samples: [Int16], of reply: Reply) async {
        guard !samples.isEmpty, !reply.isDropped else { return }
        // The answer is there before the words that were to bridge the wait for it.
        if let filler = reply.filler, filler.ledger.samples == 0 { filler.drop() }
        reply.ledger.took(samples: samples.count, trimmed: reply.headSilence.trimmed)
        reply.queue.append(samples)
        reply.queuedSamples += samples.count
        let bound = endpoint.capabilities.playbackRateHz * settings.heldAudioMilliseconds / 1_000
        if !reply.isReleased && reply.queuedSamples > bound {
            await reply.waitForRelease()
        }
        guard reply.isReleased else { return }
        while !reply.isDropped, !play(reply) {
            guard (try? await timekeeper.sleep(milliseconds: Self.fullWaitMilliseconds)) != nil else { return }
        }
    }

    /// Plays what is held; goes on by itself when the endpoint is full.
    func pump(_ reply: Reply) {
        guard !play(reply) else { return completeIfDone(reply) }
        let id = reply.id
        Task {
            while let reply = self.reply, reply.id == id, !self.play(reply) {
                guard (try? await self.timekeeper.sleep(milliseconds: Self.fullWaitMilliseconds)) != nil else { return }
            }
            if let reply = self.reply, reply.id == id { self.completeIfDone(reply) }
        }
    }

    /// Hands over what the endpoint takes.
    /// - Returns: false when it is full and something is left.
    private func play(_ reply: Reply) -> Bool {
        if let filler = reply.filler, !filler.isOver { return reply.queue.isEmpty }
        while let samples = reply.queue.first, !reply.isDropped {
            guard endpoint.play(samples, utterance: reply.id) else { return false }
            reply.queue.removeFirst()
            reply.queuedSamples -= samples.count
            let milliseconds = samples.count * 1_000 / endpoint.capabilities.playbackRateHz
            handle(.reply(reply.id, .audio(milliseconds: milliseconds)))
        }
        return true
    }

    /// All text is spoken, all audio handed over: the endpoint is told that nothing follows.
    func completeIfDone(_ reply: Reply) {
        guard reply.isReleased, reply.isWritten, !reply.isComplete, !reply.isDropped, reply.context == nil,
            reply.queue.isEmpty, reply.spokenClauses == reply.clauses.count
        else { return }
        guard reply.ledger.samples > 0 || isFiller(reply) else {
            return fail(reply, Failure(settings.synthesizer, .malformedAnswer, "speech without a sample"))
        }
        reply.isComplete = true
        endpoint.finish(utterance: reply.id)
        handle(.reply(reply.id, .complete))
    }

    private func isFiller(_ reply: Reply) -> Bool { reply === self.reply?.filler }
}
