import Failures

/// The life of the socket: opened ahead, kept alive, opened again when it is needed.
extension DeepgramStream {
    /// While somebody waits: three tries within about two seconds.
    static var impatientBackOff: BackOff { BackOff(firstMilliseconds: 250, longestMilliseconds: 1_000) }
    /// While nobody does.
    private static var patientBackOff: BackOff { BackOff(firstMilliseconds: 1_000, longestMilliseconds: 60_000) }
    private static let attemptBound = 3
    /// Longest wait for an open connection while somebody waits for words.
    private static let needMilliseconds = 6_000
    private static let keepAliveMilliseconds = 4_000
    /// A connection that lived this long was a good one: whatever ends those before, it must not see us again at once.
    private static let goodLifeNanoseconds: Int64 = 60_000_000_000
    /// How long an overdue Finalize may go on being unanswered before the connection counts as dead.
    private static let doubtMilliseconds = 2_000
    /// Audio this fresh means that somebody is talking.
    private static let freshNanoseconds: Int64 = 2_000_000_000

    /// Somebody waits for words of what was handed over.
    private var isNeeded: Bool {
        isClosing || !finalizes.isEmpty || timeline.unsent >= Self.frameSamples
            || lastHeardAt > loop.now - Self.freshNanoseconds
    }

    /// Opens a connection ahead of need.
    func warm() {
        guard !isEnded, connection == nil, retry == nil else { return }
        backOff = Self.patientBackOff
        connect()
    }

    func needConnection() {
        guard connection?.isOpen != true, needDeadline == nil else { return }
        backOff = Self.impatientBackOff
        needDeadline = loop.after(milliseconds: Self.needMilliseconds) { [weak self] in self?.waitedTooLong() }
        if connection == nil { connect() }
    }

    private func waitedTooLong() {
        fail(lastFailure ?? Failure(.deepgram, .timedOut, "no connection within \(Self.needMilliseconds) ms"))
    }

    private func connect() {
        retry?.cancel()
        retry = nil
        guard let key = settings.apiKey else { return fail(Failure(.deepgram, .keyMissing, "no key for Deepgram")) }
        do throws(Failure) {
            var request = WebSocketRequest(
                try ProviderAddress(parsing: settings.url), path: settings.path, headers: ["Authorization: Token \(key)"])
            request.connectMilliseconds = 4_000
            request.handshakeMilliseconds = 4_000
            connectionCount += 1
            let number = connectionCount
            let connection = WebSocketConnection(request, on: loop) { [weak self] event in
                // What a connection that was left says on its way out is no news.
                if let self, connectionCount == number, !hasLeft { take(event) }
            }
            hasLeft = false
            self.connection = connection
            openedAt = nil
            connection.open()
        } catch {
            fail(error)
        }
    }

    private func take(_ event: WebSocketEvent) {
        switch event {
        case .opened(let head): opened(head)
        case .text(let text):
            lastMessageAt = loop.now
            takeMessage(text)
        case .binary: break
        case .ended(let end): lost(end)
        }
    }

    private func opened(_ head: HTTPHead) {
        needDeadline?.cancel()
        needDeadline = nil
        openedAt = loop.now
        requestID = head["dg-request-id"]
        complaint = nil
        pacer = SendPacer(nowNanoseconds: loop.now)
        for index in finalizes.indices { finalizes[index].isSent = false }
        ghosts = []
        // An early connection wants audio within 10 s, and KeepAlive may not count as such.
        let lead = isNeeded ? 0 : Self.frameSamples
        timeline.beginConnection(leadSamples: lead)
        if lead > 0 { sendSilence(lead) }
        lastSentAt = loop.now
        keepAwake()
        if !isOpenedTold { tell(.opened) }
        isOpenedTold = true
        pump()
    }

    private func sendSilence(_ count: Int) {
        [Int16](repeating: 0, count: count).withUnsafeBytes { _ = connection?.send(binary: $0) }
    }

