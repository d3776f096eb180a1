/// The client's side of RFC 6455 as pure values: what goes out is masked, what comes in must not be.
package enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
}

/// What a peer sent, fragments joined.
package enum WebSocketMessage: Sendable, Equatable {
    /// Valid UTF-8.
    case text([UInt8])
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    /// `code` is nil when the peer gave none.
    case close(code: UInt16?, reason: String)
}

/// The peer broke the protocol, or sent more than is taken: the connection must be closed with `closeCode`.
package struct WebSocketViolation: Error, Sendable, Equatable {
    package var closeCode: UInt16
    package var words: String

    static func protocolError(_ words: String) -> Self { Self(closeCode: 1002, words: words) }
    static let notUTF8 = Self(closeCode: 1007, words: "text that is not UTF-8")
}

package enum WebSocketEncoder {
    /// One whole frame.
    /// - Parameter mask: fresh random bits for every frame (RFC 6455 section 5.3).
    package static func frame(
        _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, mask: UInt32, isFinal: Bool = true
    ) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 14)
        frame.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        switch payload.count {
        case ...125: frame.append(0x80 | UInt8(payload.count))
        case ...0xFFFF: frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            frame.append(0x80 | 127)
            frame += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(payload.count) >> UInt64(56 - 8 * $0)) }
        }
        let key = (0..<4).map { UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * $0)) }
        frame += key
        let (k0, k1, k2, k3) = (key[0], key[1], key[2], key[3])
        for (i, byte) in payload.enumerated() {
            frame.append(byte ^ (i & 2 == 0 ? (i & 1 == 0 ? k0 : k1) : (i & 1 == 0 ? k2 : k3)))
        }
        return frame
    }

    /// - Parameter reason: cut to the 123 bytes that a close frame holds.
    package static func closePayload(code: UInt16, reason: String = "") -> [UInt8] {
        [UInt8(code >> 8), UInt8(code & 0xFF)] + reason.utf8.prefix(123)
    }
}

/// Bytes in, messages out. Frames may be split anywhere; control frames may stand between fragments.
package struct WebSocketDecoder: Sendable {
    private let maximumMessageBytes: Int
    private var buffer: [UInt8] = []
    private var head = 0
    private var message: [UInt8] = []
    /// Of the fragmented message under way.
    private var messageOpcode: WebSocketOpcode?

    package init(maximumMessageBytes: Int = 1 << 20) { self.maximumMessageBytes = maximumMessageBytes }

    package mutating func feed(_ bytes: some Collection<UInt8>) {
        if head > 0 {
            buffer.removeFirst(head)
            head = 0
        }
        buffer += bytes
    }

    /// The next whole message; nil when more bytes are needed.
    package mutating func next() throws(WebSocketViolation) -> WebSocketMessage? {
        while let frame = try nextFrame() {
            if let message = try take(frame) { return message }
        }
        return nil
    }

    // MARK: Frames

    private struct Frame {
        var isFinal: Bool
        var opcode: WebSocketOpcode
        var payload: Range<Int>
    }

    private mutating func nextFrame() throws(WebSocketViolation) -> Frame? {
        guard buffer.count - head >= 2 else { return nil }
        let (first, second) = (buffer[head], buffer[head + 1])
        guard first & 0x70 == 0 else { throw .protocolError("reserved bits are set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .protocolError("unknown opcode \(first & 0x0F)") }
        guard second & 0x80 == 0 else { throw .protocolError("a masked frame from a server") }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7F)
        if opcode.isControl, !isFinal || short > 125 { throw .protocolError("a control frame that is long or fragmented") }
        guard let (length, headerBytes) = try payloadLength(short) else { return nil }
        if !opcode.isControl, length + message.count > maximumMessageBytes {
            throw WebSocketViolation(closeCode: 1009, words: "a message above \(maximumMessageBytes) bytes")
        }
        let start = head + headerBytes
        guard buffer.count - start >= length else { return nil }
        head = start + length
        return Frame(isFinal: isFinal, opcode: opcode, payload: start..<start + length)
    }

    private func payloadLength(_ short: Int) throws(WebSocketViolation) -> (length: Int, headerBytes: Int)? {
        let bytes = short < 126 ? 0 : short == 126 ? 2 : 8
        guard bytes > 0 else { return (short, 2) }
        guard buffer.count - head >= 2 + bytes else { return nil }
        let length = buffer[head + 2..<head + 2 + bytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Int32.max) else { throw WebSocketViolation(closeCode: 1009, words: "a frame of \(length) bytes") }
        return (Int(length), 2 + bytes)
    }

    // MARK: Messages

    private mutating func take(_ frame: Frame) throws(WebSocketViolation) -> WebSocketMessage? {
        let payload = buffer[frame.payload]
        switch frame.opcode {
        case .ping: return .ping(Array(payload))
        case .pong: return .pong(Array(payload))
        case .close: return try close(payload)
        case .text, .binary:
            guard messageOpcode == nil else { throw .protocolError("a message inside another") }
            guard !frame.isFinal else { return try whole(frame.opcode, Array(payload)) }
            messageOpcode = frame.opcode
            message = Array(payload)
            return nil
        case .continuation:
            guard let opcode = messageOpcode else { throw .protocolError("a continuation of nothing") }
            message += payload
            guard frame.isFinal else { return nil }
            defer { message = [] }
            messageOpcode = nil
            return try whole(opcode, message)
        }
    }

    private func whole(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) throws(WebSocketViolation) -> WebSocketMessage {
        guard opcode == .text else { return .binary(bytes) }
        guard isUTF8(bytes) else { throw .notUTF8 }
        return .text(bytes)
    }

    private func close(_ payload: ArraySlice<UInt8>) throws(WebSocketViolation) -> WebSocketMessage {
        guard !payload.isEmpty else { return .close(code: nil, reason: "") }
        guard payload.count >= 2 else { throw .protocolError("half a close code") }
        let code = UInt16(payload[payload.startIndex]) << 8 | UInt16(payload[payload.startIndex + 1])
        // RFC 6455 section 7.4: 1004 to 1006 and 1015 never stand on the wire; registered ones and 3000 to 4999 do.
        guard (1000...1003).contains(code) || (1007...1014).contains(code) || (3000...4999).contains(code) else {
            throw .protocolError("close code \(code)")
        }
        let reason = Array(payload.dropFirst(2))
        guard isUTF8(reason) else { throw .notUTF8 }
        return .close(code: code, reason: String(decoding: reason, as: UTF8.self))
    }

    private func isUTF8(_ bytes: [UInt8]) -> Bool { (try? UTF8Span(validating: bytes.span)) != nil }
}
