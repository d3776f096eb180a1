import Conversation
import Failures

/// One answer being spoken: its text on the way out, its audio on the way in, in order whatever Cartesia's contexts do.
/// Network thread only.
final class CartesiaContext {
    private let loop: CurlLoop
    private unowned let socket: CartesiaSocket
    private let queue: EventQueue<SpeechEvent>
    private let rateHz: Int
    private var unsent: [CartesiaSegment.Piece] = []
    private var segments: [CartesiaSegment] = []
    private var isLastGiven = false
    private var isRequestedTold = false
    private var isOver = false
    /// Samples delivered: by all segments, and before the one that is being delivered.
    private var samples = 0
    private var samplesBefore = 0
    /// Tries that began again because nothing was heard yet, and segments that continued an expired one.
    private var attempts = 0
    private var renewals = 0
    private var patience: LoopTimer?
    private var retry: LoopTimer?
    private var straggler: LoopTimer?

    private static let unsentBound = 65_536
    private static let audioBoundSeconds = 60
    private static let attemptBound = 3
    private static let renewalBound = 20
    /// Longest wait from the first text to the first audio.
    private static let firstAudioMilliseconds = 10_000
    /// Longest gap within the audio while some is owed.
    private static let audioGapMilliseconds = 5_000
    /// How often it is looked whether another context has ended, when there are too many.
    private static let crowdMilliseconds = 100

    init(loop: CurlLoop, socket: CartesiaSocket, queue: EventQueue<SpeechEvent>, rateHz: Int) {
        self.loop = loop
        self.socket = socket
        self.queue = queue
        self.rateHz = rateHz
    }

    /// Whether an open connection would help.
    var wantsConnection: Bool { !isOver && (!unsent.isEmpty || !segments.isEmpty) }
    func owns(_ id: String) -> Bool { segments.contains { $0.id == id } }
    /// Contexts that Cartesia counts.
    var openSegments: Int { segments.count { !$0.isOver } }
    /// When it last sent anything.
    var lastSentAt: Int64 { segments.last?.lastSentAt ?? 0 }

    // MARK: From the session

    func speak(_ text: String, isLast: Bool) {
        guard !isOver, !isLastGiven else { return }
        guard unsent.reduce(text.utf8.count, { $0 + $1.text.utf8.count }) <= Self.unsentBound else {
            return fail(Failure(.cartesia, .queueFull, "more than \(Self.unsentBound) bytes of text wait for the connection"))
        }
        isLastGiven = isLast
        guard isLast || !text.isEmpty else { return }
        unsent.append(CartesiaSegment.Piece(text: text, isLast: isLast))
        if patience == nil { expectAudio(withinMilliseconds: Self.firstAudioMilliseconds) }
        pump()
    }

    func cancel() {
        guard !isOver else { return }
        cancelSegments()
        end()
    }

    private func cancelSegments() {
        for segment in segments where !segment.isOver { socket.cancelContext(segment.id) }
    }

    private func expectAudio(withinMilliseconds limit: Int) {
        patience?.cancel()
        patience = loop.after(milliseconds: limit) { [weak self] in self?.waitedTooLong(limit) }
    }

    private func waitedTooLong(_ limit: Int) {
        patience = nil
        guard wantsConnection else { return }
        fail(Failure(.cartesia, .timedOut, "no audio within \(limit) ms"))
        socket.leaveIfSilent(forMilliseconds: limit / 2)
    }

    // MARK: Text out

    /// Sends what waits, as far as there is a connection.
    func pump() {
        guard !isOver, retry == nil else { return }
        while let piece = unsent.first {
            if !piece.text.isEmpty || segmentForEnd() != nil {
                guard socket.isOpen else { return socket.connect() }
                guard send(piece) else { return }
            }
            unsent.removeFirst()
        }
        finishIfDone()
    }

    /// Where an end without text goes: a segment that still takes some. Nowhere when nothing needs an end, or when the
    /// context may have expired: then its `done` is on the way.
    private func segmentForEnd() -> Int? {
        guard let open = openSegment, segments[open].isStale(at: loop.now) else { return openSegment }
        letExpire(open)
        return nil
    }

    private var openSegment: Int? { segments.indices.last { !segments[$0].isEndSent && !segments[$0].isOver } }

