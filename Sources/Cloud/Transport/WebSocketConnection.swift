import CCurl
import CPlatform
import Failures

package struct WebSocketRequest: Sendable {
    package var address: ProviderAddress
    /// With the query.
    package var path: String
    /// `Name: value`.
    package var headers: [String]
    package var connectMilliseconds = 5_000
    /// From the connection to the end of the handshake.
    package var handshakeMilliseconds = 5_000
    /// Silence of the peer after which it is pinged, and how long it may take to show life then.
    package var pingAfterMilliseconds = 15_000
    package var deadAfterMilliseconds = 10_000
    package var maximumMessageBytes = 1 << 20
    package var maximumUnsentBytes = 1 << 20

    package init(_ address: ProviderAddress, path: String, headers: [String]) {
        self.address = address
        self.path = path
        self.headers = headers
    }
}

package enum WebSocketEnd: Sendable, Equatable {
    /// The server answered the handshake with another status.
    case refused(HTTPHead, body: [UInt8])
    /// The peer closed, with a code of its own or none.
    case closed(code: UInt16?, reason: String)
    case fault(TransportFault)
}

package enum WebSocketEvent: Sendable {
    case opened(HTTPHead)
    case text([UInt8])
    case binary([UInt8])
    /// Nothing follows.
    case ended(WebSocketEnd)
}

