import NIOCore

/// What a connection hears and says about it: interim results, settled ones in order, the ends of utterances.
///
/// Segments are recognized whole, by one thread for all connections. So that a settled result need not wait, the engine listens
/// ahead at every pause: a Finalize that finds the same speech takes that result. Its event loop only.
final class ListenStream {
    /// A result on its way: settled ranges leave in the order in which they were settled.
    private struct Result {
        var kind: ListenMessages.Kind
        var range: Range<Int>
        var speech: Range<Int>?
        var words: String?
        var number: Int
        let settledAt = monotonicNanoseconds()
    }

    /// The engine's view of the speech that is not settled yet.
    private struct Guess {
        var speech: Range<Int>
        var number: Int
        var words: String?
    }

    private static let pauseMilliseconds = 100
    private static let interimMilliseconds = 1000
    /// An interim result that would take longer could delay a settled one.
    private static let longestInterimWorkMilliseconds = 250
    private static let emptyResultMilliseconds = 5000
    private static let longSegmentMilliseconds = 12_000
    private static let longestSegmentMilliseconds = 25_000
    /// More results than this never wait for a recognizer that can follow.
    private static let resultBound = 64

    private let parameters: ListenParameters
    private let messages: ListenMessages
    private let recognition: RecognitionQueue
    private let options: RehearsalOptions
    private let peer: WebSocketPeer
    private let log: ConnectionLog

    private var segmenter: SpeechSegmenter
    private var results: [Result] = []
    private var guess: Guess?
    /// Results that wait for a guess that was under way when they were settled: by the guess's number.
    private var heirs: [Int: Int] = [:]
    private var numbers = 0
    private var lastInterim = 0
    private var isSpeechAnnounced = false
    private var lastWordEnd: Int?
    private var whenSettled: (() -> Void)?
    private var isAbandoned = false

    init(
        _ parameters: ListenParameters, messages: ListenMessages, recognition: RecognitionQueue,
        options: RehearsalOptions, peer: WebSocketPeer, log: ConnectionLog
    ) {
        self.parameters = parameters
        self.messages = messages
        self.recognition = recognition
        self.options = options
        self.peer = peer
        self.log = log
        segmenter = SpeechSegmenter(rateHz: parameters.rateHz)
    }

    /// The connection is gone.
    func abandon() {
        isAbandoned = true
        whenSettled = nil
    }

    func hear(_ samples: [Int16]) {
        segmenter.feed(samples)
        announceSpeech()
        listenAhead()
        settleByOwnJudgement()
        endUtterance()
    }

    func finalize() {
        guard options.quirks.answersEveryFinalize || segmenter.speech != nil else { return }
        settle(.finalizeAnswer)
    }

    /// Settles what is left, then calls `done`.
    func end(_ done: @escaping () -> Void) {
        whenSettled = done
        segmenter.speech == nil ? sendReady() : settle(.settled)
    }

    // MARK: Looking at the audio

    private func announceSpeech() {
        guard let speech = segmenter.speech, !isSpeechAnnounced else { return }
        isSpeechAnnounced = true
        lastInterim = segmenter.received
        if parameters.wantsSpeechStarted { peer.send(messages.speechStarted(at: speech.lowerBound)) }
    }

    private func settleByOwnJudgement() {
        let silence = segmenter.silenceMilliseconds
        let age = segmenter.unsettledMilliseconds
        if segmenter.speech == nil {
            if age >= Self.emptyResultMilliseconds { settle(.settled) }
        } else if let endpointing = parameters.endpointingMilliseconds, silence >= max(endpointing, Self.pauseMilliseconds) {
            settle(.endOfSpeech)
        } else if age >= Self.longestSegmentMilliseconds || age >= Self.longSegmentMilliseconds && silence >= 300 {
            settle(.settled)
        }
    }

    private func endUtterance() {
        guard let bound = parameters.utteranceEndMilliseconds, let lastWordEnd, results.isEmpty, segmenter.speech == nil,
            (segmenter.received - lastWordEnd) * 1000 / parameters.rateHz >= bound
        else { return }
        self.lastWordEnd = nil
        peer.send(messages.utteranceEnd(lastWordEnd: lastWordEnd))
    }

    // MARK: Settling