    private func send(_ piece: CartesiaSegment.Piece) -> Bool {
        guard let index = piece.text.isEmpty ? segmentForEnd() : segmentForText() else { return false }
        let request = CartesiaRequest(
            socket.settings, contextID: segments[index].id, rateHz: rateHz, transcript: piece.text, isLast: piece.isLast)
        guard socket.send(request, whenSent: isRequestedTold ? nil : { [weak self] in self?.tellRequested() }) else {
            // A connection that has just died reports that itself.
            if socket.isOpen { fail(Failure(.cartesia, .queueFull, "the connection takes no more text")) }
            return false
        }
        segments[index].lastSentAt = loop.now
        segments[index].isEndSent = piece.isLast
        if !piece.text.isEmpty { segments[index].pieces.append(piece) }
        return true
    }

    private func tellRequested() {
        guard !isRequestedTold, !isOver else { return }
        isRequestedTold = true
        queue.push(.requested, weight: 0)
    }

    private func segmentForText() -> Int? {
        if let last = segments.last, last.takesText(at: loop.now) { return segments.count - 1 }
        guard !socket.isCrowded else {
            retry(afterMilliseconds: Self.crowdMilliseconds)
            return nil
        }
        if let openSegment { letExpire(openSegment) }
        segments.append(CartesiaSegment(id: socket.freshContextID()))
        return segments.count - 1
    }

    /// Its audio is out and its time nearly up: to speak to it now would be to speak to the dead. Its `done` says when the next
    /// one may sound; should none come, time does.
    private func letExpire(_ index: Int) {
        segments[index].isEndSent = true
        awaitExpiry(of: segments[index].id)
    }

    private func awaitExpiry(of id: String) {
        guard let segment = segments.first(where: { $0.id == id }) else { return }
        let wait = segment.millisecondsToExpiry(at: loop.now)
        guard wait > 0 else { return segmentOver(id) }
        straggler?.cancel()
        straggler = loop.after(milliseconds: wait) { [weak self] in self?.awaitExpiry(of: id) }
    }

    private func retry(afterMilliseconds wait: Int) {
        retry = loop.after(milliseconds: wait) { [weak self] in
            self?.retry = nil
            self?.pump()
        }
    }

    // MARK: Audio in

    func take(_ message: CartesiaMessage, for id: String) {
        guard !isOver, let index = segments.firstIndex(where: { $0.id == id }) else { return }
        switch message.type {
        case "chunk": take(audio: message.data ?? "", index)
        case "timestamps": take(words: message.wordTimestamps, index)
        case "error": take(error: message, index)
        default: break  // flush_done, phoneme_timestamps and whatever comes in later years
        }
        if message.type == "done" || message.type == "chunk" && message.isDone == true { done(id) }
    }

    private func take(audio base64: String, _ index: Int) {
        guard let bytes = Base64.decode(base64) else {
            return fail(Failure(.cartesia, .malformedAnswer, "a chunk that is not base64"))
        }
        let new = segments[index].assembler.feed(bytes)
        segments[index].lastAudioAt = loop.now
        segments[index].answeredPieces = segments[index].pieces.count
        guard !new.isEmpty else { return }
        if index == 0 { return deliver(new) }
        segments[index].held.append(.audio(new))
        segments[index].heldSamples += new.count
        if segments[index].heldSamples > Self.audioBoundSeconds * rateHz { failFull() }
    }

    private func deliver(_ new: [Int16]) {
        expectAudio(withinMilliseconds: Self.audioGapMilliseconds)
        samples += new.count
        if queue.push(.audio(new), weight: new.count) > Self.audioBoundSeconds * rateHz { failFull() }
    }

    private func failFull() {
        fail(Failure(.cartesia, .queueFull, "\(Self.audioBoundSeconds) s of audio that nobody took"))
    }

    private func take(words timestamps: CartesiaMessage.WordTimestamps?, _ index: Int) {
        guard let timestamps else { return }
        let words = zip(timestamps.words, zip(timestamps.start, timestamps.end)).map { word, times in
            SpokenWord(text: word, startMilliseconds: milliseconds(times.0), endMilliseconds: milliseconds(times.1))
        }
        if index == 0 { deliver(words) } else { segments[index].held.append(.words(words)) }
    }

