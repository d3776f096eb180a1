import CPlatform
@preconcurrency import Dispatch
import Glibc
import Synchronization

/// Stands where systemd stands: a datagram socket that `sd_notify` reports to.
public final class NotifyListener: Sendable {
    public let path: String
    private let descriptor: Int32
    private let reader: any DispatchSourceRead
    private let heard = Mutex<[(line: String, nanoseconds: Int64)]>([])

    /// The most lines that are kept; the oldest go first.
    private static let bound = 10_000

    public init(path: String) throws {
        self.path = path
        unlink(path)
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
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
        self.descriptor = descriptor
        // Read all the time: a daemon that reports to nobody would find the socket full.
        reader = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "notify"))
        reader.setEventHandler { [weak self] in self?.gather() }
        reader.setCancelHandler { [descriptor] in close(descriptor) }
        reader.activate()
    }

    deinit { reader.cancel() }

    /// Every line so far: `READY=1`, `STATUS=…`.
    public var lines: [String] { heard.withLock { $0.map(\.line) } }

    /// Waits for the line `wanted`.
    /// - Returns: when it was seen, on the monotonic clock; nil at the deadline.
    public func wait(for wanted: String, deadlineMilliseconds: Int) async -> Int64? {
        let deadline = ln_monotonic_ns() + Int64(deadlineMilliseconds) * 1_000_000
        while ln_monotonic_ns() < deadline {
            if let seen = heard.withLock({ $0.first { $0.line == wanted } }) { return seen.nanoseconds }
            try? await Task.sleep(for: .milliseconds(1))
        }
        return nil
    }

    private func gather() {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        let now = ln_monotonic_ns()
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
        heard.withLock { heard in
            heard += lines.map { (String($0), now) }
            if heard.count > Self.bound { heard.removeFirst(heard.count - Self.bound) }
        }
    }
}
