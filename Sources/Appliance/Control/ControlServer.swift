@preconcurrency import Dispatch
import Glibc
import Synchronization

/// The control socket: one request and one answer per connection. Who may use it is a matter of the socket's permissions.
public final class ControlServer: Sendable {
    public typealias Handler = @Sendable (ControlRequest) async -> ControlReply

    private let listener: UnixSocket
    private let path: String
    private let running = Atomic<Bool>(true)
    private let connections = Atomic<Int>(0)

    static let connectionBound = 16
    static let requestDeadlineMilliseconds: Int32 = 2000

    /// - Throws: ``UnixSocket/Failed`` when the path cannot be listened on.
    public init(path: String, handler: @escaping Handler) throws {
        self.path = path
        listener = try UnixSocket.listening(at: path, mode: 0o660)
        let queue = DispatchQueue(label: "linnet.control")
        queue.async { [self] in acceptLoop(handler) }
    }

    public func stop() {
        running.store(false, ordering: .releasing)
        listener.shutDown()
        unlink(path)
    }

    private func acceptLoop(_ handler: @escaping Handler) {
        while running.load(ordering: .acquiring) {
            guard let peer = listener.accepted(withinMilliseconds: 250) else { continue }
            guard connections.add(1, ordering: .relaxed).newValue <= Self.connectionBound else {
                connections.subtract(1, ordering: .relaxed)
                peer.write(ControlWire.line(ControlReply(error: "too many control connections; try again")))
                continue
            }
            DispatchQueue.global().async { [self] in
                let line = peer.readLine(bound: ControlWire.lineBound, withinMilliseconds: Self.requestDeadlineMilliseconds)
                Task {
                    defer { connections.subtract(1, ordering: .relaxed) }
                    if let line { peer.write(ControlWire.line(await Self.answer(line, handler))) }
                }
            }
        }
    }

    private static func answer(_ line: [UInt8], _ handler: Handler) async -> ControlReply {
        do {
            return await handler(try ControlWire.value(ControlRequest.self, of: line))
        } catch {
            let commands = ControlRequest.Command.allCases.map(\.rawValue).joined(separator: ", ")
            return ControlReply(error: "not a request; one line of JSON like {\"command\":\"status\"}, commands: \(commands)")
        }
    }
}
