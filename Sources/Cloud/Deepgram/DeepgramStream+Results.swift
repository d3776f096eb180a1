import Conversation

/// From what Deepgram says, in seconds of a connection, to transcripts on the endpoint's clock.
extension DeepgramStream {
    /// Rounding of seconds: 10 ms.
    private static let tolerance: Int64 = 160

    func takeMessage(_ text: [UInt8]) {
        // Anything unreadable is ignored as anything unknown is: the deadlines see to what was waited for.
        guard let message = try? DeepgramMessage(text) else { return }
        switch message {
        case .results(let results): take(results)
        case .metadata: if isClosing, isCloseStreamSent { finish() }
        case .error(let words): complaint = words
        case .other: break
        }
    }

    private func take(_ results: DeepgramResults) {
        let start = timeline.position(ofSeconds: results.start)
        let end = max(start, timeline.position(ofSeconds: results.start + results.duration))
        let isForced = start + Self.tolerance < forcedUpTo
        let text = isForced ? freshText(of: results) : results.transcript
        if isForced, results.isSettled { forcedWords.settle(results.transcript) }
        guard results.isSettled else {
            guard !text.isEmpty else { return }
            interim = (text, start, end)
            return tell(.interim(transcript(text, start, end)))
        }
        backOff.reset()
        timeline.settle(upTo: end)
        let isAnswer = answersFinalize(results, end: end)
        let endsUtterance = results.speechFinal == true
        // An empty one counts when it answers, or takes back what an interim one said.
        let hadInterim = interim != nil
        interim = nil
        guard isAnswer || endsUtterance || hadInterim || !text.isEmpty else { return }
        let answered = isAnswer ? finalizes.removeFirst() : nil
        answered?.deadline.cancel()
        let reach = max(end, answered?.position ?? end)
        timeline.settle(upTo: reach)
        tell(.settled(transcript(text, start, reach), answersFinalize: isAnswer, endsUtterance: endsUtterance))
        answerTwins(of: answered)
    }

    private func answerTwins(of answered: Finalize?) {
        guard let answered else { return }
        for _ in 0..<answered.twins { answerAtOnce(answered.position) }
    }

    private func transcript(_ text: String, _ start: Int64, _ end: Int64) -> Transcript {
        let first = timeline.sample(at: start)
        return Transcript(text: text, firstSample: first, endSample: max(first, timeline.sample(endingAt: end)))
    }

    /// The words that our own deadline has not settled already.
    private func freshText(of results: DeepgramResults) -> String {
        if let fresh = forcedWords.fresh(in: results.transcript) { return fresh }
        let fresh = results.words.filter { timeline.position(ofSeconds: $0.start) + Self.tolerance >= forcedUpTo }
        return fresh.map { $0.punctuatedWord ?? $0.word }.joined(separator: " ")
    }

    /// Whether the oldest `finalize` is answered: by the server's word, or because all audio up to it is settled.
    private func answersFinalize(_ results: DeepgramResults, end: Int64) -> Bool {
        if results.fromFinalize == true {
            if let ghost = ghosts.first, end <= ghost + Self.tolerance {
                ghosts.removeFirst()
                return false
            }
            ghosts.removeAll { $0 < end }
            return finalizes.first?.isSent == true
        }
        guard let first = finalizes.first, first.isSent, end + Self.tolerance >= first.position, end > 0 else { return false }
        ghosts.append(first.position)
        return true
    }

    /// The deadline: what is known is all there is.
    func settleOverdue(_ position: Int64) {
        guard let index = finalizes.firstIndex(where: { $0.position == position }) else { return }
        let overdue = finalizes.remove(at: index)
        overdue.deadline.cancel()
        if overdue.isSent { ghosts.append(position) }
        if ghosts.count > 16 { ghosts.removeFirst() }
        forcedUpTo = max(forcedUpTo, position)
        let known = interim ?? ("", position, position)
        forcedWords = WordsSaid(known.text)
        interim = nil
        timeline.settle(upTo: position)
        tell(.settled(transcript(known.text, min(known.start, position), position), answersFinalize: true, endsUtterance: false))
        answerTwins(of: overdue)
        if overdue.isSent { doubtConnection() }
    }
}
