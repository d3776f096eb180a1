/// One connection to a service over HTTP, as far as it is the same for all: its log, its requests' numbers, and the answer under
/// way, which ends with it. Event loop only.
final class HTTPVisit {
    let log: ConnectionLog
    /// Cancelled when the client hangs up.
    var answer: TimedAnswer?
    private let numbers: @Sendable () -> Int

    /// - Parameter numbers: counts requests over all services.
    init(log: ConnectionLog, numbers: @escaping @Sendable () -> Int) {
        self.log = log
        self.numbers = numbers
    }

    func nextRequest() -> Int { numbers() }

    /// Opens the visit; every request goes to `serve`.
    func handler(serve: @escaping (HTTPQuestion, HTTPResponder) -> Void) -> HTTPHandler {
        log.add(.connectionOpened)
        return HTTPHandler(
            serve: serve,
            gone: {
                self.answer?.cancel()
                self.log.add(.connectionClosed)
            })
    }
}
