import Conversation
import Failures

/// One stream of audio to Deepgram and its transcripts, over as many connections as it takes. Network thread only.
///
/// This file holds what the session asks for; `+Connection` the life of the socket, `+Results` what comes back.
final class DeepgramStream {
    /// One `finalize` that the session waits for.
    struct Finalize {
        var position: Int64
        var isSent = false
        /// Finalizes more of the same audio: the provider is asked once and the session answered each time.
        var twins = 0
        var deadline: LoopTimer
    }

    let loop: CurlLoop
    let settings: DeepgramSettings
    let events: EventQueue<RecognitionEvent>
    let onEnd: @Sendable () -> Void

    var timeline = AudioTimeline()
    var pacer: SendPacer
    var finalizes: [Finalize] = []
    /// Positions of finalizes that were settled without the server's answer, which may still come and must not count twice.
    var ghosts: [Int64] = []
    /// Up to where our own deadline settled; the server's later words about it are old news.
    var forcedUpTo: Int64 = 0
    var forcedWords = WordsSaid()
    var interim: (text: String, start: Int64, end: Int64)?

    var connection: WebSocketConnection?
    /// Connections so far; whether the last one was left for a fresh one.
    var connectionCount = 0
    var hasLeft = false
    var isClosing = false
    var isEnded = false
    var isCloseStreamSent = false
    var isOpenedTold = false
    /// When the server last said anything.
    var lastMessageAt: Int64 = 0
    var requestID: String?
    var complaint: String?
    var backOff = DeepgramStream.impatientBackOff
    var openedAt: Int64?
    var lastFailure: Failure?
    var lastHeardAt: Int64 = .min
    var lastSentAt: Int64 = 0
    var retry: LoopTimer?
    var needDeadline: LoopTimer?
    var pumpTimer: LoopTimer?
    var keepAlive: LoopTimer?
    var closing: LoopTimer?
    var doubt: LoopTimer?

    /// One message: 20 ms when live, 100 ms of a backlog.
    static let frameSamples = 320
    static let backlogFrameSamples = 1_600
    /// For a finalize that could not even be sent.
    static let unsentFinalizeMilliseconds = 4_000
    static let closingMilliseconds = 2_500
    private static let queueBound = 4_096

    init(
        loop: CurlLoop, settings: DeepgramSettings, events: EventQueue<RecognitionEvent>, onEnd: @escaping @Sendable () -> Void
    ) {
        self.loop = loop
        self.settings = settings
        self.events = events
        self.onEnd = onEnd
        pacer = SendPacer(nowNanoseconds: loop.now)
    }

    // MARK: From the session

    func hear(_ samples: [Int16], firstSample: Int64) {
        guard !isEnded, !isClosing, !samples.isEmpty else { return }
        timeline.append(samples, firstSample: firstSample)
        lastHeardAt = loop.now
        needConnection()
        pump()
    }

    func finalize() {
        guard !isEnded, !isClosing else { return }
        let position = timeline.end
        if let last = finalizes.indices.last, finalizes[last].position == position {
            finalizes[last].twins += 1
            return
        }
        guard position > timeline.settled || !finalizes.isEmpty || interim != nil else { return answerAtOnce(position) }
        let deadline = loop.after(milliseconds: Self.unsentFinalizeMilliseconds) { [weak self] in
            self?.finalizeOverdue(position)
        }
        finalizes.append(Finalize(position: position, deadline: deadline))
        needConnection()
        pump()
    }

    /// Nobody answered in time. Where there is no connection nobody can have heard anything: that is no silence of the
    /// person's.
    private func finalizeOverdue(_ position: Int64) {
        guard connection?.isOpen == true || interim != nil || isClosing else {
            return fail(lastFailure ?? Failure(.deepgram, .timedOut, "no connection to answer a Finalize in time"))
        }
        settleOverdue(position)
    }

    /// Nothing was heard that is not settled already: a provider may leave this unanswered.
    func answerAtOnce(_ position: Int64) {
        let sample = timeline.sample(endingAt: position)
        let nothing = Transcript(text: "", firstSample: sample, endSample: sample)
        tell(.settled(nothing, answersFinalize: true, endsUtterance: false))
    }

