import NIOCore
import NIOHTTP1

/// Deepgram's live speech to text: `GET /v1/listen` as a WebSocket.
struct DeepgramFront: WebSocketFront {
    let service = RehearsalService.deepgram
    private let options: RehearsalOptions
    private let recognition: RecognitionQueue
    private let streams: Seats

    init(options: RehearsalOptions, recognition: RecognitionQueue) {
        self.options = options
        self.recognition = recognition
        streams = Seats(options.limits.listenStreams)
    }

    func refusal(of head: HTTPRequestHead, log: ConnectionLog) -> HTTPAnswer? {
        let (path, query) = QueryString.split(head.uri)
        guard path == "/v1/listen" else {
            log.complain("nothing is at \(path)")
            return Self.refusal(.notFound, "NOT_FOUND", "Not Found", log)
        }
        guard key(of: head) == options.keys.deepgram else {
            return Self.refusal(.unauthorized, "INVALID_AUTH", "Invalid credentials.", log)
        }
        do throws(ListenParameters.Invalid) {
            _ = try ListenParameters(query: query)
        } catch {
            if error.isClientsFault { log.complain(error.reason) }
            return Self.refusal(.badRequest, "INVALID_QUERY_PARAMETER", error.reason, log)
        }
        guard !streams.isFull else {
            let reason = "Too many requests: \(options.limits.listenStreams) streams are open."
            return Self.refusal(.tooManyRequests, "TOO_MANY_REQUESTS", reason, log)
        }
        return nil
    }

    private static func refusal(
        _ status: HTTPResponseStatus, _ code: String, _ reason: String, _ log: ConnectionLog
    ) -> HTTPAnswer {
        let id = Identifier.uuid(seed: "refused \(log.connection)")
        return .json(
            status, ["err_code": .text(code), "err_msg": .text(reason), "request_id": .text(id)],
            headers: [("dg-request-id", id), ("dg-error", reason)])
    }

    func headers(for head: HTTPRequestHead) -> HTTPHeaders {
        var headers: HTTPHeaders = ["dg-request-id": Self.requestID(head)]
        if protocols(of: head).first == "token" { headers.add(name: "sec-websocket-protocol", value: "token") }
        return headers
    }

    func serve(_ head: HTTPRequestHead, log: ConnectionLog) -> any WebSocketService {
        let query = QueryString.split(head.uri).query
        let parameters = (try? ListenParameters(query: query)) ?? .unread
        for name in parameters.unknownNames { log.complain("the query parameter '\(name)' is unknown") }
        return DeepgramConnection(
            parameters, options: options, recognition: recognition, streams: streams, requestID: Self.requestID(head), log: log)
    }

    /// `Authorization: Token KEY` or `Bearer TOKEN`; browsers: `Sec-WebSocket-Protocol: token, KEY`.
    private func key(of head: HTTPRequestHead) -> String? {
        if let field = head.headers.first(name: "authorization") {
            let words = field.split(separator: " ")
            return words.count == 2 && ["token", "bearer"].contains(words[0].lowercased()) ? String(words[1]) : nil
        }
        let protocols = protocols(of: head)
        return protocols.count == 2 && protocols[0] == "token" ? protocols[1] : nil
    }

    private func protocols(of head: HTTPRequestHead) -> [String] {
        head.headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
    }

    /// The same for every look at one handshake: its key is random.
    private static func requestID(_ head: HTTPRequestHead) -> String {
        Identifier.uuid(seed: head.headers.first(name: "sec-websocket-key") ?? "")
    }
}
