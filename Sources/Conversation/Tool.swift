import Failures

/// Something that the model may ask for while it answers: a search, later a timer or the volume.
public protocol Tool: Sendable {
    var description: ToolDescription { get }
    /// Who stands behind it, for the failures that only its caller can see (a deadline).
    var provider: Failure.Subject { get }
    /// Longest run, milliseconds; then it is cancelled and the model is told.
    var deadlineMilliseconds: Int { get }
    /// Opens connections ahead of need. Returns at once.
    func warm()
    /// Runs for a turn that is sure. Called on the shared pool, several at a time; cancelled with its task, and must then end
    /// at once.
    func run(_ arguments: ToolArguments) async -> ToolResult
}

extension Tool {
    public var provider: Failure.Subject { .system }
    public func warm() {}
}

/// What a tool can be called with.
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

/// One call that a model wrote.
public struct ToolCall: Sendable, Equatable {
    public var id: String
    public var name: String
    public var argumentsJSON: String
    /// What the provider wants to see again with this call (Gemini's thought signature); opaque.
    public var signature: String?
    /// The arguments as its client decoded them; nil when the model wrote no JSON object.
    public var arguments: ToolArguments?
    /// Who made the call: `signature` means something to nobody else.
    public var provider: Failure.Subject?

    public init(
        id: String, name: String, argumentsJSON: String, signature: String? = nil, arguments: ToolArguments? = nil,
        provider: Failure.Subject? = nil
    ) {
        self.id = id
        self.name = name
        self.argumentsJSON = argumentsJSON
        self.signature = signature
        self.arguments = arguments
        self.provider = provider
    }
}

/// A JSON value in a tool's arguments.
public enum ToolValue: Sendable, Equatable {
    case text(String)
    case number(Double)
    case bool(Bool)
    case list([ToolValue])
    case object([String: ToolValue])
    case null

    /// The string, when it is one.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}

public typealias ToolArguments = [String: ToolValue]

/// What a tool found or did.
public struct ToolResult: Sendable, Equatable {
    /// For the model. Untrusted where it comes from outside: the session bounds and frames it.
    public var text: String
    /// Where it comes from, so that the person can ask.
    public var sources: [ToolSource]
    /// Why there is no result; `text` may be empty then.
    public var failure: Failure?

    public init(text: String, sources: [ToolSource] = [], failure: Failure? = nil) {
        self.text = text
        self.sources = sources
        self.failure = failure
    }
}

public struct ToolSource: Sendable, Equatable {
    public var title: String
    public var url: String
    /// As the source wrote it.
    public var publishedDate: String?

    public init(title: String, url: String, publishedDate: String? = nil) {
        self.title = title
        self.url = url
        self.publishedDate = publishedDate
    }
}