    private func settle(_ kind: ListenMessages.Kind) {
        let range = segmenter.settled..<segmenter.received
        let segment = segmenter.segment
        segmenter.settle()
        isSpeechAnnounced = false
        guard results.count < Self.resultBound else { return giveUp("too many results wait") }
        numbers += 1
        results.append(Result(kind: kind, range: range, speech: segment?.speech, number: numbers))
        if let segment { find(words: segment, for: numbers) } else { deliver("", to: numbers) }
    }

    private func find(words segment: SpeechSegmenter.Segment, for number: Int) {
        let fitting = guess.flatMap { $0.speech == segment.speech ? $0 : nil }
        guess = nil
        if let words = fitting?.words {
            deliver(words, to: number)
        } else if let fitting {
            heirs[fitting.number] = number
        } else {
            recognize(segment) { [weak self] words in self?.deliver(words, to: number) }
        }
    }

    /// The service's own time runs from the settling: what the engine took is part of it.
    private func deliver(_ words: String, to number: Int) {
        let delay = options.delays.drawn(log.connection << 20 + number).transcriptMilliseconds
        let settledAt = results.first { $0.number == number }?.settledAt ?? 0
        let left = delay - Int((monotonicNanoseconds() - settledAt) / 1_000_000)
        guard left > 0 else { return fill(number, words) }
        _ = peer.after(milliseconds: left) { [weak self] in self?.fill(number, words) }
    }

    private func fill(_ number: Int, _ words: String) {
        guard let index = results.firstIndex(where: { $0.number == number }) else { return }
        results[index].words = words
        sendReady()
    }

    private func sendReady() {
        while let first = results.first, let words = first.words {
            results.removeFirst()
            log.add(
                .finalSent, text: words, samples: first.range.upperBound, isFinalizeAnswer: first.kind == .finalizeAnswer)
            peer.send(messages.results(words, first.kind, range: first.range, speech: first.speech))
            if !words.isEmpty { lastWordEnd = first.speech?.upperBound }
        }
        guard results.isEmpty, let done = whenSettled else { return }
        whenSettled = nil
        done()
    }

    // MARK: Listening ahead

    private func listenAhead() {
        guard let speech = segmenter.speech, guess?.speech != speech else { return }
        let isPause = segmenter.silenceMilliseconds >= Self.pauseMilliseconds
        guard isPause || parameters.wantsInterim && isTimeForInterim(since: speech.lowerBound), let segment = segmenter.segment
        else { return }
        lastInterim = segmenter.received
        numbers += 1
        let number = numbers
        guess = Guess(speech: segment.speech, number: number)
        recognize(segment) { [weak self] words in self?.guessed(words, number) }
    }

    private func isTimeForInterim(since speechStart: Int) -> Bool {
        func milliseconds(since sample: Int) -> Int { (segmenter.received - sample) * 1000 / parameters.rateHz }
        guard recognition.isIdle, milliseconds(since: lastInterim) >= Self.interimMilliseconds else { return false }
        let work = recognition.estimateMilliseconds(audioMilliseconds: milliseconds(since: speechStart))
        return work <= Self.longestInterimWorkMilliseconds
    }

    private func guessed(_ words: String, _ number: Int) {
        if let heir = heirs.removeValue(forKey: number) { return deliver(words, to: heir) }
        guard let current = guess, current.number == number else { return }
        guess?.words = words
        guard parameters.wantsInterim, !words.isEmpty else { return }
        let range = segmenter.settled..<segmenter.received
        log.add(.interimSent, text: words, samples: range.upperBound)
        peer.send(messages.results(words, .interim, range: range, speech: current.speech))
    }

    private func recognize(_ segment: SpeechSegmenter.Segment, _ then: @escaping (String) -> Void) {
        guard let loop = peer.eventLoop else { return }
        let count = segment.samples.count
        recognition.recognize(segment.samples, rateHz: parameters.rateHz, on: loop).assumeIsolated().whenComplete { heard in
            guard !self.isAbandoned else { return }
            switch heard {
            case .success(let heard):
                self.log.add(.recognized, text: heard.words, samples: count, milliseconds: heard.milliseconds)
                then(heard.words)
            case .failure(let error):
                self.giveUp("\(error)")
            }
        }
    }

    /// The service's own fault.
    private func giveUp(_ reason: String) {
        log.add(.recognized, text: "failed: \(reason)")
        peer.close(.unexpectedServerError, "NET-0000: the service could not follow")
    }
}
