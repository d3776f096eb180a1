import NIOCore
import NIOHTTP1

/// Gemini's generateContent, streamed and whole, and its list of models, over HTTP.
struct GeminiFront {
    private let desk: GeminiDesk
    private let visit: HTTPVisit
    private var log: ConnectionLog { visit.log }

    static func handler(_ desk: GeminiDesk, _ visit: HTTPVisit) -> HTTPHandler {
        visit.handler(serve: GeminiFront(desk: desk, visit: visit).serve)
    }

    private func serve(_ question: HTTPQuestion, _ responder: HTTPResponder) {
        let number = visit.nextRequest()
        do throws(GeminiRefusal) {
            let call = try GeminiCall(question.head, key: desk.options.keys.gemini)
            if call.method == .list { return responder.answer(Self.json(.ok, GeminiModel.list)) }
            let model = try GeminiModel.find(call.modelID, version: call.version)
            if call.method == .get { return responder.answer(Self.json(.ok, model.description)) }
            try generate(call, model, question, number, responder)
        } catch {
            refuse(error, question.head, "gen-\(number)", responder)
        }
    }

    private func generate(
        _ call: GeminiCall, _ model: GeminiModel, _ question: HTTPQuestion, _ number: Int, _ responder: HTTPResponder
    ) throws(GeminiRefusal) {
        guard question.head.headers.first(name: "content-type")?.hasPrefix("application/json") == true else {
            throw .argument("The content type must be application/json.")
        }
        let (id, options) = ("gen-\(number)", desk.options)
        let knowsTools = !(options.quirks.refusesToolsAtV1 && call.version == "v1")
        let request = try GeminiRequest(question.body, model: model, signatures: desk.signatures, withTools: knowsTools)
        try desk.use(model)
        log.add(.modelRequested, context: id, text: request.prompt.questions.last)
        let reply = GeminiAnswer(
            id: id, reply: Responder.reply(to: request.prompt), request: request, signatures: desk.signatures,
            quirks: options.quirks)
        let delays = options.delays.drawn(number)
        let answer = TimedAnswer(id, responder: responder, log: log)
        visit.answer = answer
        if call.method == .streamGenerateContent {
            let type = call.isServerSentEvents ? "text/event-stream" : "application/json; charset=UTF-8"
            answer.stream(
                reply.steps(delays, asEvents: call.isServerSentEvents), headers: [("content-type", type)], end: reply.endNote)
        } else {
            answer.whole(
                Self.json(.ok, reply.whole),
                afterMilliseconds: delays.firstChunkMilliseconds + delays.chunkMilliseconds * reply.chunkCount,
                notes: reply.wholeNotes)
        }
    }

    /// A stream that would have been an array is refused with an array.
    private func refuse(_ refusal: GeminiRefusal, _ head: HTTPRequestHead, _ id: String, _ responder: HTTPResponder) {
        let text = "\(refusal.status.code): \(refusal.message)"
        if refusal.isClientsFault { log.complain(text, context: id) }
        log.add(.modelRefused, context: id, text: text)
        let isArray = head.uri.contains(":streamGenerateContent") && !head.uri.contains("alt=sse")
        responder.answer(Self.json(refusal.status, isArray ? [refusal.body] : refusal.body))
    }

    private static func json(_ status: HTTPResponseStatus, _ value: JSONValue) -> HTTPAnswer {
        HTTPAnswer(
            status: status, headers: [("content-type", "application/json; charset=UTF-8")], body: value.serialized)
    }
}