/// One WebSocket: libcurl connects (name, proxy, TLS), the frames are ours. Network thread only.
package final class WebSocketConnection: LoopClient {
    private enum State { case idle, connecting, handshaking, open, closing, ended }

    private let loop: CurlLoop
    private let request: WebSocketRequest
    private var onEvent: ((WebSocketEvent) -> Void)?
    private var state = State.idle
    private var handle: CurlHandle?
    private var socket: Int32?
    private var handshake = WebSocketHandshake(nonce: (0..<16).map { _ in UInt8.random(in: 0...255) })
    private var decoder: WebSocketDecoder
    private var outbox = WebSocketOutbox()
    private var isSocketFull = false
    private var isReadingPaused = false
    private var lastHeard: Int64 = 0
    private var deadline: LoopTimer?
    private var heartbeat: LoopTimer?

    /// - Parameter onEvent: called on the network thread; released after `.ended` or `abort`.
    package init(_ request: WebSocketRequest, on loop: CurlLoop, onEvent: @escaping (WebSocketEvent) -> Void) {
        self.request = request
        self.loop = loop
        self.onEvent = onEvent
        decoder = WebSocketDecoder(maximumMessageBytes: request.maximumMessageBytes)
    }

    package var isOpen: Bool { state == .open }

    // MARK: Opening

    package func open() {
        guard !loop.isShutDown else { return loop.later { self.fail(.cancelled, "the daemon is stopping") } }
        guard
            let handle = CurlHandle(
                request.address, path: request.path, loop: loop, connectMilliseconds: request.connectMilliseconds)
        else { return loop.later { self.fail(.unknown, "curl_easy_init: out of memory") } }
        self.handle = handle
        handle.set(CURLOPT_CONNECT_ONLY, 1)
        handle.set(CURLOPT_HTTP_VERSION, 2)  // CURL_HTTP_VERSION_1_1: a WebSocket cannot ride on HTTP/2 here
        state = .connecting
        loop.add(handle, for: self)
    }

    /// The handle stays in the multi: removing it would close the socket.
    func transferEnded(_ code: CURLcode) {
        guard state == .connecting, let handle else { return }
        guard code == CURLE_OK, let socket = handle.socket else { return end(.fault(handle.fault(code))) }
        self.socket = socket
        state = .handshaking
        let limit = request.handshakeMilliseconds
        expect(within: limit) {
            $0.handshakeCut(TransportFault(.timedOut, "no answer to the WebSocket handshake within \(limit) ms"))
        }
        outbox.append(
            handshake.request(
                authority: request.address.authority, path: request.path,
                headers: ["User-Agent: \(loop.userAgent)"] + request.headers))
        flush()
    }

    private func handshakeEnded(_ outcome: WebSocketHandshake.Outcome) {
        switch outcome {
        case .refused(let head, let body): end(.refused(head, body: body))
        case .broken(let words): fail(.malformedAnswer, words)
        case .accepted(let head, let rest):
            state = .open
            deadline?.cancel()
            lastHeard = loop.now
            listenForLife()
            decoder.feed(rest)
            onEvent?(.opened(head))
            deliver()
        }
    }

    /// Whatever the server managed to say counts more than `fault`.
    private func handshakeCut(_ fault: TransportFault) {
        if let refusal = handshake.end() { handshakeEnded(refusal) } else { end(.fault(fault)) }
    }

    // MARK: Sending

    /// - Parameter whenSent: called once the connection has taken the last byte.
    /// - Returns: false when it is not open or more than `maximumUnsentBytes` would wait; nothing of it is taken then.
    @discardableResult
    package func send(text: [UInt8], whenSent: (() -> Void)? = nil) -> Bool {
        text.withUnsafeBytes { send(.text, $0, whenSent) }
    }

    @discardableResult
    package func send(binary: UnsafeRawBufferPointer) -> Bool { send(.binary, binary, nil) }

    private func send(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, _ whenSent: (() -> Void)?) -> Bool {
        guard state == .open, outbox.unsentBytes + payload.count <= request.maximumUnsentBytes else { return false }
        enqueue(opcode, payload, whenSent)
        flush()
        return true
    }

    private func enqueue(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, _ whenSent: (() -> Void)? = nil) {
        var random = SystemRandomNumberGenerator()
        outbox.append(WebSocketEncoder.frame(opcode, payload, mask: random.next()), whenSent: whenSent)
    }

    private func enqueue(_ opcode: WebSocketOpcode, _ payload: [UInt8]) { payload.withUnsafeBytes { enqueue(opcode, $0) } }

    private func flush() {
        guard let handle, state != .ended else { return }
        let code = outbox.flush(handle.easy)
        isSocketFull = code == CURLE_AGAIN
        for report in outbox.reachedMarks() { report() }
        if code != CURLE_OK, code != CURLE_AGAIN { end(.fault(handle.fault(code))) }
    }

    // MARK: Receiving

    var interest: (socket: Int32, events: Int16)? {
        guard let socket, state != .ended else { return nil }
        return (socket, (isReadingPaused ? 0 : Int16(POLLIN)) | (isSocketFull ? Int16(POLLOUT) : 0))
    }

    func ready() {
        if isSocketFull { flush() }
        receive()
    }

    /// Stops reading; the peer is slowed down by TCP. Pings go unanswered meanwhile.
    package func pause() { isReadingPaused = true }

    package func resume() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        lastHeard = loop.now
        // TLS may hold bytes that no poll can see.
        loop.later {
            self.deliver()
            self.receive()
        }
    }

    /// Reads until there is nothing, or so much that others must have their turn first.
    private func receive() {
        for _ in 0..<16 {
            guard let handle, !isReadingPaused, state != .ended else { return }
            var count = 0
            let code = curl_easy_recv(handle.easy, loop.readBuffer.baseAddress, loop.readBuffer.count, &count)
            if code == CURLE_AGAIN { return }
            guard code == CURLE_OK, count > 0 else { return lost() }
            lastHeard = loop.now
            received(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]))
        }
        loop.later { self.receive() }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        if state == .handshaking {
            if let outcome = handshake.feed(bytes) { handshakeEnded(outcome) }
        } else {
            decoder.feed(bytes)
            deliver()
        }
    }

    private func lost() {
        guard state != .handshaking else {
            return handshakeCut(TransportFault(.connectionLost, "the peer hung up during the WebSocket handshake"))
        }
        guard state != .closing else { return end(.closed(code: nil, reason: "")) }
        fail(.connectionLost, "the peer hung up without a close frame (1006)")
    }

    private func deliver() {
        do {
            while state == .open || state == .closing, !isReadingPaused, let message = try decoder.next() { take(message) }
        } catch {
            enqueue(.close, WebSocketEncoder.closePayload(code: error.closeCode, reason: error.words))
            flush()
            fail(error.closeCode == 1009 ? .tooLarge : .malformedAnswer, "WebSocket: \(error.words)")
        }
    }

    private func take(_ message: WebSocketMessage) {
        switch message {
        case .text(let bytes): onEvent?(.text(bytes))
        case .binary(let bytes): onEvent?(.binary(bytes))
        case .pong: break
        case .ping(let payload):
            // A peer that pings and does not read must not fill our memory.
            guard outbox.unsentBytes < request.maximumUnsentBytes else { return }
            enqueue(.pong, payload)
            flush()
        case .close(let code, let reason):
            if state == .open {
                enqueue(.close, code.map { WebSocketEncoder.closePayload(code: $0) } ?? [])
                flush()
            }
            end(.closed(code: code, reason: reason))
        }
    }

    // MARK: Life and death

    private func listenForLife() {
        let silence = Int((loop.now - lastHeard) / 1_000_000)
        guard isReadingPaused || silence < request.pingAfterMilliseconds + request.deadAfterMilliseconds else {
            return fail(.timedOut, "the peer has been silent for \(silence) ms, pings included")
        }
        if state == .open, !isReadingPaused, silence >= request.pingAfterMilliseconds {
            enqueue(.ping, [])
            flush()
        }
        guard state != .ended else { return }
        let step = max(20, min(request.pingAfterMilliseconds, request.deadAfterMilliseconds) / 4)
        heartbeat = loop.after(milliseconds: step) { [weak self] in self?.listenForLife() }
    }

    /// Says goodbye; `.ended(.closed)` follows with the peer's answer or after a second.
    package func close(code: UInt16 = 1000) {
        guard state == .open else { return loop.later { self.end(.closed(code: nil, reason: "")) } }
        enqueue(.close, WebSocketEncoder.closePayload(code: code))
        state = .closing
        flush()
        expect(within: 1_000) { $0.end(.closed(code: nil, reason: "")) }
    }

    /// Hangs up; nothing more is delivered.
    package func abort() {
        onEvent = nil
        end(.closed(code: nil, reason: ""))
    }

    /// The peer is told and may answer; its answer, should it come in time, keeps the connection from being torn down with
    /// bytes unread, which the peer would see as a reset.
    func shutDown() {
        let stopping = TransportFault(.cancelled, "the daemon is stopping")
        guard state == .open else { return end(.fault(stopping)) }
        let report = onEvent
        onEvent = nil
        loop.later { report?(.ended(.fault(stopping))) }
        isReadingPaused = false
        close()
    }

    private func expect(within milliseconds: Int, _ body: @escaping (WebSocketConnection) -> Void) {
        deadline?.cancel()
        deadline = loop.after(milliseconds: milliseconds) { [weak self] in self.map(body) }
    }

    private func fail(_ kind: Failure.Kind, _ words: String) { end(.fault(TransportFault(kind, words))) }

    private func end(_ end: WebSocketEnd) {
        guard state != .ended else { return }
        state = .ended
        socket = nil
        deadline?.cancel()
        heartbeat?.cancel()
        let report = onEvent
        onEvent = nil
        // Out of everybody's callbacks first: a failed send is reported after it has returned.
        loop.later {
            if let handle = self.handle { self.loop.remove(handle) }
            self.handle = nil
            report?(.ended(end))
        }
    }
}
