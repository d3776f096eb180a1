import FoundationEssentials

/// A WebSocket client that can also misbehave.
final class RawWebSocket {
    enum Message: Equatable {
        case text(String)
        case closed(code: Int, reason: String)
        /// Nothing came in time, or the connection broke.
        case nothing
    }

    private let socket: RawSocket
    let handshake: HTTPReply

    /// - Parameter headers: of the handshake, besides the usual ones.
    init(_ address: String, _ path: String, headers: [String]) throws {
        socket = try RawSocket(address)
        let fields = [
            "Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        try socket.send(Array("GET \(path) HTTP/1.1\r\n\((fields + headers).joined(separator: "\r\n"))\r\n\r\n".utf8))
        handshake = try HTTPReply(socket)
    }

    func send(_ text: String) throws { try send(opcode: 1, Array(text.utf8)) }
    func send(binary: [UInt8]) throws { try send(opcode: 2, binary) }
    func send(samples: [Int16]) throws {
        try send(binary: samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    }

    func send(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true) throws {
        let length: [UInt8]
        switch payload.count {
        case ..<126: length = [UInt8(payload.count)]
        case ..<65_536: length = [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: length = [127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 255) }
        }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        var frame = [(isFinal ? 0x80 : 0) | opcode, length[0] | (isMasked ? 0x80 : 0)] + length.dropFirst()
        frame += isMasked ? mask + payload.enumerated().map { $1 ^ mask[$0 % 4] } : payload
        try socket.send(frame)
    }

    /// The next message; pings and pongs are passed over.
    func next(seconds: Double = 5) -> Message {
        while let head = socket.read(2, seconds: seconds) {
            var count = Int(head[1] & 127)
            if count >= 126 {
                guard let long = socket.read(count == 126 ? 2 : 8, seconds: seconds) else { return .nothing }
                count = long.reduce(0) { $0 << 8 | Int($1) }
            }
            guard let payload = count == 0 ? [] : socket.read(count, seconds: seconds) else { return .nothing }
            switch head[0] & 15 {
            case 1: return .text(String(decoding: payload, as: UTF8.self))
            case 8:
                let code = payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
                return .closed(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self))
            default: continue
            }
        }
        return .nothing
    }

    /// The next text message as JSON; nil when something else came or nothing.
    func nextJSON(seconds: Double = 5) -> Fields? {
        guard case .text(let text) = next(seconds: seconds) else { return nil }
        return Fields(text)
    }

    /// Messages up to and with the first that `isLast` accepts, or until nothing comes any more.
    func messages(seconds: Double = 5, until isLast: (Fields) -> Bool) -> [Fields] {
        var all: [Fields] = []
        while let message = nextJSON(seconds: seconds) {
            all.append(message)
            if isLast(message) { break }
        }
        return all
    }

    /// What closes the connection, after any number of messages.
    func close(seconds: Double = 5) -> Message {
        while true {
            let message = next(seconds: seconds)
            if case .text = message { continue }
            return message
        }
    }
}

/// A JSON object whose fields are looked up by path: `channel.alternatives.0.transcript`.
struct Fields {
    private indirect enum Value: Decodable {
        case object([String: Value])
        case list([Value])
        case text(String)
        case number(Double)
        case flag(Bool)
        case null

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let list = try? value.decode([Value].self) {
                self = .list(list)
            } else if let object = try? value.decode([String: Value].self) {
                self = .object(object)
            } else {
                self = .null
            }
        }
    }

    private let root: Value

    init?(_ text: String) {
        guard let root = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else { return nil }
        self.root = root
    }

    private func value(_ path: String) -> Value? {
        path.split(separator: ".").reduce(root as Value?) { value, name in
            switch value {
            case .object(let fields): fields[String(name)]
            case .list(let items): Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
            default: nil
            }
        }
    }

    func text(_ path: String) -> String? { if case .text(let text) = value(path) { text } else { nil } }
    func number(_ path: String) -> Double? { if case .number(let number) = value(path) { number } else { nil } }
    func flag(_ path: String) -> Bool? { if case .flag(let flag) = value(path) { flag } else { nil } }
    func count(_ path: String) -> Int? { if case .list(let items) = value(path) { items.count } else { nil } }
    func has(_ path: String) -> Bool { value(path) != nil }

    var transcript: String { text("channel.alternatives.0.transcript") ?? "" }
}
