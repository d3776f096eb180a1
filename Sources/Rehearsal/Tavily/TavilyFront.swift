import NIOCore
import NIOHTTP1
import Synchronization

/// What all connections to Tavily share: the plan.
final class TavilyDesk: Sendable {
    let options: RehearsalOptions
    private let limit: RequestLimit
    private let credits: Mutex<Int?>

    init(_ options: RehearsalOptions) {
        self.options = options
        limit = RequestLimit(perMinute: options.limits.tavilyRequestsPerMinute)
        credits = Mutex(options.limits.tavilyCredits)
    }

    /// Counts a search.
    func use(_ request: TavilyRequest) throws(TavilyRefusal) {
        guard limit.secondsToWait() == nil else { throw .tooMany }
        let isPaid = credits.withLock { credits in
            guard let left = credits else { return true }
            guard left >= request.credits else { return false }
            credits = left - request.credits
            return true
        }
        guard isPaid else { throw .usedUp }
    }
}

/// Tavily's search, over HTTP. What it finds is invented, and today's news is of today.
struct TavilyFront {
    private let desk: TavilyDesk
    private let visit: HTTPVisit
    private var log: ConnectionLog { visit.log }

    static func handler(_ desk: TavilyDesk, _ visit: HTTPVisit) -> HTTPHandler {
        visit.handler(serve: TavilyFront(desk: desk, visit: visit).serve)
    }

    private func serve(_ question: HTTPQuestion, _ responder: HTTPResponder) {
        let number = visit.nextRequest()
        let id = Identifier.uuid(seed: "search \(number)")
        do throws(TavilyRefusal) {
            let head = question.head
            guard head.headers.first(name: "authorization") == "Bearer \(desk.options.keys.tavily)" else {
                throw .unauthorized
            }
            guard head.method == .POST, question.path == "/search" else {
                throw TavilyRefusal(status: .notFound, message: "Not Found")
            }
            guard head.headers.first(name: "content-type")?.hasPrefix("application/json") == true else {
                throw TavilyRefusal(message: "The content type must be application/json.")
            }
            let request = try TavilyRequest(question.body)
            try desk.use(request)
            search(request, id, number, responder)
        } catch {
            refuse(error, id, responder)
        }
    }

    private func search(_ request: TavilyRequest, _ id: String, _ number: Int, _ responder: HTTPResponder) {
        log.add(.searchRequested, context: id, text: request.query)
        let milliseconds = desk.options.delays.drawn(number).searchMilliseconds
        let results = WebIndex.results(for: request, now: CalendarMoment.nowSeconds)
        var body: [String: JSONValue] = [
            "query": .text(request.query), "answer": .null, "images": [], "results": .list(results),
            "response_time": .number(Double(milliseconds) / 1000), "request_id": .text(id), "follow_up_questions": .null,
        ]
        if request.wantsAnswer, let best = results.first?["content"]?.string {
            body["answer"] = .text(FoundText.answer(request.query, from: [best]))
        }
        if request.wantsUsage { body["usage"] = ["credits": .integer(request.credits)] }
        let answer = TimedAnswer(id, responder: responder, log: log, cancelled: .searchCancelled)
        visit.answer = answer
        answer.whole(
            .json(.ok, .object(body)), afterMilliseconds: milliseconds,
            notes: [TimedAnswer.Note(kind: .searchAnswered, text: request.query, samples: results.count)])
    }

    private func refuse(_ refusal: TavilyRefusal, _ id: String, _ responder: HTTPResponder) {
        let text = "\(refusal.status.code): \(refusal.message)"
        if refusal.isClientsFault { log.complain(text, context: id) }
        log.add(.searchRefused, context: id, text: text)
        responder.answer(.json(refusal.status, refusal.body))
    }
}
