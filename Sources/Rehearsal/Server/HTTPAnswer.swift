import NIOCore
import NIOHTTP1

/// A whole request, as much of it as a stand-in cares about.
struct HTTPQuestion {
    var head: HTTPRequestHead
    var body: [UInt8]

    var path: String { QueryString.split(head.uri).path }
}

/// A whole answer.
struct HTTPAnswer: Sendable {
    var status: HTTPResponseStatus
    var headers: [(String, String)] = []
    var body: String

    static func json(_ status: HTTPResponseStatus, _ value: JSONValue, headers: [(String, String)] = []) -> HTTPAnswer {
        HTTPAnswer(status: status, headers: headers + [("content-type", "application/json")], body: value.serialized)
    }
}

/// Where an answer goes: whole, or as a head and pieces of its body. Its connection's event loop only.
struct HTTPResponder {
    let context: ChannelHandlerContext
    let keepAlive: Bool
    /// What goes wrong inside this answer.
    var fault: AnswerFault?

    var eventLoop: any EventLoop { context.eventLoop }

    func answer(_ answer: HTTPAnswer) {
        if let fault { return self.answer(answer, with: fault) }
        put(answer)
    }

    /// As it should be.
    func put(_ answer: HTTPAnswer) {
        var headers = HTTPHeaders(answer.headers)
        headers.replaceOrAdd(name: "content-length", value: String(answer.body.utf8.count))
        begin(answer.status, headers)
        put(answer.body)
        putEnd()
    }

    func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        var headers = headers
        if !keepAlive { headers.replaceOrAdd(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
    }

    func write(_ text: String) {
        if let fault { self.write(text, with: fault) } else { put(text) }
    }

    func put(_ text: String) {
        let bytes = context.channel.allocator.buffer(string: text)
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.byteBuffer(bytes))), promise: nil)
    }

    func end() {
        guard fault?.isOver != true else { return }
        putEnd()
    }

    func putEnd() {
        let sent = context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)))
        guard !keepAlive else { return }
        let channel = context.channel
        sent.whenComplete { _ in channel.close(promise: nil) }
    }
}

/// Gathers requests and hands each to `serve` when it is whole; one at a time, as HTTP/1.1 has it.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let bodyBound = 4 << 20

    private let serve: (HTTPQuestion, HTTPResponder) -> Void
    private let gone: () -> Void
    private var question: HTTPQuestion?
    /// What the next request meets; asked once for each.
    var nextFault: (HTTPQuestion) -> Fault? = { _ in nil }

    /// - Parameter gone: called when the client has closed the connection.
    init(serve: @escaping (HTTPQuestion, HTTPResponder) -> Void, gone: @escaping () -> Void = {}) {
        self.serve = serve
        self.gone = gone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): question = HTTPQuestion(head: head, body: [])
        case .body(let bytes):
            question?.body += bytes.readableBytesView
            if let count = question?.body.count, count > Self.bodyBound { context.close(promise: nil) }
        case .end:
            guard let question else { return }
            self.question = nil
            take(question, HTTPResponder(context: context, keepAlive: question.head.isKeepAlive))
        }
    }

    private func take(_ question: HTTPQuestion, _ responder: HTTPResponder) {
        guard let fault = nextFault(question) else { return serve(question, responder) }
        if case .status(let status, let seconds) = fault.kind {
            return responder.answer(FaultAnswers.answer(fault.service, status, retryAfterSeconds: seconds, to: question.head))
        }
        var responder = responder
        responder.suffer(fault)
        serve(question, responder)
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    /// A declined upgrade arrives here too: its request follows and is answered.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError { context.close(promise: nil) }
    }
}
