import FoundationEssentials
import NIOCore

/// One context: text comes in pieces, is gathered into what is spoken at once, spoken piece by piece, and streamed faster than
/// real time. Its connection's event loop only.
final class SpokenContext {
    enum Outcome {
        case over(ContextEnding.Cause)
        case failed(CartesiaError)
    }

    /// What is spoken at once.
    private struct Piece {
        var text: String
        var flushID: Int
        /// Whether `flush_done` follows it.
        var endsFlush: Bool
    }

    private static let chunkMilliseconds = 100
    /// Buffered text that is enough to speak when a sentence ends in it.
    private static let enoughCharacters = 40
    /// Text that may wait to be spoken.
    private static let waitingBound = 10_000

    let constants: [String: JSONValue]
    /// All text so far.
    private(set) var text = ""
    /// Why it takes no more text, though it still speaks.
    private(set) var closing: ContextEnding.Cause?

    private let id: String
    private let request: SpeechRequest
    private let options: RehearsalOptions
    private let voices: VoiceQueue
    private let peer: WebSocketPeer
    private let log: ConnectionLog
    private let report: (Outcome) -> Void

    private var buffer = ""
    private var pieces: [Piece] = []
    private var flushes = 0
    private var generations = 0
    private var isGenerating = false
    private var isOver = false
    private var sentSamples = 0
    private var bufferTimer: Scheduled<Void>?
    private var chunkTimer: Scheduled<Void>?
    private var expiry: Scheduled<Void>?

    /// - Parameter report: called once, when it is over or cannot go on.
    init(
        _ request: SpeechRequest, options: RehearsalOptions, voices: VoiceQueue, peer: WebSocketPeer, log: ConnectionLog,
        report: @escaping (Outcome) -> Void
    ) {
        self.request = request
        self.options = options
        self.voices = voices
        self.peer = peer
        self.log = log
        self.report = report
        id = request.context
        constants = request.constants
    }

    func speak(_ more: SpeechRequest) throws(CartesiaError) {
        guard pieces.reduce(buffer.count + more.transcript.count, { $0 + $1.text.count }) <= Self.waitingBound else {
            throw CartesiaError(message: "more than \(Self.waitingBound) characters wait to be spoken")
        }
        expiry?.cancel()
        text += more.transcript
        buffer += more.transcript
        if !more.isContinued { closing = .finished }
        let isEnough = buffer.count >= Self.enoughCharacters && buffer.contains { ".!?".contains($0) }
        if more.isFlush || more.bufferMilliseconds == 0 {
            release(endsFlush: more.isFlush || options.quirks.saysFlushDoneUnasked)
        } else if closing != nil || isEnough {
            release(endsFlush: false)
        } else if bufferTimer == nil {
            bufferTimer = peer.after(milliseconds: more.bufferMilliseconds) { [weak self] in self?.release(endsFlush: false) }
        }
        goOn()
    }

    /// Drops what has not been begun. What is being spoken is spoken to its end, and its chunks keep coming.
    func cancel() {
        closing = .cancelled
        buffer = ""
        pieces = []
        bufferTimer?.cancel()
        goOn()
    }

    /// The connection is gone, or the context broke a rule.
    func abandon() {
        isOver = true
        for timer in [bufferTimer, chunkTimer, expiry] { timer?.cancel() }
    }

    private func release(endsFlush: Bool) {
        bufferTimer?.cancel()
        bufferTimer = nil
        pieces.append(Piece(text: buffer, flushID: flushes + 1, endsFlush: endsFlush))
        if endsFlush { flushes += 1 }
        buffer = ""
        goOn()
    }

    private func goOn() {
        guard !isOver, !isGenerating else { return }
        if !pieces.isEmpty {
            generate(pieces.removeFirst())
        } else if let closing {
            finish(closing, saysDone: closing != .cancelled || options.quirks.saysDoneOfCancelled)
        } else if buffer.isEmpty {
            expiry?.cancel()
            expiry = peer.after(milliseconds: options.limits.contextExpiryMilliseconds) { [weak self] in
                self.map { $0.finish(.expired, saysDone: $0.options.quirks.saysDoneOfExpired) }
            }
        }
    }

