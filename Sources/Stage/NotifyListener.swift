import CPlatform
import Glibc

/// Stands where systemd stands: a datagram socket that `sd_notify` reports to.
public final class NotifyListener: Sendable {
    public let path: String
    private let descriptor: Int32

    public init(path: String) throws {
        self.path = path
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard descriptor >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ChildProcess.CannotStart(program: "notify socket \(path)", code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw ChildProcess.CannotStart(program: "notify socket \(path)", code: errno) }
    }

    deinit { close(descriptor) }

    /// Waits for a message that holds the line `wanted`.
    /// - Returns: when it was seen, on the monotonic clock; nil at the deadline.
    public func wait(for wanted: String, deadlineMilliseconds: Int) async -> Int64? {
        let deadline = ln_monotonic_ns() + Int64(deadlineMilliseconds) * 1_000_000
        var buffer = [UInt8](repeating: 0, count: 8192)
        while ln_monotonic_ns() < deadline {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                let seen = ln_monotonic_ns()
                let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
                if lines.contains(where: { $0 == wanted }) { return seen }
            } else {
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        return nil
    }
}
