import Audio
import Failures

/// A turn that is over but for one thing: how much of its answer was heard.
struct ClosingTurn {
    var record: TurnRecord
    var reply: Reply
    var failure: Failure?
    var deadline: Task<Void, Never>
}

/// The record of a turn, from its beginning to the history.
extension Session {
    /// Longest wait for the endpoint to say how much was heard; then it is estimated.
    private static let closingMilliseconds = 500
    /// Longest text that can be asked or said, in UTF-8 bytes.
    private static let textBound = 8_192

    // MARK: In writing

    /// Asks in writing; the answer is spoken and returned. What is going on is ended.
    ///
    /// - Parameter text: 1...8192 bytes of UTF-8.
    /// - Throws: the ``Failure`` that ended the turn, or that kept it from beginning.
    public func ask(_ text: String) async throws -> TurnRecord {
        let text = text.trimmed
        guard isRunning else { throw Failure(.system, .cancelled, "the session is not running") }
        guard !text.isEmpty else { throw Failure(.system, .badRequest, "an empty question") }
        guard text.utf8.count <= Self.textBound else { throw Failure(.system, .tooLarge, "\(text.utf8.count) bytes of question") }
        return try await withCheckedThrowingContinuation { continuation in
            newcomer = continuation
            handle(.ask(text))
        }
    }

    /// Speaks a text once it is quiet; returns when it was heard, or will not be.
    ///
    /// - Parameter text: at most 8192 bytes of UTF-8; the rest is not spoken. At most four texts wait.
    public func say(_ text: String) async {
        guard isRunning, !text.trimmed.isEmpty else { return }
        lastAnnouncement += 1
        let announcement = Announcement(
            id: lastAnnouncement, text: String(decoding: text.trimmed.utf8.prefix(Self.textBound), as: UTF8.self))
        await withCheckedContinuation { continuation in
            announcers[announcement.id] = continuation
            handle(.say(announcement))
        }
    }

    // MARK: Beginning and course

    func beginTurn(_ start: TurnStart) {
        // An interruption is in the old recognizer's ear already.
        if start != .bargeIn { changeOutfit() }
        turnNumber += 1
        turn = TurnRecord(number: turnNumber, startedBy: start)
        if let newcomer {
            askers[turnNumber] = newcomer
            self.newcomer = nil
        }
        warm()
    }

    func mark(_ stamp: TurnStamp, at time: MonotonicTime) {
        guard turn != nil else { return }
        turn?.stamps.mark(stamp, at: time)
        note(.stamp(stamp, time))
    }

    func commit(_ text: String, endpointingMilliseconds: Int) {
        turn?.transcript = text
        turn?.endpointingMilliseconds = endpointingMilliseconds
        if let sent = ears.finalizeSentAt, turn?.startedBy != .text {
            mark(.finalizeSent, at: sent)
            mark(.transcriptFinal, at: ears.settledAt ?? timekeeper.now())
        }
        note(.transcript(text))
    }

    func forgetCommitment() {
        released = nil
        turn?.stamps.forget(TurnStamp.stages.dropFirst(2))
        turn?.modelProvider = ""
    }

    // MARK: The end

    func endTurn(_ outcome: TurnOutcome, _ failure: Failure?) {
        settleClosing(samples: nil)
        guard var record = turn else { return }
        turn = nil
        record.outcome = outcome
        guard let answer = released else { return finish(record, failure) }
        released = nil
        record.reply = answer.written
        record.tools = answer.toolsRun
        record.sources = answer.sources
        let wasHeardOut = answer.isComplete && (outcome == .answered || answer.brokeOff != nil && !answer.isDropped)
        if wasHeardOut || answer.ledger.samples == 0 {
            return finish(record, failure, answer, samples: answer.ledger.samples)
        }
        if let position = pausedPosition, position.utterance == answer.id {
            pausedPosition = nil
            record.stamps.mark(.lastSamplePlayed, at: position.time)
            return finish(record, failure, answer, samples: position.samples)
        }
        let number = record.number
        let deadline = Task {
            guard (try? await self.timekeeper.sleep(milliseconds: Self.closingMilliseconds)) != nil else { return }
            if self.closing?.record.number == number { self.settleClosing(samples: nil) }
        }
        closing = ClosingTurn(record: record, reply: answer, failure: failure, deadline: deadline)
    }

    /// The endpoint says how much was heard before all was dropped.
    func settleClosing(_ heard: HeardPosition?) {
        guard let id = closing?.reply.id else { return }
        if let heard, heard.utterance == id { closing?.record.stamps.mark(.lastSamplePlayed, at: heard.time) }
        settleClosing(samples: heard?.utterance == id ? heard?.samples : closing?.reply.playingSince == nil ? 0 : nil)
    }

    /// - Parameter samples: heard; nil estimates them from the time that has passed.
    func settleClosing(samples: Int64?) {
        guard let closing else { return }
        self.closing = nil
        closing.deadline.cancel()
        let rate = Int64(endpoint.capabilities.playbackRateHz)
        let elapsed = closing.reply.playingSince.map { timekeeper.now().nanoseconds(since: $0) / 1_000 * rate / 1_000_000 } ?? 0
        let heard = samples ?? min(elapsed, closing.reply.ledger.samples)
        finish(closing.record, closing.failure, closing.reply, samples: heard)
        guard let question = deferredQuestion else { return }
        deferredQuestion = nil
        ask(question.id, text: question.text, isSpeculative: question.isSpeculative)
    }

    private func finish(_ record: TurnRecord, _ failure: Failure?, _ answer: Reply? = nil, samples: Int64 = 0) {
        var record = record
        if let answer { record.heard = answer.ledger.heard(samples: samples) }
        if !record.transcript.isEmpty, !record.heard.isEmpty || record.outcome == .interrupted {
            history.add(said: record.transcript, heard: record.heard, sources: record.sources)
        }
        observer.note(.turnEnded(record), of: identity, turn: record.number)
        guard let asker = askers.removeValue(forKey: record.number) else { return }
        if record.outcome == .failed {
            asker.resume(throwing: failure ?? Failure(.system, .unknown, "the turn failed"))
        } else {
            asker.resume(returning: record)
        }
    }
}
