import CPlatform
import Glibc

/// A connected or listening Unix stream socket; closed with its last reference.
final class UnixSocket: Sendable {
    struct Failed: Error, CustomStringConvertible {
        var what: String
        var code: Int32
        var description: String { "\(what): \(String(cString: strerror(code)))" }
    }

    let descriptor: Int32

    init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Listens at `path`, replacing what a dead daemon left there.
    /// - Parameter mode: permissions of the socket: who may talk to us.
    static func listening(at path: String, mode: mode_t) throws(Failed) -> UnixSocket {
        let socket = try opened(for: path)
        if (try? connected(to: path)) != nil {
            throw Failed(what: "\(path): another daemon is listening there", code: EADDRINUSE)
        }
        unlink(path)
        let before = umask(0o177)
        let bound = withAddress(path) { bind(socket.descriptor, $0, $1) }
        umask(before)
        guard bound == 0, chmod(path, mode) == 0, listen(socket.descriptor, 8) == 0 else { throw Failed(what: path, code: errno) }
        return socket
    }

    static func connected(to path: String) throws(Failed) -> UnixSocket {
        let socket = try opened(for: path)
        guard withAddress(path, { connect(socket.descriptor, $0, $1) }) == 0 else { throw Failed(what: path, code: errno) }
        return socket
    }

    /// The next connection; nil when the listener was shut down or nothing came in time.
    func accepted(withinMilliseconds limit: Int32) -> UnixSocket? {
        guard isReadable(withinMilliseconds: limit) else { return nil }
        let peer = accept(descriptor, nil, nil)
        guard peer >= 0 else { return nil }
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        return UnixSocket(adopting: peer)
    }

    /// One line without its end; nil at the end, at the deadline, or when it is longer than the bound.
    func readLine(bound: Int, withinMilliseconds limit: Int32) -> [UInt8]? {
        let deadline = ln_monotonic_ns() + Int64(limit) * 1_000_000
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while line.count <= bound {
            let left = Int32(max(0, (deadline - ln_monotonic_ns()) / 1_000_000))
            guard isReadable(withinMilliseconds: left) else { return nil }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            if let end = buffer[..<count].firstIndex(of: UInt8(ascii: "\n")) { return line + buffer[..<end] }
            line += buffer[..<count]
        }
        return nil
    }

    func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            done += count
        }
    }

    /// Wakes whoever waits here.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func isReadable(withinMilliseconds limit: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, limit) > 0
    }

    private static func opened(for path: String) throws(Failed) -> UnixSocket {
        guard path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
            throw Failed(what: path, code: ENAMETOOLONG)
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failed(what: path, code: errno) }
        return UnixSocket(adopting: descriptor)
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
