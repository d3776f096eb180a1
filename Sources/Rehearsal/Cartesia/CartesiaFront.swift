import NIOCore
import NIOHTTP1

/// Cartesia's speech: `GET /tts/websocket`.
struct CartesiaFront: WebSocketFront {
    private static let versions: Set = ["2024-06-10", "2024-11-13", "2025-04-16", "2026-03-01", "2026-08-14"]
    private static let socketsPerContext = 10

    let service = RehearsalService.cartesia
    private let options: RehearsalOptions
    private let voices: VoiceQueue
    private let contexts: Seats
    private let sockets: Seats

    init(options: RehearsalOptions, voices: VoiceQueue) {
        self.options = options
        self.voices = voices
        contexts = Seats(options.limits.contexts)
        sockets = Seats(options.limits.contexts * Self.socketsPerContext)
    }

    func refusal(of head: HTTPRequestHead, log: ConnectionLog) -> HTTPAnswer? {
        let version = version(of: head)
        guard let error = error(of: head, version) else { return nil }
        if error.isClientsFault { log.complain("\(error.status) \(error.title): \(error.message)") }
        let status = HTTPResponseStatus(statusCode: error.status)
        let id = Identifier.uuid(seed: "refused \(log.connection)")
        if let version, version < CartesiaError.structuredSince {
            let headers = [("content-type", "text/plain"), ("x-request-id", id)]
            return HTTPAnswer(status: status, headers: headers, body: "\(error.title): \(error.message)")
        }
        return .json(status, .object(error.fields(requestID: id)), headers: [("x-request-id", id)])
    }

    private func error(of head: HTTPRequestHead, _ version: String?) -> CartesiaError? {
        let path = QueryString.split(head.uri).path
        guard path == "/tts/websocket" else {
            return CartesiaError(status: 404, title: "Not found", message: "nothing at \(path)")
        }
        guard key(of: head) == options.keys.cartesia else {
            return CartesiaError(
                status: 401, title: "Unauthorized", message: "the API key is not valid", isClientsFault: false)
        }
        guard let version, Self.versions.contains(version) else {
            return CartesiaError(title: "Invalid version", message: "Cartesia-Version is missing or unknown")
        }
        return sockets.isFull ? .tooMany("more than \(options.limits.contexts * Self.socketsPerContext) sockets") : nil
    }

    func headers(for head: HTTPRequestHead) -> HTTPHeaders {
        ["x-request-id": Identifier.uuid(seed: head.headers.first(name: "sec-websocket-key") ?? "")]
    }

    func serve(_ head: HTTPRequestHead, log: ConnectionLog) -> any WebSocketService {
        CartesiaConnection(
            version: version(of: head) ?? "", options: options, voices: voices, contexts: contexts, sockets: sockets, log: log)
    }

    /// The query wins.
    private func version(of head: HTTPRequestHead) -> String? {
        query("cartesia_version", of: head) ?? head.headers.first(name: "cartesia-version")
    }

    private func key(of head: HTTPRequestHead) -> String? {
        if let field = head.headers.first(name: "authorization") {
            return field.hasPrefix("Bearer ") ? String(field.dropFirst(7)) : nil
        }
        return head.headers.first(name: "x-api-key") ?? query("access_token", of: head)
    }

    private func query(_ name: String, of head: HTTPRequestHead) -> String? {
        QueryString.pairs(of: QueryString.split(head.uri).query).first { $0.name == name }?.value
    }
}
