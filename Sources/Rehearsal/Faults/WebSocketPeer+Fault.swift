import NIOCore
import NIOWebSocket

/// A WebSocket on which something goes wrong.
extension WebSocketPeer {
    /// Nobody hangs up in the packet that brings his 101.
    private static let openingMilliseconds = 50

    func begin(_ fault: AnswerFault) {
        if fault.kind == .split { context?.pipeline.wire?.split() }
        guard fault.comesAtOnce else { return }
        _ = after(milliseconds: Self.openingMilliseconds) { [weak self] in
            guard fault.comesAtOnce else { return }
            fault.strike()
            self?.carryOut(fault)
        }
    }

    func send(_ message: JSONValue, with fault: AnswerFault) {
        if let lost = fault.lostContext, message["context_id"]?.string == lost { return }
        switch fault.next() {
        case .passes: put(message.serialized)
        case .lost: break
        case .struck: strike(message, fault)
        }
    }

    private func strike(_ message: JSONValue, _ fault: AnswerFault) {
        switch fault.kind {
        case .halfFrame:
            context?.pipeline.wire?.cutNext()
            put(message.serialized)
        case .inBand(let status): tellError(status, about: message["context_id"]?.string, fault)
        case .malformed, .oversized: put(fault.damaged(message.serialized))
        default: carryOut(fault)
        }
    }

    /// What needs no message.
    private func carryOut(_ fault: AnswerFault) {
        switch fault.kind {
        case .reset: context?.pipeline.socketEnd?.reset()
        case .close(let code, let reason): hangUp(code, reason ?? Self.reason(fault.service, code))
        default: break
        }
    }

    /// 1005, 1006 and 1015 never stand in a frame: they are what a client calls the lack of one.
    private func hangUp(_ code: Int, _ reason: String) {
        switch code {
        case 1006, 1015: context?.close(promise: nil)
        case 1005: sayGoodBye(nil, "")
        default: sayGoodBye(WebSocketErrorCode(codeNumber: code), reason)
        }
    }

    /// An error ends Cartesia's context and Deepgram's connection.
    private func tellError(_ status: Int, about context: String?, _ fault: AnswerFault) {
        if fault.service == .cartesia {
            fault.lostContext = context
            let error = FaultAnswers.cartesia(status).event(
                version: CartesiaError.structuredSince, context: context, requestID: FaultAnswers.requestID)
            return put(error.serialized)
        }
        let words = FaultAnswers.deepgramWords(status).words
        let error: JSONValue = ["type": "Error", "variant": "SchemaError", "description": .text(words), "message": ""]
        put(error.serialized)
        fault.end()
        hangUp(status < 500 ? 1008 : 1011, Self.reason(fault.service, status < 500 ? 1008 : 1011))
    }

    private static func reason(_ service: RehearsalService, _ code: Int) -> String {
        switch (service, code) {
        case (.deepgram, 1008): "DATA-0000: the payload cannot be decoded as audio"
        case (.deepgram, 1011): "NET-0000: the service has not sent anything in time"
        case (.cartesia, 1000): "connection idle timeout"
        case (_, 1012): "service restart"
        case (_, 1013): "try again later"
        default: ""
        }
    }
}
