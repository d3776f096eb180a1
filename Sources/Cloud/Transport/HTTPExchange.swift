import CCurl

package struct HTTPRequest: Sendable {
    package var address: ProviderAddress
    /// Begins with `/`; may have a query.
    package var path: String
    /// `Name: value`.
    package var headers: [String]
    /// POST when there is one, GET otherwise.
    package var body: [UInt8]?
    /// A kept connection is not used: it may be dead.
    package var usesFreshConnection = false
    package var connectMilliseconds = 5_000
    /// Longest wait for the answer's status, from the start.
    package var answerMilliseconds = 10_000
    /// Longest gap within the answer.
    package var silenceMilliseconds = 15_000

    package init(_ address: ProviderAddress, path: String, headers: [String], body: [UInt8]? = nil) {
        self.address = address
        self.path = path
        self.headers = headers
        self.body = body
    }
}

package enum HTTPEvent: Sendable {
    /// The last byte of the request was handed to the connection.
    case sent
    case head(HTTPHead)
    case body([UInt8])
    /// Nothing follows; nil for a whole answer.
    case ended(TransportFault?)
}

/// One request and its streamed answer. HTTP/2 where the peer offers it. Network thread only.
///
/// Back-pressure: after `pause` libcurl keeps at most its one buffer and closes the stream's window; other streams go on.
package final class HTTPExchange: LoopClient {
    private let loop: CurlLoop
    private let request: HTTPRequest
    private var onEvent: ((HTTPEvent) -> Void)?
    private var handle: CurlHandle?
    private var head = HTTPHead()
    private var bodyOffset = 0
    private var isSentReported = false
    private var isPaused = false
    private var deadline: LoopTimer?

    /// - Parameter onEvent: called on the network thread; released after `.ended` or `cancel`.
    package init(_ request: HTTPRequest, on loop: CurlLoop, onEvent: @escaping (HTTPEvent) -> Void) {
        self.request = request
        self.loop = loop
        self.onEvent = onEvent
    }

    package func start() {
        guard !loop.isShutDown else { return loop.later { self.finish(TransportFault(.cancelled, "the daemon is stopping")) } }
        guard
            let handle = CurlHandle(
                request.address, path: request.path, loop: loop, connectMilliseconds: request.connectMilliseconds)
        else { return loop.later { self.finish(TransportFault(.unknown, "curl_easy_init: out of memory")) } }
        self.handle = handle
        handle.set(CURLOPT_HTTP_VERSION, 4)  // CURL_HTTP_VERSION_2TLS
        handle.set(CURLOPT_PIPEWAIT, request.usesFreshConnection ? 0 : 1)
        handle.set(CURLOPT_FRESH_CONNECT, request.usesFreshConnection ? 1 : 0)
        handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        let own = Unmanaged.passUnretained(self).toOpaque()  // the loop retains the client while callbacks can come
        handle.set(CURLOPT_HEADERDATA, pointer: own)
        handle.set(CURLOPT_WRITEDATA, pointer: own)
        _ = ln_set_data(handle.easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
            HTTPExchange.of(me)?.received(headerLine: bytes, size * count) ?? 0
        }
        _ = ln_set_data(handle.easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            HTTPExchange.of(me)?.received(body: bytes, size * count) ?? 0
        }
        // Without `Expect` no server can make us wait for its 100.
        handle.set(headers: request.headers + (request.body == nil ? [] : ["Expect:"]))
        if let body = request.body { post(body, handle, own) }
        loop.add(handle, for: self)
        expect(within: request.answerMilliseconds, "no answer")
    }

    private func post(_ body: [UInt8], _ handle: CurlHandle, _ own: UnsafeMutableRawPointer) {
        handle.set(CURLOPT_POST, 1)
        _ = ln_set_size(handle.easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        handle.set(CURLOPT_READDATA, pointer: own)
        handle.set(CURLOPT_SEEKDATA, pointer: own)
        _ = ln_set_data(handle.easy, CURLOPT_READFUNCTION) { bytes, size, count, me in
            HTTPExchange.of(me)?.fill(bytes, size * count) ?? 0
        }
        // A kept connection may turn out dead: libcurl then begins again on a fresh one.
        _ = ln_set_seek(handle.easy) { me, offset, _ in
            HTTPExchange.of(me)?.bodyOffset = Int(offset)
            return 0  // CURL_SEEKFUNC_OK
        }
    }

    /// Nothing more is delivered. On HTTP/2 the stream is reset and the connection stays.
    package func cancel() {
        onEvent = nil
        loop.later { self.release() }
    }

    package func pause() {
        isPaused = true
        deadline?.cancel()
    }

    package func resume() {
        guard isPaused else { return }
        isPaused = false
        loop.later {
            guard !self.isPaused, let handle = self.handle else { return }
            self.expect(within: self.request.silenceMilliseconds, "the answer stopped")
            curl_easy_pause(handle.easy, 0)
        }
    }

    // MARK: From libcurl

    private static func of(_ context: UnsafeMutableRawPointer?) -> HTTPExchange? {
        context.map { Unmanaged<HTTPExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    private func fill(_ target: UnsafeMutablePointer<CChar>?, _ room: Int) -> Int {
        guard let target, let body = request.body else { return 0 }
        let count = min(room, body.count - bodyOffset)
        body.withUnsafeBytes { source in
            guard count > 0, let start = source.baseAddress else { return }
            UnsafeMutableRawPointer(target).copyMemory(from: start + bodyOffset, byteCount: count)
        }
        bodyOffset += count
        if bodyOffset == body.count, !isSentReported {
            isSentReported = true
            onEvent?(.sent)
        }
        return count
    }

    private func received(headerLine bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = UnsafeRawBufferPointer(start: bytes, count: count)
        let text = String(decoding: line, as: UTF8.self)
        guard let end = text.firstIndex(where: \.isNewline) else { return count }
        if end == text.startIndex {
            if head.status >= 200 { onEvent?(.head(head)) }
        } else {
            head.add(line: String(text[..<end]))
        }
        return count
    }

    private func received(body bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard onEvent != nil else { return count }
        guard !isPaused else { return 0x1000_0001 }  // CURL_WRITEFUNC_PAUSE: the same bytes come again later
        expect(within: request.silenceMilliseconds, "the answer stopped")
        onEvent?(.body(Array(UnsafeRawBufferPointer(start: bytes, count: count))))
        return count
    }

    // MARK: The end

    private func expect(within milliseconds: Int, _ words: String) {
        deadline?.cancel()
        deadline = loop.after(milliseconds: milliseconds) { [weak self] in
            self?.finish(TransportFault(.timedOut, "\(words) within \(milliseconds) ms"))
        }
    }

    private func finish(_ fault: TransportFault?) {
        release()
        let report = onEvent
        onEvent = nil
        report?(.ended(fault))
    }

    private func release() {
        deadline?.cancel()
        deadline = nil
        if let handle { loop.remove(handle) }
        handle = nil
    }

    func transferEnded(_ code: CURLcode) { finish(code == CURLE_OK ? nil : handle?.fault(code)) }
    var interest: (socket: Int32, events: Int16)? { nil }
    func ready() {}
    func shutDown() { loop.later { self.finish(TransportFault(.cancelled, "the daemon is stopping")) } }
}
