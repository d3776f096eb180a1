/// An error in either of Cartesia's shapes.
struct CartesiaError: Error, Equatable {
    /// The version in which errors got fields.
    static let structuredSince = "2026-03-01"

    var status = 400
    var code: String?
    var title: String
    var message: String
    /// Whether a careful client would not have caused it: keys, plans and names of voices are a matter of configuration.
    var isClientsFault: Bool

    init(
        status: Int = 400, code: String? = nil, title: String = "Invalid request", message: String, isClientsFault: Bool = true
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.message = message
        self.isClientsFault = isClientsFault
    }

    static func notFound(_ code: String, _ title: String, _ message: String) -> CartesiaError {
        CartesiaError(status: 404, code: code, title: title, message: message, isClientsFault: false)
    }

    static func tooMany(_ message: String) -> CartesiaError {
        CartesiaError(
            status: 429, code: "concurrency_limited", title: "Too many concurrent requests", message: message,
            isClientsFault: false)
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
