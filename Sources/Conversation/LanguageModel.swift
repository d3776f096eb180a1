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
    /// Oldest first; the last one is the person's.
    public var messages: [ChatMessage]
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
    case toolCalls([ToolCall])
    case toolResult(callID: String, text: String)
}

public struct ToolDescription: Sendable, Equatable {
    /// Letters, digits, `_`, `-`; at most 64.
    public var name: String
    public var purpose: String
    /// JSON Schema of the arguments object.
    public var parametersJSON: String
    public init(name: String, purpose: String, parametersJSON: String) {
        self.name = name
        self.purpose = purpose
        self.parametersJSON = parametersJSON
    }
}

public struct ToolCall: Sendable, Equatable {
    public var id: String
    public var name: String
    public var argumentsJSON: String
    /// What the provider wants to see again with this call (Gemini's thought signature); opaque.
    public var signature: String?
    public init(id: String, name: String, argumentsJSON: String, signature: String? = nil) {
        self.id = id
        self.name = name
        self.argumentsJSON = argumentsJSON
        self.signature = signature
    }
}

public enum ModelEvent: Sendable, Equatable {
    /// The request has left this machine.
    case requested
    /// Text to be spoken, never empty, never reasoning.
    case text(String)
    case toolCall(ToolCall)
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
