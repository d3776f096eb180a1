import FoundationEssentials
import NIOCore

/// One context: text comes in pieces, is gathered into what is spoken at once, spoken piece by piece, and streamed faster than
/// real time. Its connection's event loop only.
final class SpokenContext {
    /// What is spoken at once.
    private struct Piece {
        var text: String
        var flushID: Int?
    }

    private static let chunkMilliseconds = 100
    /// Buffered text that is enough to speak when a sentence ends in it.
    private static let enoughCharacters = 40

    let constants: [String: JSONValue]
    private(set) var isLast = false
    /// All text so far.
    private(set) var text = ""

    private let id: String
    private let request: SpeechRequest
    private let options: RehearsalOptions
    private let voices: VoiceQueue
    private let peer: WebSocketPeer
    private let log: ConnectionLog
    private let whenClosed: () -> Void

    private var buffer = ""
    private var pieces: [Piece] = []
    private var flushes = 0
    private var isGenerating = false
    private var isCancelled = false
    private var isOver = false
    private var sentSamples = 0
    private var bufferTimer: Scheduled<Void>?
    private var chunkTimer: Scheduled<Void>?
    private var expiry: Scheduled<Void>?

    init(
        _ request: SpeechRequest, options: RehearsalOptions, voices: VoiceQueue, peer: WebSocketPeer, log: ConnectionLog,
        whenClosed: @escaping () -> Void
    ) {
        self.request = request
        self.options = options
        self.voices = voices
        self.peer = peer
        self.log = log
        self.whenClosed = whenClosed
        id = request.context
        constants = request.constants
    }

    func speak(_ more: SpeechRequest) {
        guard !isCancelled else { return }
        expiry?.cancel()
        text += more.transcript
        buffer += more.transcript
        isLast = !more.isContinued
        let isEnough = buffer.count >= Self.enoughCharacters && buffer.contains { ".!?".contains($0) }
        if isLast || more.isFlush || more.bufferMilliseconds == 0 || isEnough {
            release(flush: more.isFlush || more.bufferMilliseconds == 0)
        } else if bufferTimer == nil {
            bufferTimer = peer.after(milliseconds: more.bufferMilliseconds) { [weak self] in self?.release(flush: false) }
        }
        goOn()
    }

    /// Drops what has not been begun. What is being spoken is spoken to its end, and its chunks keep coming.
    func cancel() {
        isCancelled = true
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

    private func release(flush: Bool) {
        bufferTimer?.cancel()
        bufferTimer = nil
        if flush { flushes += 1 }
        pieces.append(Piece(text: buffer, flushID: flush ? flushes : nil))
        buffer = ""
        goOn()
    }

    private func goOn() {
        guard !isOver, !isGenerating else { return }
        if !pieces.isEmpty {
            generate(pieces.removeFirst())
        } else if isLast || isCancelled {
            finish()
        } else if buffer.isEmpty {
            expiry?.cancel()
            expiry = peer.after(milliseconds: options.limits.contextExpiryMilliseconds) { [weak self] in self?.finish() }
        }
    }

    private func finish() {
        guard !isOver else { return }
        abandon()
        log.add(.speechDone, context: id, samples: sentSamples)
        peer.send(["type": "done", "context_id": .text(id), "done": true, "status_code": 206])
        whenClosed()
    }

    // MARK: Speaking

    private func generate(_ piece: Piece) {
        guard piece.text.contains(where: { $0.isLetter || $0.isNumber }), let loop = peer.eventLoop else { return end(piece) }
        isGenerating = true
        let spoken = voices.speak(piece.text, rateHz: request.rateHz, on: loop)
        spoken.assumeIsolated().whenComplete { outcome in
            guard !self.isOver else { return }
            switch outcome {
            case .success(let speech): self.begin(speech, piece)
            case .failure(let error):
                self.log.add(.speechRefused, context: self.id, text: "\(error)")
                self.isGenerating = false
                self.finish()
            }
        }
    }

    private func begin(_ speech: SynthesizedSpeech, _ piece: Piece) {
        let offset = Double(sentSamples) / Double(request.rateHz)
        chunkTimer = peer.after(milliseconds: options.delays.firstAudioMilliseconds) { [self] in
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
        if let flushID = piece.flushID {
            peer.send([
                "type": "flush_done", "context_id": .text(id), "flush_id": .integer(flushID), "flush_done": true, "done": false,
                "status_code": 206,
            ])
        }
        goOn()
    }

    private func sendChunk(_ samples: ArraySlice<Int16>, flushID: Int?) {
        var chunk: [String: JSONValue] = [
            "type": "chunk", "context_id": .text(id), "data": .text(encoded(samples)), "done": false, "status_code": 206,
            "step_time": 12.3,
        ]
        chunk["flush_id"] = flushID.map { .integer($0) }
        if sentSamples == 0 { log.add(.firstAudioSent, context: id) }
        peer.send(.object(chunk))
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
