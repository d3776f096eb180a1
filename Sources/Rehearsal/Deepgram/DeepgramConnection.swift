import NIOCore
import NIOWebSocket

/// One live connection: what comes in, the rules about it, and the clock of its idleness. What is heard is ``ListenStream``'s.
final class DeepgramConnection: WebSocketService {
    /// Frames of 20 to 250 ms are asked for; a shorter rest before a Finalize is nobody's business.
    private static let longestFrameSeconds = 0.25
    private static let configureMilliseconds = 200

    private let options: RehearsalOptions
    private let log: ConnectionLog
    private let parameters: ListenParameters
    private let messages: ListenMessages
    private let recognition: RecognitionQueue
    private let streams: Seats
    private var stream: ListenStream?
    private var peer: WebSocketPeer?

    private var pace = AudioPace(nowNanoseconds: monotonicNanoseconds())
    private var lastHeardFrom = monotonicNanoseconds()
    private var keyterms: [String]
    private var isConfiguring = false
    /// Samples so far, and when the last Finalize came.
    private var received = 0
    private var finalized: Int?
    private var isEnding = false
    private var idleTimer: Scheduled<Void>?

    init(
        _ parameters: ListenParameters, options: RehearsalOptions, recognition: RecognitionQueue, streams: Seats,
        requestID: String, log: ConnectionLog
    ) {
        self.parameters = parameters
        self.options = options
        self.recognition = recognition
        self.streams = streams
        self.log = log
        keyterms = parameters.keyterms
        messages = ListenMessages(parameters: parameters, requestID: requestID)
    }

    func opened(_ peer: WebSocketPeer) {
        self.peer = peer
        streams.take()
        stream = ListenStream(
            parameters, messages: messages, recognition: recognition, options: options, peer: peer, log: log)
        lastHeardFrom = monotonicNanoseconds()
        watch(milliseconds: options.limits.listenIdleMilliseconds)
    }

    func closed() {
        idleTimer?.cancel()
        stream?.abandon()
        if peer != nil { streams.leave() }
        peer = nil
    }

    // MARK: Audio

    func received(binary: ByteBuffer) {
        lastHeardFrom = monotonicNanoseconds()
        let bytes = binary.readableBytesView
        guard !isEnding else { return log.complain("audio after CloseStream") }
        guard !bytes.isEmpty else {
            log.complain("an empty binary frame: it ends the stream")
            return end()
        }
        if bytes.starts(with: #"{"type""#.utf8) { log.complain("a control message in a binary frame: it is taken for audio") }
        guard bytes.count % parameters.encoding.bytesPerSample == 0 else {
            log.complain("\(bytes.count) bytes are no whole number of \(parameters.encoding.rawValue) samples")
            return refuseAudio()
        }
        hear(samples(binary))
    }

    private func refuseAudio() {
        isEnding = true
        idleTimer?.cancel()
        peer?.close(.policyViolation, "DATA-0000: the payload cannot be decoded as audio")
    }

    private func samples(_ bytes: ByteBuffer) -> [Int16] {
        var bytes = bytes
        var samples: [Int16] = []
        samples.reserveCapacity(bytes.readableBytes / parameters.encoding.bytesPerSample)
        switch parameters.encoding {
        case .int16:
            while let sample = bytes.readInteger(endianness: .little, as: Int16.self) { samples.append(sample) }
        case .float32:
            while let bits = bytes.readInteger(endianness: .little, as: UInt32.self) {
                let value = Float(bitPattern: bits) * 32_768
                samples.append(value.isNaN ? 0 : Int16(max(-32_768, min(32_767, value.rounded()))))
            }
        }
        return samples
    }

    private func hear(_ samples: [Int16]) {
        let seconds = Double(samples.count) / Double(parameters.rateHz)
        if seconds > Self.longestFrameSeconds {
            log.complain("\(Int(seconds * 1000)) ms of audio in one frame: 20 to 250 are asked for")
        }
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

    // MARK: Messages

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
        case .finalize: finalize()
        case .closeStream: end()
        case .configure(let keyterms): configure(keyterms)
        }
    }

    private func finalize() {
        log.add(.finalizeReceived, samples: received)
        if received == finalized ?? 0 { log.complain("a Finalize, and no audio since the last one") }
        finalized = received
        stream?.finalize()
    }

    /// One at a time; it takes a moment.
    private func configure(_ new: [String]?) {
        if let failure = configureFailure(new) {
            log.complain("Configure: \(failure.code)")
            peer?.send(messages.notConfigured(failure.code, failure.why))
            return
        }
        isConfiguring = true
        _ = peer?.after(milliseconds: Self.configureMilliseconds) { [weak self] in
            guard let self else { return }
            isConfiguring = false
            keyterms = new ?? keyterms
            peer?.send(messages.configured(keyterms))
        }
    }

    private func configureFailure(_ new: [String]?) -> (code: String, why: String)? {
        if isConfiguring { return ("CONFIGURE_ALREADY_PENDING", "the last Configure is not answered yet") }
        guard let new, !new.isEmpty else { return nil }
        guard parameters.takesKeyterms else { return ("CONFIGURE_KEYTERMS_NOT_SUPPORTED", "keyterms are for nova-3 alone") }
        guard ListenParameters.tokens(in: new) <= ListenParameters.keytermTokenBound else {
            return ("CONFIGURE_KEYTERM_LIMIT_EXCEEDED", "more than \(ListenParameters.keytermTokenBound) tokens")
        }
        return nil
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
            log.complain("nothing came for \(bound) ms: no audio, no KeepAlive")
        } else if received == 0 {
            log.complain("no audio within \(bound) ms of opening")
        } else {
            return watch(milliseconds: bound - idle)
        }
        isEnding = true
        peer?.close(.unexpectedServerError, "NET-0001: did not receive audio data or a text message within the timeout window")
    }
}
