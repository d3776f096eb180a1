import Conversation
import Failures

/// Gemini's `streamGenerateContent`.
public struct GeminiModel: LanguageModel {
    public var provider: Failure.Subject { .gemini }
    private let access: ModelAccess

    public init(transport: CloudTransport, settings: GeminiSettings) {
        access = ModelAccess(transport) { GeminiWire(settings: settings) }
    }

    public func warm() { access.warm() }
    public func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> { access.answer(request) }
}
