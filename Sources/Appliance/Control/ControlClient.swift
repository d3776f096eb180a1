import Glibc

/// Talks to a running daemon.
public struct ControlClient: Sendable {
    public struct NoDaemon: Error, CustomStringConvertible {
        var path: String
        var reason: String
        public var description: String {
            "no daemon answers at \(path) (\(reason)); start it with `systemctl start linnet`, or name its socket with --socket"
        }
    }

    public let path: String
    public init(path: String) { self.path = path }

    /// Where the shipped unit listens, or below `$RUNTIME_DIRECTORY` where that is set.
    public static func defaultPath(environment: (String) -> String?) -> String {
        "\(environment("RUNTIME_DIRECTORY") ?? "/run/linnet")/control.sock"
    }

    /// - Parameter deadlineMilliseconds: longest wait for the answer.
    public func send(_ request: ControlRequest, deadlineMilliseconds: Int32 = 5000) throws -> ControlReply {
        let socket: UnixSocket
        do { socket = try UnixSocket.connected(to: path) } catch {
            throw NoDaemon(path: path, reason: String(cString: strerror(error.code)))
        }
        socket.write(ControlWire.line(request))
        guard let line = socket.readLine(bound: 1 << 20, withinMilliseconds: deadlineMilliseconds) else {
            throw NoDaemon(path: path, reason: "no answer within \(deadlineMilliseconds / 1000) s")
        }
        return try ControlWire.value(ControlReply.self, of: line)
    }
}
