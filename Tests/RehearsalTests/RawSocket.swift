import Glibc

/// A TCP connection to the loopback with blocking calls and a deadline for each, so that no test waits for ever.
final class RawSocket {
    struct Broken: Error, CustomStringConvertible { var description: String }

    private let fd: Int32
    private var unread: [UInt8] = []

    /// - Parameter address: `scheme://127.0.0.1:port`.
    init(_ address: String) throws {
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else { throw Broken(description: address) }
        fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw Broken(description: "no connection to \(address)") }
    }

    deinit { close(fd) }

    /// Ends the connection as a process does that dies.
    func hangUp() { shutdown(fd, Int32(SHUT_RDWR)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Broken(description: "the other end is gone") }
            sent += count
        }
    }

    /// The next `count` bytes; nil at the end of the stream or after `seconds`.
    func read(_ count: Int, seconds: Double) -> [UInt8]? {
        while unread.count < count { guard readMore(seconds: seconds) else { return nil } }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    /// Everything up to and with `mark`; nil as above.
    func read(upTo mark: String, seconds: Double) -> String? {
        let mark = Array(mark.utf8)
        while true {
            if let end = unread.indices.first(where: { unread[$0...].starts(with: mark) }) {
                let text = String(decoding: unread[..<(end + mark.count)], as: UTF8.self)
                unread.removeFirst(end + mark.count)
                return text
            }
            guard readMore(seconds: seconds) else { return nil }
        }
    }

    private func readMore(seconds: Double) -> Bool {
        var wait = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, Int32(seconds * 1000)) > 0 else { return false }
        var block = [UInt8](repeating: 0, count: 65_536)
        let count = recv(fd, &block, block.count, 0)
        guard count > 0 else { return false }
        unread += block[..<count]
        return true
    }
}

/// What an HTTP server answered.
struct HTTPReply {
    var status: Int
    var headers: [String: String]
    var body: String

    /// Sends a request on a connection of its own.
    static func to(
        _ address: String, _ method: String = "GET", _ path: String, headers: [String] = [], body: String = ""
    ) throws -> HTTPReply {
        let socket = try RawSocket(address)
        let fields = ["Host: localhost", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers
        try socket.send(Array("\(method) \(path) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)".utf8))
        return try HTTPReply(socket)
    }

    /// Reads a reply: by its length, in chunks, or no body.
    init(_ socket: RawSocket) throws {
        guard let head = socket.read(upTo: "\r\n\r\n", seconds: 5) else { throw RawSocket.Broken(description: "no head") }
        let lines = head.split(separator: "\r\n")
        status = Int(lines[0].split(separator: " ")[1]) ?? 0
        headers = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (parts[0].lowercased(), parts[1].drop { $0 == " " }.description)
            }, uniquingKeysWith: { first, _ in first })
        body = ""
        if headers["transfer-encoding"] == "chunked" {
            while let size = socket.read(upTo: "\r\n", seconds: 5), let count = Int(size.dropLast(), radix: 16), count > 0 {
                body += String(decoding: socket.read(count, seconds: 5) ?? [], as: UTF8.self)
                _ = socket.read(2, seconds: 5)
            }
        } else if let count = headers["content-length"].flatMap({ Int($0) }), count > 0 {
            body = String(decoding: socket.read(count, seconds: 5) ?? [], as: UTF8.self)
        }
    }
}
