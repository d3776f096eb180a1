import NIOCore
import NIOHTTP1

/// Groq's chat completions and list of models, over HTTP.
struct GroqFront {
    private let options: RehearsalOptions
    private let plan: GroqPlan
    private let visit: HTTPVisit
    private var log: ConnectionLog { visit.log }

    static func handler(_ options: RehearsalOptions, _ plan: GroqPlan, _ visit: HTTPVisit) -> HTTPHandler {
        visit.handler(serve: GroqFront(options: options, plan: plan, visit: visit).serve)
    }

    private func serve(_ question: HTTPQuestion, _ responder: HTTPResponder) {
        let number = visit.nextRequest()
        do throws(GroqRefusal) {
            let head = question.head
            guard head.headers.first(name: "authorization") == "Bearer \(options.keys.groq)" else {
                throw GroqRefusal("Invalid API Key", status: .unauthorized, code: "invalid_api_key")
            }
            switch (head.method, question.path) {
            case (.GET, "/openai/v1/models"): responder.answer(.json(.ok, GroqModels.list, headers: plan.headers))
            case (.POST, "/openai/v1/chat/completions"): try complete(question, number, responder)
            default:
                throw GroqRefusal(
                    "Unknown request URL: \(head.method) \(question.path)", status: .notFound, code: "unknown_url")
            }
        } catch {
            refuse(error, "req_\(number)", responder)
        }
    }

    private func complete(_ question: HTTPQuestion, _ number: Int, _ responder: HTTPResponder) throws(GroqRefusal) {
        guard question.head.headers.first(name: "content-type")?.hasPrefix("application/json") == true else {
            throw GroqRefusal("the content type must be application/json")
        }
        let request = try GroqRequestRules.read(question.body)
        let id = "req_\(number)"
        let completion = Completion(
            id: id, reply: Responder.reply(to: request.prompt), request: request, quirks: options.quirks)
        try plan.use(tokens: completion.totalTokens, of: request)
        log.add(.modelRequested, context: id, text: request.prompt.questions.last)
        let delays = options.delays.drawn(number)
        let answer = TimedAnswer(id, responder: responder, log: log)
        visit.answer = answer
        if request.isStreamed {
            let type = [("content-type", "text/event-stream"), ("cache-control", "no-cache")]
            answer.stream(completion.steps(delays), headers: plan.headers + type, end: completion.endNote)
        } else {
            answer.whole(
                .json(.ok, completion.whole, headers: plan.headers),
                afterMilliseconds: delays.firstTokenMilliseconds + delays.tokenMilliseconds * completion.wordCount,
                notes: completion.wholeNotes)
        }
    }

    private func refuse(_ refusal: GroqRefusal, _ id: String, _ responder: HTTPResponder) {
        let text = "\(refusal.status.code): \(refusal.message)"
        if refusal.isClientsFault { log.complain(text, context: id) }
        log.add(.modelRefused, context: id, text: text)
        let wait = refusal.retryAfterSeconds.map { [("retry-after", String(max(1, Int($0.rounded(.up)))))] } ?? []
        responder.answer(.json(refusal.status, refusal.body, headers: plan.headers + wait))
    }
}