    private func milliseconds(_ seconds: Double) -> Int { seconds.isFinite ? Int(min(max(0, seconds), 1e6) * 1_000 + 0.5) : 0 }

    /// Their times are of their segment; the session counts from the first sample it got.
    private func deliver(_ words: [SpokenWord]) {
        let offset = samplesBefore * 1_000 / rateHz
        queue.push(
            .words(
                words.map {
                    SpokenWord(
                        text: $0.text, startMilliseconds: $0.startMilliseconds + offset,
                        endMilliseconds: $0.endMilliseconds + offset)
                }), weight: 0)
    }

    // MARK: The end of a segment

    /// Cartesia has finished the context: because we said so, or because it expired.
    private func done(_ id: String) {
        guard let index = segments.firstIndex(where: { $0.id == id }) else { return }
        if !segments[index].isEndSent, !segments[index].unanswered.isEmpty { return renew(index) }
        segmentOver(id)
    }

    /// It expired while text was on the way to it: that text goes into a new one.
    private func renew(_ index: Int) {
        renewals += 1
        guard renewals <= Self.renewalBound else {
            return fail(Failure(.cartesia, .malformedAnswer, "contexts that end before they have spoken"))
        }
        unsent = segments[index].unanswered + unsent
        segmentOver(segments[index].id)
        pump()
    }

    private func segmentOver(_ id: String) {
        guard !isOver, let index = segments.firstIndex(where: { $0.id == id }) else { return }
        segments[index].isOver = true
        while let first = segments.first, first.isOver {
            segments.removeFirst()
            samplesBefore = samples
            releaseHeld()
        }
        finishIfDone()
    }

    private func releaseHeld() {
        guard !segments.isEmpty else { return }
        let held = segments[0].held
        segments[0].held = []
        for item in held {
            switch item {
            case .audio(let new): deliver(new)
            case .words(let words): deliver(words)
            }
        }
    }

    private func finishIfDone() {
        guard !isOver, isLastGiven, unsent.isEmpty, segments.isEmpty else { return }
        queue.push(.finished, weight: 0)
        end()
    }

    // MARK: Failing

    private func take(error message: CartesiaMessage, _ index: Int) {
        let failure = CartesiaFailures.failure(message, key: socket.settings.apiKey)
        // It ends the context: there is nothing left to cancel in it.
        segments[index].isOver = true
        let segment = segments[index]
        if samples == 0, !segments.contains(where: { $0.lastAudioAt != nil }) {
            if failure.retry != .never { return beginAgain(failure) }
        } else if failure.kind == .badRequest {
            // "Closed context": it expired just before our words, or our goodbye, came.
            return segment.unanswered.isEmpty ? segmentOver(segment.id) : renew(index)
        }
        fail(failure)
    }

    /// Nothing was heard yet: all of it goes again, after a short wait, if the budget allows.
    private func beginAgain(_ failure: Failure) {
        attempts += 1
        guard attempts < Self.attemptBound else { return fail(failure) }
        putBack()
        var wait = Int.random(in: 150...350) * attempts
        if case .after(let milliseconds) = failure.retry { wait = max(wait, milliseconds) }
        retry(afterMilliseconds: wait)
    }

    private func putBack() {
        cancelSegments()
        let sent = segments.flatMap(\.pieces)
        segments = []
        unsent = sent + unsent
        if isLastGiven, unsent.last?.isLast != true { unsent.append(CartesiaSegment.Piece(text: "", isLast: true)) }
    }

    /// The shared connection broke. What has begun to sound is not begun again.
    func connectionLost(_ failure: Failure) {
        guard wantsConnection else { return }
        if segments.isEmpty { return }
        guard samples == 0, !segments.contains(where: { $0.lastAudioAt != nil }) else { return fail(failure) }
        attempts += 1
        guard attempts < Self.attemptBound, failure.retry != .never else { return fail(failure) }
        putBack()
    }

    func fail(_ failure: Failure) {
        guard !isOver else { return }
        cancelSegments()
        queue.push(.failed(failure), weight: 0)
        end()
    }

    private func end() {
        isOver = true
        segments = []
        unsent = []
        for timer in [patience, retry, straggler] { timer?.cancel() }
        queue.finish()
        socket.ended(queue)
    }
}
