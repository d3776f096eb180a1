import Glibc
import NIOCore
import Synchronization

/// A port of 127.0.0.1 at which one service listens. The service can leave it for a while; the number stays its own.
actor ServicePort {
    let service: RehearsalService
    nonisolated let number: Int

    private let connections: OpenConnections
    private let listen: @Sendable (Int) async throws -> any Channel
    private var listener: (any Channel)?
    /// Holds the number while nobody listens.
    private var placeholder: CInt?
    private var absences = 0

    /// - Parameter listen: opens the port with this number; 0 for any.
    init(
        _ service: RehearsalService, connections: OpenConnections, listen: @escaping @Sendable (Int) async throws -> any Channel
    ) async throws {
        let channel = try await listen(0)
        self.service = service
        self.connections = connections
        self.listen = listen
        listener = channel
        number = channel.localAddress?.port ?? 0
    }

    /// Nobody listens any more, and whoever is connected is hung up on.
    /// - Parameter milliseconds: after which it comes back by itself; nil for never.
    func leave(forMilliseconds milliseconds: Int?) async {
        absences += 1
        let absence = absences
        if let leaving = listener {
            listener = nil
            try? await leaving.close()
            placeholder = Self.hold(port: number)
            await connections.hangUp()
        }
        guard let milliseconds else { return }
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(milliseconds))
            await self?.comeBack(from: absence)
        }
    }

    func comeBack() async { await comeBack(from: absences) }

    private func comeBack(from absence: Int) async {
        guard absence == absences, listener == nil else { return }
        absences += 1
        release()
        listener = try? await listen(number)
    }

    /// For good.
    func close() async {
        absences += 1
        release()
        try? await listener?.close()
        listener = nil
    }

    private func release() {
        if let placeholder { Glibc.close(placeholder) }
        placeholder = nil
    }

    /// A socket that is bound and does not listen: who calls is refused, and nobody else is given the number.
    private static func hold(port: Int) -> CInt? {
        let handle = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var reuse: CInt = 1
        setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if outcome == 0 { return handle }
        Glibc.close(handle)
        return nil
    }
}

/// Whoever is connected to a port.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }

    func hangUp() async {
        for channel in channels.withLock({ Array($0.values) }) { try? await channel.close() }
    }
}
