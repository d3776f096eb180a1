import NIOCore
import NIOHTTP1

/// An answer over HTTP in which something goes wrong.
extension HTTPResponder {
    mutating func suffer(_ fault: Fault) {
        self.fault = AnswerFault(fault)
        if fault.kind == .split { context.pipeline.wire?.split() }
    }

    /// An answer in one piece has two parts: the halves of its body.
    func answer(_ answer: HTTPAnswer, with fault: AnswerFault) {
        var answer = answer
        switch fault.kind {
        case .halfFrame, .reset, .stall: breakOff(answer, fault)
        case .inBand(let status):
            answer.body = inBand(status, of: fault.service)
            put(answer)
        default:
            answer.body = fault.damaged(answer.body)
            put(answer)
        }
    }

    private func breakOff(_ answer: HTTPAnswer, _ fault: AnswerFault) {
        var headers = HTTPHeaders(answer.headers)
        headers.replaceOrAdd(name: "content-length", value: String(answer.body.utf8.count))
        begin(answer.status, headers)
        context.flush()
        if !fault.comesAtOnce { put(String(answer.body.prefix(answer.body.count / 2))) }
        fault.strike()
        hangUp(fault)
    }

    func write(_ text: String, with fault: AnswerFault) {
        switch fault.next() {
        case .passes: put(text)
        case .lost: break
        case .struck: strike(text, fault)
        }
    }

    private func strike(_ text: String, _ fault: AnswerFault) {
        switch fault.kind {
        case .halfFrame:
            context.flush()
            context.pipeline.wire?.cutNext()
            put(text)
        case .reset, .stall:
            context.flush()
            hangUp(fault)
        case .inBand(let status):
            put(inBand(status, of: fault.service))
            putEnd()
            fault.end()
        default: put(fault.damaged(text))
        }
    }

    private func hangUp(_ fault: AnswerFault) {
        switch fault.kind {
        case .reset: context.pipeline.socketEnd?.reset()
        case .stall: break
        default: context.close(promise: nil)
        }
    }

    /// Groq has an event for it; Gemini lets lines of bare JSON follow the events.
    private func inBand(_ status: Int, of service: RehearsalService) -> String {
        service == .groq
            ? "event: error\ndata: \(FaultAnswers.groq(status).serialized)\n\n"
            : FaultAnswers.gemini(status).serialized + "\r\n"
    }
}
