import Failures
import FoundationEssentials

/// What the end of a Deepgram connection means.
enum DeepgramFailures {
    /// - Parameters:
    ///   - complaint: what the server said in its last `Error` message.
    ///   - requestID: of the handshake's answer.
    static func failure(_ end: WebSocketEnd, complaint: String?, requestID: String?, key: String?) -> Failure {
        switch end {
        case .fault(let fault): fault.failure(.deepgram, requestID: requestID)
        case .refused(let head, let body): refusal(head, body, key)
        case .closed(let code, let reason): closing(code ?? 1005, reason, complaint, requestID, key)
        }
    }

    private static func refusal(_ head: HTTPHead, _ body: [UInt8], _ key: String?) -> Failure {
        let said = try? JSONDecoder().decode(DeepgramRefusal.self, from: Data(body))
        let plain = said == nil ? String(decoding: body, as: UTF8.self) : nil
        let words = [said?.code, head["dg-error"] ?? said?.message ?? plain].compactMap { $0 }.joined(separator: ": ")
        var kind = Failure.Kind(status: head.status)
        if head.status == 400, words.lowercased().contains("no such model") { kind = .modelGone }
        if head.status == 404 { kind = .badRequest }
        return Failure(
            .deepgram, kind, journalLine("HTTP \(head.status): \(words)", hiding: key),
            retry: kind == .rateLimited ? Failure.Retry(retryAfter: head["retry-after"]) : nil,
            requestID: head["dg-request-id"] ?? said?.requestID)
    }

    /// The close code decides; reasons come as codes, as sentences, and in more than one spelling.
    private static func closing(
        _ code: UInt16, _ reason: String, _ complaint: String?, _ requestID: String?, _ key: String?
    ) -> Failure {
        let words = ["closed with \(code)", reason, complaint ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        return Failure(.deepgram, Failure.Kind(closeCode: code), journalLine(words, hiding: key), requestID: requestID)
    }
}
