@preconcurrency import Dispatch
import Glibc

/// SIGHUP as something to wait for. Signals that come while one is being dealt with count as one more.
public struct HangUpSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let source: any DispatchSourceSignal

    public init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.stream = stream
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.activate()
    }

    /// Calls back for each, one after the other, until its task is cancelled.
    public func callForEach(_ body: @Sendable () async -> Void) async {
        for await _ in stream { await body() }
    }
}
