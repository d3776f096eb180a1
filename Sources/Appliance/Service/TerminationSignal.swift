import CPlatform
@preconcurrency import Dispatch
import Glibc

/// SIGTERM and SIGINT as something to wait for. SIGPIPE is ignored: a peer that hung up is an error code, not an end.
public struct TerminationSignal: Sendable {
    private let stream: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    public init() {
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        self.stream = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return source
        }
    }

    /// Returns at the first of them.
    public func wait() async {
        for await _ in stream { return }
    }
}