    private func finish(_ cause: ContextEnding.Cause, saysDone: Bool) {
        guard !isOver else { return }
        abandon()
        log.add(.speechDone, context: id, samples: sentSamples)
        if saysDone { peer.send(["type": "done", "context_id": .text(id), "done": true, "status_code": 206]) }
        report(.over(cause))
    }

    // MARK: Speaking

    private func generate(_ piece: Piece) {
        guard piece.text.contains(where: { $0.isLetter || $0.isNumber }), let loop = peer.eventLoop else { return end(piece) }
        isGenerating = true
        generations += 1
        let begun = monotonicNanoseconds()
        let spoken = voices.speak(piece.text, rateHz: request.rateHz, on: loop)
        spoken.assumeIsolated().whenComplete { outcome in
            guard !self.isOver else { return }
            switch outcome {
            case .success(let speech): self.begin(speech, piece, sinceNanoseconds: begun)
            case .failure(let error):
                self.abandon()
                self.report(
                    .failed(CartesiaError(status: 503, title: "Unavailable", message: "\(error)", isClientsFault: false)))
            }
        }
    }

    /// The service's own time runs from the text: what the voice took is part of it.
    private func begin(_ speech: SynthesizedSpeech, _ piece: Piece, sinceNanoseconds begun: Int64) {
        let offset = Double(sentSamples) / Double(request.rateHz)
        let delay = options.delays.drawn(log.connection << 20 + generations).firstAudioMilliseconds
        let left = max(0, delay - Int((monotonicNanoseconds() - begun) / 1_000_000))
        chunkTimer = peer.after(milliseconds: left) { [self] in
            if request.wantsTimestamps { sendTimestamps(speech.words, offset) }
            stream(speech.samples[...], piece)
        }
    }

    private func stream(_ samples: ArraySlice<Int16>, _ piece: Piece) {
        guard !samples.isEmpty else {
            isGenerating = false
            return end(piece)
        }
        let count = peer.isWritable ? request.rateHz * Self.chunkMilliseconds / 1000 : 0
        if count > 0 { sendChunk(samples.prefix(count), flushID: piece.flushID) }
        chunkTimer = peer.after(milliseconds: options.delays.audioChunkMilliseconds) { [self] in
            stream(samples.dropFirst(count), piece)
        }
    }

    private func end(_ piece: Piece) {
        if piece.endsFlush {
            peer.send([
                "type": "flush_done", "context_id": .text(id), "flush_id": .integer(piece.flushID), "flush_done": true,
                "done": false, "status_code": 206,
            ])
        }
        goOn()
    }

    private func sendChunk(_ samples: ArraySlice<Int16>, flushID: Int) {
        let chunk: JSONValue = [
            "type": "chunk", "context_id": .text(id), "data": .text(encoded(samples)), "done": false, "status_code": 206,
            "step_time": 12.3, "flush_id": .integer(flushID),
        ]
        if sentSamples == 0 { log.add(.firstAudioSent, context: id) }
        peer.send(chunk)
        sentSamples += samples.count
    }

    private func encoded(_ samples: ArraySlice<Int16>) -> String {
        switch request.encoding {
        case .int16: samples.map(\.littleEndian).withUnsafeBytes { Data($0).base64EncodedString() }
        case .float32:
            samples.map { (Float($0) / 32_768).bitPattern.littleEndian }.withUnsafeBytes { Data($0).base64EncodedString() }
        }
    }

    private func sendTimestamps(_ words: [TimedWord], _ offset: Double) {
        let timed: JSONValue = [
            "words": .list(words.map { .text($0.text) }), "start": .list(words.map { .number($0.startSeconds + offset) }),
            "end": .list(words.map { .number($0.endSeconds + offset) }),
        ]
        peer.send(["type": "timestamps", "context_id": .text(id), "done": false, "status_code": 206, "word_timestamps": timed])
    }
}
