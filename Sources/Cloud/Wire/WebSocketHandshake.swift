/// The client's opening of a WebSocket (RFC 6455 section 4.1), as a pure value: the request's bytes, and the answer's, split
/// anywhere.
package struct WebSocketHandshake: Sendable {
    package enum Outcome: Sendable, Equatable {
        /// `rest` came in the same packets and is the first of the frames.
        case accepted(HTTPHead, rest: [UInt8])
        /// Another status, with as much of its body as came: at most 16 KiB.
        case refused(HTTPHead, body: [UInt8])
        /// Not an answer to this handshake.
        case broken(String)
    }

    private let key: String
    private var received: [UInt8] = []
    private var head: HTTPHead?

    private static let headBound = 16_384
    private static let bodyBound = 16_384

    /// - Parameter nonce: 16 fresh random bytes.
    package init(nonce: [UInt8]) { key = Base64.encode(nonce) }

    /// - Parameters:
    ///   - path: with the query.
    ///   - headers: `Name: value`.
    package func request(authority: String, path: String, headers: [String]) -> [UInt8] {
        let lines =
            [
                "GET \(path) HTTP/1.1", "Host: \(authority)", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
            ] + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Takes the next bytes; nil while more are needed.
    package mutating func feed(_ bytes: some Collection<UInt8>) -> Outcome? {
        received += bytes
        if head == nil {
            guard let end = endOfHead() else {
                return received.count > Self.headBound ? .broken("an answer's head above \(Self.headBound) bytes") : nil
            }
            guard let head = HTTPHead(parsing: String(decoding: received[..<end], as: UTF8.self)) else {
                return .broken("the answer is not HTTP")
            }
            received.removeFirst(end)
            self.head = head
        }
        guard let head else { return nil }
        return head.status == 101 ? judge(head) : isBodyWhole(head) ? .refused(head, body: body(head)) : nil
    }

    /// No more will come (the connection ended, or its time is up): the refusal whose body was under way, if there was one.
    package func end() -> Outcome? { head.map { .refused($0, body: body($0)) } }

    // MARK: The answer

    private func endOfHead() -> Int? {
        received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
    }

    private func judge(_ head: HTTPHead) -> Outcome {
        let expected = Base64.encode(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
        guard head["upgrade"]?.lowercased() == "websocket" else { return .broken("101 without Upgrade: websocket") }
        guard head["connection"]?.lowercased().contains("upgrade") == true else {
            return .broken("101 without Connection: Upgrade")
        }
        guard head["sec-websocket-accept"] == expected else { return .broken("101 with a wrong Sec-WebSocket-Accept") }
        guard head["sec-websocket-extensions"] == nil else { return .broken("101 with an extension that nobody asked for") }
        return .accepted(head, rest: received)
    }

    private var isChunkedEnd: Bool { received.suffix(5).elementsEqual("0\r\n\r\n".utf8) }

    private func isBodyWhole(_ head: HTTPHead) -> Bool {
        if received.count >= Self.bodyBound { return true }
        if isChunked(head) { return isChunkedEnd }
        return head["content-length"].flatMap { Int($0) }.map { received.count >= $0 } ?? false
    }

    private func isChunked(_ head: HTTPHead) -> Bool { head["transfer-encoding"]?.lowercased().contains("chunked") == true }

    private func body(_ head: HTTPHead) -> [UInt8] {
        guard isChunked(head) else { return Array(received.prefix(Self.bodyBound)) }
        var body: [UInt8] = []
        var rest = received[...]
        while let line = rest.firstRange(of: Array("\r\n".utf8)) {
            let digits = String(decoding: rest[..<line.lowerBound], as: UTF8.self).prefix { $0.isHexDigit }
            guard let size = Int(digits, radix: 16), size > 0 else { break }
            rest = rest[line.upperBound...]
            body += rest.prefix(size)
            rest = rest.dropFirst(min(size, rest.count)).dropFirst(2)
        }
        return body
    }
}
