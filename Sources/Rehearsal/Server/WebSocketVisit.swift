import NIOCore
import NIOHTTP1

/// One connection to a service that is reached by WebSocket, until it is one. Its event loop only.
final class WebSocketVisit {
    private let front: any WebSocketFront
    private let log: ConnectionLog
    private let faults: FaultBook
    private var fault: Fault?

    init(_ front: some WebSocketFront, log: ConnectionLog, faults: FaultBook) {
        self.front = front
        self.log = log
        self.faults = faults
    }

    /// Of the 101; nil when the handshake does not stand.
    func headers(for head: HTTPRequestHead) -> HTTPHeaders? {
        // A silent log: the refusal itself is written where it is answered.
        guard front.refusal(of: head, log: log.silent) == nil else { return nil }
        fault = faults.meet(.request, at: front.service)
        if case .status = fault?.kind { return nil }
        return front.headers(for: head)
    }

    func refusal(of head: HTTPRequestHead) -> HTTPAnswer {
        if let fault, case .status(let status, let seconds) = fault.kind {
            self.fault = nil
            return FaultAnswers.answer(fault.service, status, retryAfterSeconds: seconds, to: head)
        }
        let other = HTTPAnswer(status: .notFound, body: "this port takes WebSocket handshakes")
        let answer = front.refusal(of: head, log: log) ?? other
        log.add(.connectionRefused, text: "\(answer.status.code) \(answer.body)")
        return answer
    }

    func peer(for head: HTTPRequestHead) -> WebSocketPeer {
        WebSocketPeer(service: front.serve(head, log: log), log: log, fault: fault.map { AnswerFault($0) })
    }
}
