import Cloud

/// The server's side of RFC 6455, as far as tests need it.
extension Peer {
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]
        var mask: [UInt8]
        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    /// The bytes of a 101 that fits this request.
    static func acceptance(of request: Request, _ headers: [String] = []) throws -> [UInt8] {
        guard request.headers["upgrade"]?.lowercased() == "websocket", request.headers["sec-websocket-version"] == "13",
            let key = request.headers["sec-websocket-key"], Base64.decode(key)?.count == 16
        else { throw ClientMistake(description: "no WebSocket handshake: \(request)") }
        let accept = Base64.encode(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
        let lines =
            [
                "HTTP/1.1 101 Switching Protocols", "upgrade: WebSocket", "connection: keep-alive, Upgrade",
                "sec-websocket-accept: \(accept)",
            ]
            + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    @discardableResult
    func upgrade(_ headers: [String] = []) throws -> Request {
        let request = try readRequest()
        try write(Self.acceptance(of: request, headers))
        return request
    }

    /// An unmasked frame, as servers send them.
    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        let first = (isFinal ? 0x80 : 0) | opcode
        switch payload.count {
        case ...125: return [first, UInt8(payload.count)] + payload
        case ...0xFFFF: return [first, 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
        default: return [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) } + payload
        }
    }

    func say(_ text: String) throws { try write(Self.frame(1, Array(text.utf8))) }
    func hangUp(_ code: UInt16, _ reason: String = "") throws {
        try write(Self.frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason.utf8))
    }

    /// The client's next frame; a client that does not mask, or fragments, is refused.
    func readFrame() throws -> Frame {
        let head = try read(2)
        guard head[0] & 0xF0 == 0x80 else { throw ClientMistake(description: "a frame that begins with \(head[0])") }
        guard head[1] & 0x80 != 0 else { throw ClientMistake(description: "a frame without a mask") }
        var count = Int(head[1] & 0x7F)
        if count >= 126 { count = try read(count == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
        let mask = try read(4)
        let payload = try read(count).enumerated().map { $1 ^ mask[$0 & 3] }
        return Frame(opcode: head[0] & 0x0F, payload: payload, mask: mask)
    }

    /// The next text or binary frame; pings are answered on the way.
    func readMessage() throws -> Frame {
        while true {
            let frame = try readFrame()
            switch frame.opcode {
            case 9: try write(Self.frame(10, frame.payload))
            case 10: continue
            case 8: throw PeerGone()
            default: return frame
            }
        }
    }
}
