import NIOCore
import NIOHTTP1

/// Cartesia's speech: `GET /tts/websocket`.
struct CartesiaFront: WebSocketFront {
    private static let versions: Set = ["2024-06-10", "2024-11-13", "2025-04-16", "2026-03-01", "2026-08-14"]

    let service = RehearsalService.cartesia
    let options: RehearsalOptions
    let voices: VoiceQueue

    func refusal(of head: HTTPRequestHead, log: ConnectionLog) -> HTTPAnswer? {
        let path = QueryString.split(head.uri).path
        let version = version(of: head)
        guard path == "/tts/websocket" else {
            return refuse(.notFound, "Not found", "nothing at \(path)", version, log)
        }
        guard key(of: head) == options.keys.cartesia else {
            return refuse(.unauthorized, "Unauthorized", "the API key is not valid", version, log)
        }
        guard let version, Self.versions.contains(version) else {
            return refuse(.badRequest, "Invalid version", "Cartesia-Version is missing or unknown", version, log)
        }
        return nil
    }

    func headers(for head: HTTPRequestHead) -> HTTPHeaders {
        ["x-request-id": Identifier.uuid(seed: head.headers.first(name: "sec-websocket-key") ?? "")]
    }

    func serve(_ head: HTTPRequestHead, log: ConnectionLog) -> any WebSocketService {
        CartesiaConnection(version: version(of: head) ?? "", options: options, voices: voices, log: log)
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

    private func refuse(
        _ status: HTTPResponseStatus, _ title: String, _ message: String, _ version: String?, _ log: ConnectionLog
    ) -> HTTPAnswer {
        log.complain("\(status.code) \(title): \(message)")
        if let version, version < CartesiaError.structuredSince {
            return HTTPAnswer(status: status, headers: [("content-type", "text/plain")], body: "\(title): \(message)")
        }
        let error = CartesiaError(status: Int(status.code), title: title, message: message)
        return .json(status, .object(error.fields(requestID: Identifier.uuid(seed: "refused \(log.connection)"))))
    }
}

/// An error in either of Cartesia's shapes.
struct CartesiaError: Error, Equatable {
    /// The version in which errors got fields.
    static let structuredSince = "2026-03-01"

    var status = 400
    var code: String?
    var title: String
    var message: String

    init(status: Int = 400, code: String? = nil, title: String = "Invalid request", message: String) {
        self.status = status
        self.code = code
        self.title = title
        self.message = message
    }

    func fields(requestID: String) -> [String: JSONValue] {
        [
            "error_code": code.map { .text($0) } ?? .null, "title": .text(title), "message": .text(message),
            "request_id": .text(requestID),
        ]
    }

    /// As a WebSocket message.
    func event(version: String, context: String?, requestID: String) -> JSONValue {
        var event: [String: JSONValue] = ["type": "error", "done": true, "status_code": .integer(status)]
        event["context_id"] = context.map { .text($0) }
        if version < Self.structuredSince {
            event["error"] = .text("\(title): \(message)")
        } else {
            event.merge(fields(requestID: requestID)) { $1 }
        }
        return .object(event)
    }
}
