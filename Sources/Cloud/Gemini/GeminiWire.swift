import Conversation
import Failures

/// How Gemini is asked. Network thread only.
final class GeminiWire: ModelWire {
    private let settings: GeminiSettings
    private let capabilities: GeminiCapabilities
    private var apiVersion: String

    private static let olderVersion = "v1beta"

    init(settings: GeminiSettings) {
        self.settings = settings
        capabilities = GeminiCapabilities(model: settings.model)
        apiVersion = settings.apiVersion
    }

    var provider: Failure.Subject { .gemini }
    var apiKey: String? { settings.apiKey }
    var firstTokenDeadlineMilliseconds: Int { settings.firstTokenDeadlineMilliseconds }
    /// The second model is rarely asked; its connection may as well be opened again after a while.
    var warmMilliseconds: Int { 60_000 }

    func post(_ request: ModelRequest) throws(Failure) -> HTTPRequest {
        let key = try key()
        let address = try ProviderAddress(parsing: settings.url)
        let content = try GeminiRequest(request, settings: settings, capabilities: capabilities)
        guard let body = try? content.body() else { throw Failure(.gemini, .badRequest, "the request cannot be written as JSON") }
        return HTTPRequest(
            address, path: path + ":streamGenerateContent?alt=sse",
            headers: ["x-goog-api-key: \(key)", "Content-Type: application/json", "Accept: text/event-stream"], body: body)
    }

    private var path: String {
        "/\(apiVersion)/" + (settings.model.contains("/") ? settings.model : "models/" + settings.model)
    }

    func reader() -> any AnswerReader { GeminiReader(apiKey: settings.apiKey) }

    /// `v1` was seen to refuse `tools` and `systemInstruction`, which `v1beta` takes.
    func refusal(of sent: HTTPRequest, _ head: HTTPHead, _ body: [UInt8]) -> AnswerFault {
        let error = GeminiError(body: body)
        var fault = GeminiFailures.refusal(head, error, body, key: settings.apiKey)
        let isUnknownName = head.status == 400 && error?.message?.contains("Unknown name") == true
        if isUnknownName, !sent.path.hasPrefix("/\(Self.olderVersion)/") {
            apiVersion = Self.olderVersion
            fault.remedy = .otherPath
        }
        return fault
    }

    func inBandFault(_ bytes: [UInt8]) -> AnswerFault? {
        GeminiError(body: bytes).map { GeminiFailures.inBand($0, key: settings.apiKey) }
    }

    /// What the model is. Over plain loopback there is no handshake to save.
    func warming() -> HTTPRequest? {
        guard let key = settings.apiKey, let address = try? ProviderAddress(parsing: settings.url), address.isSecure else {
            return nil
        }
        return HTTPRequest(address, path: path, headers: ["x-goog-api-key: \(key)", "Accept: application/json"])
    }
}
