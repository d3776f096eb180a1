import NIOCore
import NIOHTTP1

/// Groq's chat completions and list of models, over HTTP.
final class GroqFront {
    private let options: RehearsalOptions
    private let log: ConnectionLog
    private let requestNumber: @Sendable () -> Int
    private var writer: AnswerWriter?

    init(options: RehearsalOptions, log: ConnectionLog, requestNumber: @escaping @Sendable () -> Int) {
        self.options = options
        self.log = log
        self.requestNumber = requestNumber
    }

    static func handler(
        options: RehearsalOptions, log: ConnectionLog, requestNumber: @escaping @Sendable () -> Int
    ) -> HTTPHandler {
        let front = GroqFront(options: options, log: log, requestNumber: requestNumber)
        log.add(.connectionOpened)
        return HTTPHandler(serve: front.serve, gone: front.gone)
    }

    private func gone() {
        writer?.cancel()
        log.add(.connectionClosed)
    }

    private func serve(_ question: HTTPQuestion, _ responder: HTTPResponder) {
        let head = question.head
        guard head.headers.first(name: "authorization") == "Bearer \(options.keys.groq)" else {
            return refuse(.unauthorized, GroqRefusal("Invalid API Key", code: "invalid_api_key"), responder)
        }
        switch (head.method, question.path) {
        case (.GET, "/openai/v1/models"): responder.answer(.json(.ok, GroqModels.list, headers: limits))
        case (.POST, "/openai/v1/chat/completions"): complete(question, responder)
        default:
            let words = "Unknown request URL: \(head.method) \(question.path)"
            refuse(.notFound, GroqRefusal(words, code: "unknown_url"), responder)
        }
    }

    private func complete(_ question: HTTPQuestion, _ responder: HTTPResponder) {
        guard question.head.headers.first(name: "content-type")?.hasPrefix("application/json") == true else {
            return refuse(.badRequest, GroqRefusal("the content type must be application/json"), responder)
        }
        do throws(GroqRefusal) {
            let request = try GroqRequestRules.read(question.body)
            let id = "req_\(requestNumber())"
            log.add(.modelRequested, context: id, text: request.messages.last(where: { $0.role == "user" })?.text)
            let reply = Responder.answer(request.messages)
            let writer = AnswerWriter(
                Completion(id: id, model: request.model, text: reply, maximumTokens: request.maximumTokens, request: request),
                delays: options.delays, responder: responder, log: log, headers: limits)
            self.writer = writer
            writer.start(streaming: request.isStreamed)
        } catch {
            refuse(error.status, error, responder)
        }
    }

    private func refuse(_ status: HTTPResponseStatus, _ refusal: GroqRefusal, _ responder: HTTPResponder) {
        log.complain("\(status.code): \(refusal.message)")
        log.add(.modelRefused, text: refusal.message)
        responder.answer(.json(status, refusal.body, headers: limits))
    }

    private var limits: [(String, String)] {
        [
            ("x-ratelimit-limit-requests", "14400"), ("x-ratelimit-remaining-requests", "14370"),
            ("x-ratelimit-reset-requests", "2m59.56s"), ("x-ratelimit-limit-tokens", "18000"),
            ("x-ratelimit-remaining-tokens", "17997"), ("x-ratelimit-reset-tokens", "7.66s"),
        ]
    }
}

/// The models that the stand-in serves; it answers in the same words as each of them.
enum GroqModels {
    static let served = ["openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3.6-27b", "qwen/qwen3.8-27b", "qwen/qwen3-32b"]

    static var list: JSONValue {
        let data = served.map { id -> JSONValue in
            [
                "id": .text(id), "object": "model", "created": 1_760_000_000, "owned_by": "linnet-rehearse", "active": true,
                "context_window": 131_072,
            ]
        }
        return ["object": "list", "data": .list(data)]
    }

    /// Values of `reasoning_effort` that a model takes; nil when it refuses the parameter.
    static func efforts(of model: String) -> Set<String>? {
        if model.contains("gpt-oss") { return ["low", "medium", "high"] }
        if model.contains("qwen3.8") { return ["none", "default", "low", "medium", "high"] }
        return model.contains("qwen3") ? ["none", "default"] : nil
    }
}

/// A refusal in Groq's shape.
struct GroqRefusal: Error, Equatable {
    var status = HTTPResponseStatus.badRequest
    var message: String
    var code: String?

    init(_ message: String, status: HTTPResponseStatus = .badRequest, code: String? = nil) {
        self.message = message
        self.status = status
        self.code = code
    }

    var body: JSONValue {
        var error: [String: JSONValue] = ["message": .text(message), "type": "invalid_request_error"]
        error["code"] = code.map { .text($0) }
        return ["error": .object(error)]
    }
}