    func close() {
        guard !isEnded, !isClosing else { return }
        isClosing = true
        guard connection?.isOpen == true || timeline.unsent >= Self.frameSamples else { return finish() }
        closing = loop.after(milliseconds: Self.closingMilliseconds) { [weak self] in self?.finish() }
        pump()
    }

    /// Nobody listens any more. The connection is ended as it should be all the same, and this stream lives until then.
    func abandon() {
        guard !isEnded else { return }
        events.finish()
        timeline.settleAll()
        let isOpen = connection?.isOpen == true
        isClosing = true
        guard isOpen else { return finish() }
        closing?.cancel()
        closing = loop.after(milliseconds: Self.closingMilliseconds) { self.finish() }
        pump()
    }

    // MARK: To the session

    func tell(_ event: RecognitionEvent) {
        guard !isEnded else { return }
        if events.push(event) > Self.queueBound {
            fail(Failure(.deepgram, .queueFull, "\(Self.queueBound) transcripts that nobody took"))
        }
    }

    func fail(_ failure: Failure) {
        guard !isEnded else { return }
        events.push(.failed(failure))
        end()
    }

    /// All that will ever be known is known.
    func finish() {
        guard !isEnded else { return }
        while let first = finalizes.first { settleOverdue(first.position) }
        tell(.closed)
        end()
    }

    private func end() {
        isEnded = true
        events.finish()
        for timer in [retry, needDeadline, pumpTimer, keepAlive, closing, doubt] + finalizes.map(\.deadline) { timer?.cancel() }
        connection?.close()
        connection = nil
        onEnd()
    }

    // MARK: Audio out

    /// Sends what may go now: audio up to the next finalize, the finalize, and so on.
    func pump() {
        guard let connection, connection.isOpen, !isEnded else { return }
        pumpTimer?.cancel()
        while sendAudio(connection) || sendFinalize(connection) {}
        if isClosing, timeline.unsent == 0 { sendCloseStream() }
    }

    /// - Returns: whether something went out.
    private func sendAudio(_ connection: WebSocketConnection) -> Bool {
        let stop = finalizes.first { !$0.isSent }?.position
        let ready = Int((stop ?? timeline.end) - timeline.sent)
        let mustFlush = stop != nil || isClosing
        guard ready >= Self.frameSamples || mustFlush && ready > 0 else { return false }
        let allowed = pacer.allowance(nowNanoseconds: loop.now)
        let least = min(ready, Self.frameSamples)
        guard allowed >= least else {
            pumpTimer = loop.after(milliseconds: 1 + (least - allowed) / 20) { [weak self] in self?.pump() }
            return false
        }
        var count = min(ready, allowed, Self.backlogFrameSamples)
        if !mustFlush || count < ready { count -= count % Self.frameSamples }
        return send(timeline.take(count), connection)
    }

    private func send(_ samples: ArraySlice<Int16>, _ connection: WebSocketConnection) -> Bool {
        pacer.spend(samples.count)
        lastSentAt = loop.now
        // Little-endian on the wire and on every board that this runs on.
        return samples.withUnsafeBytes { connection.send(binary: $0) }
    }

    private func sendFinalize(_ connection: WebSocketConnection) -> Bool {
        guard let index = finalizes.firstIndex(where: { !$0.isSent }), finalizes[index].position <= timeline.sent else {
            return false
        }
        guard connection.send(text: DeepgramCommand.finalize) else { return false }
        lastSentAt = loop.now
        let position = finalizes[index].position
        finalizes[index].isSent = true
        finalizes[index].deadline.cancel()
        finalizes[index].deadline = loop.after(milliseconds: settings.finalizeMilliseconds) { [weak self] in
            self?.finalizeOverdue(position)
        }
        return true
    }

    private func sendCloseStream() {
        guard !isCloseStreamSent, let connection, connection.isOpen else { return }
        isCloseStreamSent = connection.send(text: DeepgramCommand.closeStream)
    }

    /// What was handed over and makes less than a frame must not lie there when the person has stopped.
    func flushRest() -> Bool {
        guard let connection, connection.isOpen, timeline.unsent > 0, timeline.unsent < Self.frameSamples else { return false }
        return send(timeline.take(timeline.unsent), connection)
    }
}
