import NIOCore

/// One live connection: what comes in, the rules about it, and the clock of its idleness. What is heard is ``ListenStream``'s.
final class DeepgramConnection: WebSocketService {
    private let options: RehearsalOptions
    private let log: ConnectionLog
    private let parameters: ListenParameters
    private let messages: ListenMessages
    private let recognition: RecognitionQueue
    private var stream: ListenStream?
    private var peer: WebSocketPeer?

    private var pace = AudioPace(nowNanoseconds: monotonicNanoseconds())
    private var lastHeardFrom = monotonicNanoseconds()
    private var received = 0
    private var isEnding = false
    private var idleTimer: Scheduled<Void>?

    init(
        _ parameters: ListenParameters, options: RehearsalOptions, recognition: RecognitionQueue, requestID: String,
        log: ConnectionLog
    ) {
        self.parameters = parameters
        self.options = options
        self.recognition = recognition
        self.log = log
        messages = ListenMessages(parameters: parameters, requestID: requestID)
    }

    func opened(_ peer: WebSocketPeer) {
        self.peer = peer
        stream = ListenStream(
            parameters, messages: messages, recognition: recognition, delays: options.delays, peer: peer, log: log)
        lastHeardFrom = monotonicNanoseconds()
        watch(milliseconds: options.limits.listenIdleMilliseconds)
    }

    func closed() {
        idleTimer?.cancel()
        stream?.abandon()
        peer = nil
    }

    func received(binary: ByteBuffer) {
        lastHeardFrom = monotonicNanoseconds()
        let bytes = binary.readableBytesView
        guard !isEnding else { return log.complain("audio after CloseStream") }
        guard !bytes.isEmpty else {
            log.complain("an empty binary frame: it ends the stream")
            return end()
        }
        if bytes.starts(with: #"{"type""#.utf8) { log.complain("a control message in a binary frame: it is taken for audio") }
        if bytes.count % 2 != 0 { log.complain("\(bytes.count) bytes are no whole number of 16-bit samples") }
        hear(samples(binary))
    }

    private func samples(_ bytes: ByteBuffer) -> [Int16] {
        var bytes = bytes
        var samples: [Int16] = []
        samples.reserveCapacity(bytes.readableBytes / 2)
        while let sample = bytes.readInteger(endianness: .little, as: Int16.self) { samples.append(sample) }
        return samples
    }

    private func hear(_ samples: [Int16]) {
        let seconds = Double(samples.count) / Double(parameters.rateHz)
        if pace.received(seconds: seconds, nowNanoseconds: monotonicNanoseconds()) {
            log.complain("audio comes faster than 1.25 times real time")
        }
        let second = received / parameters.rateHz
        received += samples.count
        if received / parameters.rateHz != second || second == 0 && received == samples.count {
            log.add(.audioReceived, samples: received)
        }
        stream?.hear(samples)
    }

    func received(text: String) {
        lastHeardFrom = monotonicNanoseconds()
        do throws(ListenCommand.Unknown) {
            try obey(ListenCommand(text))
        } catch {
            log.complain("a text message is not understood: \(error.reason)")
            peer?.send(messages.notUnderstood(text, error.reason))
        }
    }

    private func obey(_ command: ListenCommand) {
        guard !isEnding else { return log.complain("a message after CloseStream") }
        switch command {
        case .keepAlive: break
        case .finalize:
            log.add(.finalizeReceived, samples: received)
            stream?.finalize()
        case .closeStream: end()
        case .configure(let keyterms): peer?.send(messages.configured(keyterms ?? parameters.keyterms))
        }
    }

    private func end() {
        isEnding = true
        idleTimer?.cancel()
        stream?.end { [weak self] in
            guard let self else { return }
            peer?.send(messages.metadata(received: received))
            peer?.close(.normalClosure)
        }
    }

    // MARK: Idleness

    private func watch(milliseconds: Int) {
        idleTimer = peer?.after(milliseconds: milliseconds) { [weak self] in self?.lookAtIdleness() }
    }

    /// Deepgram hangs up on silence; KeepAlive alone does not hold a connection that never got audio.
    private func lookAtIdleness() {
        let bound = options.limits.listenIdleMilliseconds
        let idle = Int((monotonicNanoseconds() - lastHeardFrom) / 1_000_000)
        if idle >= bound {
            log.complain("nothing came for \(options.limits.listenIdleMilliseconds) ms: no audio, no KeepAlive")
        } else if received == 0 {
            log.complain("no audio within \(options.limits.listenIdleMilliseconds) ms of opening")
        } else {
            return watch(milliseconds: bound - idle)
        }
        peer?.close(.unexpectedServerError, "NET-0001: did not receive audio data or a text message within the timeout window")
    }
}
