import Conversation
import Failures

/// Groq's chat completions, streamed.
public struct GroqModel: LanguageModel {
    public var provider: Failure.Subject { .groq }
    public init(transport: CloudTransport, settings: GroqSettings) {}
    public func warm() {}
    public func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        AsyncThrowingStream { $0.finish(throwing: Failure(.groq, .unsupported, "not yet")) }
    }
}
