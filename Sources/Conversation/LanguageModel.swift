import Failures

/// A language model that writes an answer token by token.
public protocol LanguageModel: Sendable {
    /// Who stands behind it, for journal and failures.
    var provider: Failure.Subject { get }
    func warm()
    /// Asks. The stream throws ``Failure`` alone; cancelling its consumer cancels the request at the provider.
    func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error>
}

public struct ModelRequest: Sendable, Equatable {
    public var instructions: String
    /// Oldest first; the last one is the person's, or the results of the calls that stand before it.
    public var messages: [ChatMessage]
    /// What the model may call; with none it has to speak, whatever `messages` show of earlier calls.
    public var tools: [ToolDescription]
    public var maximumTokens: Int

    public init(instructions: String, messages: [ChatMessage], tools: [ToolDescription] = [], maximumTokens: Int = 300) {
        self.instructions = instructions
        self.messages = messages
        self.tools = tools
        self.maximumTokens = maximumTokens
    }
}

public enum ChatMessage: Sendable, Equatable {
    case user(String)
    case assistant(String)
    /// What one answer called for; as many results follow at once, in the same order.
    case toolCalls([ToolCall])
    case toolResult(callID: String, text: String)
}

public enum ModelEvent: Sendable, Equatable {
    /// The request has left this machine.
    case requested
    /// Text to be spoken, never empty, never reasoning.
    case text(String)
    case toolCall(ToolCall)
    /// The first model failed before a word of its answer; the second is being asked.
    case fellBack(Failure, to: Failure.Subject)
    case finished(ModelFinish, ModelUsage?)
}

public enum ModelFinish: Sendable, Equatable { case complete, lengthLimit, toolCalls, filtered }

public struct ModelUsage: Sendable, Equatable {
    public var promptTokens: Int
    public var completionTokens: Int
    public init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }
}
