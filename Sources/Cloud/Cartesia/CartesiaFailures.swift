import Failures
import FoundationEssentials

/// What Cartesia's errors mean: in a message, at the handshake, or by hanging up.
enum CartesiaFailures {
    static func failure(_ message: CartesiaMessage, key: String?) -> Failure {
        failure(
            status: message.statusCode ?? 500, code: message.errorCode, words: words(message), requestID: message.requestID,
            retryAfter: nil, key: key)
    }

    static func failure(_ end: WebSocketEnd, requestID: String?, key: String?) -> Failure {
        switch end {
        case .fault(let fault): fault.failure(.cartesia, requestID: requestID)
        case .closed(let code, let reason):
            Failure(
                .cartesia, Failure.Kind(closeCode: code), journalLine("closed with \(code ?? 1005): \(reason)", hiding: key),
                requestID: requestID)
        case .refused(let head, let body): refusal(head, body, key)
        }
    }

    private struct Body: Decodable {
        var code: String?
        var title: String?
        var message: String?
        var requestID: String?

        enum CodingKeys: String, CodingKey {
            case title, message
            case code = "error_code"
            case requestID = "request_id"
        }
    }

    /// JSON, or (before 2026-03-01) plain text.
    private static func refusal(_ head: HTTPHead, _ body: [UInt8], _ key: String?) -> Failure {
        let said = try? JSONDecoder().decode(Body.self, from: Data(body))
        let parts = [said?.title, said?.message].compactMap { $0 }
        let words = parts.isEmpty ? String(decoding: body.prefix(300), as: UTF8.self) : parts.joined(separator: ": ")
        return failure(
            status: head.status, code: said?.code, words: words, requestID: said?.requestID ?? head["x-request-id"],
            retryAfter: head["retry-after"], key: key)
    }

    private static func failure(
        status: Int, code: String?, words: String, requestID: String?, retryAfter: String?, key: String?
    ) -> Failure {
        let kind: Failure.Kind =
            switch code {
            case "concurrency_limited": .rateLimited
            case "model_not_found", "voice_not_found": .modelGone
            default: Failure.Kind(status: status)
            }
        let name = code.map { " \($0)" } ?? ""
        return Failure(
            .cartesia, kind, journalLine("status \(status)\(name): \(words)", hiding: key),
            retry: kind == .rateLimited ? Failure.Retry(retryAfter: retryAfter) : nil, requestID: requestID)
    }

    private static func words(_ message: CartesiaMessage) -> String {
        message.error ?? [message.title, message.message].compactMap { $0 }.joined(separator: ": ")
    }
}
