import Conversation
import Failures

/// Groq's chat completions, streamed.
public struct GroqModel: LanguageModel {
    public var provider: Failure.Subject { .groq }
    private let access: ModelAccess

    public init(transport: CloudTransport, settings: GroqSettings) {
        access = ModelAccess(transport) { GroqWire(settings: settings) }
    }

    public func warm() { access.warm() }
    public func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> { access.answer(request) }
}
