import Glibc
import Synchronization

/// A server for one test: plain sockets on loopback, a thread for each connection, the test's closure on it. It is strict:
/// whatever a client does wrong is kept in `complaints`.
final class PeerServer: Sendable {
    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State: Sendable {
        var complaints: [String] = []
        var connections = 0
    }

    /// - Parameter serve: one connection from beginning to end; it is closed afterwards. The number counts from 0.
    init(_ serve: @escaping @Sendable (Peer, Int) throws -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = getsockname(listener, $0, &length)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        listen(listener, 16)
        startThread { [self] in acceptAll(serve) }
    }

    private func acceptAll(_ serve: @escaping @Sendable (Peer, Int) throws -> Void) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            let number = state.withLock { state in
                state.connections += 1
                return state.connections - 1
            }
            startThread { [self] in
                let peer = Peer(descriptor)
                do { try serve(peer, number) } catch let gone as PeerGone { _ = gone } catch { complain("\(error)") }
                peer.close()
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    func complain(_ words: String) { state.withLock { $0.complaints.append(words) } }
    var complaints: [String] { state.withLock { $0.complaints } }
    var connections: Int { state.withLock { $0.connections } }
    var webSocketURL: String { "ws://127.0.0.1:\(port)" }
    var httpURL: String { "http://127.0.0.1:\(port)" }
}

/// The client hung up; not a mistake of its own.
struct PeerGone: Error {}
struct ClientMistake: Error, CustomStringConvertible { let description: String }

func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            context.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
            return nil
        }, Unmanaged.passRetained(Body(body)).toOpaque())
    pthread_detach(thread)
}

/// One connection, seen from the server. Reading waits at most ten seconds.
final class Peer {
    private let descriptor: Int32
    private var isOpen = true

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }

    func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes[filled...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard got > 0 else { throw PeerGone() }
            filled += got
        }
        return bytes
    }

    /// Whether the client hangs up within ten seconds, whatever it says before.
    func waitForEnd() {
        while (try? read(1)) != nil {}
    }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let taken = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard taken > 0 else { throw PeerGone() }
            sent += taken
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func close() {
        guard isOpen else { return }
        isOpen = false
        shutdown(descriptor, Int32(SHUT_WR))
        Glibc.close(descriptor)
    }

    /// Aborts: the client gets an RST.
    func reset() {
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        isOpen = false
        Glibc.close(descriptor)
    }

    func pause(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

    // MARK: HTTP

    struct Request {
        var line: String
        var headers: [String: String]
        var body: [UInt8] = []

        var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
        var query: [String: [String]] {
            var all: [String: [String]] = [:]
            guard let mark = path.firstIndex(of: "?") else { return all }
            for pair in path[path.index(after: mark)...].split(separator: "&") {
                let halves = pair.split(separator: "=", maxSplits: 1).map(String.init)
                all[halves[0], default: []].append(halves.count > 1 ? halves[1] : "")
            }
            return all
        }
    }

    func readRequest() throws -> Request {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try read(1) }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
        var request = Request(line: lines[0], headers: [:])
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1).map(String.init)
            request.headers[halves[0].lowercased()] = String(halves.last?.trimmingPrefix(while: \.isWhitespace) ?? "")
        }
        if let length = request.headers["content-length"].flatMap({ Int($0) }) { request.body = try read(length) }
        return request
    }

    func respond(_ status: String, _ headers: [String] = [], body: String = "") throws {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        try write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Begins a `text/event-stream` that ends with the connection.
    func beginEvents(_ headers: [String] = []) throws {
        let lines = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Connection: close"] + headers
        try write(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }
}
