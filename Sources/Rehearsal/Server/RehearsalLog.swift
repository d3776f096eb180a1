import Glibc
import Synchronization

/// What the stand-ins saw, in order; kept in memory and, when asked, written to a file line by line.
public final class RehearsalLog: Sendable {
    /// A long rehearsal forgets its beginning (the file does not).
    private static let bound = 200_000

    private struct State: @unchecked Sendable {  // the file is only ever touched inside the mutex that holds this
        var events: [RehearsalEvent] = []
        var file: UnsafeMutablePointer<FILE>?
    }

    private let state: Mutex<State>

    /// - Parameter path: of the file of JSON lines; nil for none.
    init(path: String?) throws(RehearsalError) {
        var file: UnsafeMutablePointer<FILE>?
        if let path {
            file = fopen(path, "we")
            guard file != nil else { throw RehearsalError("cannot write \(path): \(String(cString: strerror(errno)))") }
            setvbuf(file, nil, _IOLBF, 4096)
        }
        state = Mutex(State(file: file))
    }

    deinit { state.withLock { if let file = $0.file { fclose(file) } } }

    public var events: [RehearsalEvent] { state.withLock { $0.events } }

    /// What clients did wrong, a sentence each.
    public var complaints: [String] {
        events.filter { $0.kind == .complaint }.map { "\($0.service.rawValue): \($0.text ?? "")" }
    }

    func add(_ event: RehearsalEvent) {
        let line = event.json
        state.withLock { state in
            if state.events.count >= Self.bound { state.events.removeFirst(Self.bound / 4) }
            state.events.append(event)
            if let file = state.file { fputs(line + "\n", file) }
        }
    }
}

/// The log as one connection writes it.
struct ConnectionLog: Sendable {
    /// Nil writes nothing.
    let log: RehearsalLog?
    let service: RehearsalService
    let connection: Int

    func add(
        _ kind: RehearsalEvent.Kind, context: String? = nil, text: String? = nil, samples: Int? = nil,
        milliseconds: Double? = nil, isFinalizeAnswer: Bool? = nil
    ) {
        log?.add(
            RehearsalEvent(
                service, kind, connection: connection, context: context, text: text, samples: samples,
                milliseconds: milliseconds, isFinalizeAnswer: isFinalizeAnswer))
    }

    /// The same connection for a look that leaves no trace.
    var silent: ConnectionLog { ConnectionLog(log: nil, service: service, connection: connection) }

    func complain(_ text: String, context: String? = nil) { add(.complaint, context: context, text: text) }
}