    /// After ten silent seconds Deepgram hangs up.
    private func keepAwake() {
        let idle = Int((loop.now - lastSentAt) / 1_000_000)
        if idle >= Self.keepAliveMilliseconds {
            if !flushRest() { connection?.send(text: DeepgramCommand.keepAlive) }
            lastSentAt = loop.now
        }
        let wait = Self.keepAliveMilliseconds - (idle >= Self.keepAliveMilliseconds ? 0 : idle)
        keepAlive?.cancel()
        keepAlive = loop.after(milliseconds: wait) { [weak self] in self?.keepAwake() }
    }

    /// A server that lets a `finalize` wait may be slow, or there no more: then the next question gets a fresh connection.
    func doubtConnection() {
        let asked = loop.now
        doubt?.cancel()
        doubt = loop.after(milliseconds: Self.doubtMilliseconds) { [weak self] in
            guard let self, let connection = self.connection, connection.isOpen, self.lastMessageAt < asked else { return }
            self.hasLeft = true
            connection.send(text: DeepgramCommand.closeStream)
            connection.close()
            self.lost(.fault(TransportFault(.timedOut, "no word from Deepgram, not even about a Finalize")))
        }
    }

    private func lost(_ end: WebSocketEnd) {
        let failure = DeepgramFailures.failure(end, complaint: complaint, requestID: requestID, key: settings.apiKey)
        connection = nil
        keepAlive?.cancel()
        pumpTimer?.cancel()
        lastFailure = failure
        guard !isEnded else { return }
        // After CloseStream a close is the answer; before it, what could not be sent is lost.
        if isClosing { return finish() }
        if let openedAt, loop.now - openedAt > Self.goodLifeNanoseconds { backOff.reset() }
        isNeeded ? retryWhileNeeded(failure) : retryAtLeisure(failure)
    }

    private func retryWhileNeeded(_ failure: Failure) {
        guard failure.retry != .never, backOff.attempts < Self.attemptBound else { return fail(failure) }
        if needDeadline == nil {
            needDeadline = loop.after(milliseconds: Self.needMilliseconds) { [weak self] in self?.waitedTooLong() }
        }
        var wait = backOff.next()
        if case .after(let milliseconds) = failure.retry { wait = max(wait, milliseconds) }
        connect(afterMilliseconds: wait)
    }

    /// Nobody waits: no failure yet. What helps never is tried again only when somebody needs it.
    private func retryAtLeisure(_ failure: Failure) {
        timeline.settleAll()
        interim = nil
        guard failure.retry != .never else { return }
        connect(afterMilliseconds: openedAt == nil ? max(1_000, backOff.next()) : backOff.next())
    }

    private func connect(afterMilliseconds wait: Int) {
        retry?.cancel()
        retry = loop.after(milliseconds: wait) { [weak self] in self?.connect() }
    }
}

extension DeepgramSettings {
    /// Path and query of the live endpoint. The client decides the end of a turn (by Finalize), so the server's own
    /// endpointing is a second opinion and stands long.
    var path: String {
        var query = [
            ("model", model), ("encoding", "linear16"), ("sample_rate", "16000"), ("channels", "1"), ("interim_results", "true"),
            ("endpointing", "500"), ("smart_format", "true"), ("language", language),
        ]
        if model.hasPrefix("nova-3") { query += keytermsThatFit.map { ("keyterm", $0) } }
        return "/v1/listen?" + query.map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
    }
}

extension DeepgramSettings {
    /// More than 500 tokens would have the connection refused. The tokenizer is theirs: three letters a token is on the safe side.
    private var keytermsThatFit: [String] {
        var left = 500
        return Array(
            keyterms.prefix { term in
                left -= term.split(separator: " ").reduce(0) { $0 + ($1.utf8.count + 2) / 3 }
                return left >= 0
            })
    }
}

/// For a query's value: all but the unreserved characters of RFC 3986.
package func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            encoded.append(byte)
        default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}
