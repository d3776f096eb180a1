import Conversation
import Failures
import FoundationEssentials

/// The request's body. Groq answers 400 to any property that it does not know, so nothing is here that need not be.
struct GroqRequest: Encodable {
    var model: String
    var messages: [GroqMessage]
    var stream = true
    var temperature: Double?
    var maximumTokens: Int
    var reasoningEffort: String?
    var tools: [GroqTool]?
    var toolChoice: String?
    var parallelToolCalls: Bool?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream, temperature, tools
        case maximumTokens = "max_completion_tokens"
        case reasoningEffort = "reasoning_effort"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
    }

    /// - Throws: `groq: bad-request` when a tool's parameters are no JSON.
    init(_ request: ModelRequest, settings: GroqSettings) throws(Failure) {
        model = settings.model
        messages = (request.instructions.isEmpty ? [] : [.system(request.instructions)]) + GroqMessage.all(of: request.messages)
        temperature = settings.temperature
        maximumTokens = request.maximumTokens
        reasoningEffort = Self.effort(settings)
        guard !request.tools.isEmpty else { return }
        var tools: [GroqTool] = []
        for tool in request.tools { tools.append(try GroqTool(tool)) }
        self.tools = tools
        toolChoice = "auto"
        parallelToolCalls = false
    }

    func body() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return Array(try encoder.encode(self))
    }

    /// Other models refuse the parameter, and each family has words of its own.
    private static func effort(_ settings: GroqSettings) -> String? {
        if settings.model.contains("gpt-oss") {
            let wish = settings.reasoningEffort ?? "low"
            return ["low", "medium", "high"].contains(wish) ? wish : "low"
        }
        guard settings.model.contains("qwen3") else { return nil }
        let wish = settings.reasoningEffort ?? "none"
        let known = settings.model.contains("qwen3.8") ? ["none", "default", "low", "medium", "high"] : ["none", "default"]
        return known.contains(wish) ? wish : "default"
    }
}

/// Signatures and other providers' extras stay out: Groq would refuse them.
enum GroqMessage: Encodable {
    case system(String)
    case user(String)
    case assistant(String)
    /// `text` is what was said before the calls, in the same answer.
    case toolCalls([ToolCall], text: String?)
    case toolResult(callID: String, text: String)

    static func all(of messages: [ChatMessage]) -> [GroqMessage] {
        var all: [GroqMessage] = []
        for turn in Dialogue.turns(of: messages) {
            switch turn {
            case .user(let text): all.append(.user(text))
            case .assistant(let text): all.append(.assistant(text))
            case .exchange(let answered):
                var said: String?
                if case .assistant(let text)? = all.last {
                    said = text
                    all.removeLast()
                }
                all.append(.toolCalls(answered.map(\.call), text: said))
                all += answered.map { .toolResult(callID: $0.call.id, text: $0.result) }
            }
        }
        return all
    }

    private enum Key: String, CodingKey {
        case role, content
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        switch self {
        case .system(let text): try Self.say(text, as: "system", &fields)
        case .user(let text): try Self.say(text, as: "user", &fields)
        case .assistant(let text): try Self.say(text, as: "assistant", &fields)
        case .toolCalls(let calls, let text):
            try fields.encode("assistant", forKey: .role)
            // The one null of a request, as Groq's own examples have it.
            if let text { try fields.encode(text, forKey: .content) } else { try fields.encodeNil(forKey: .content) }
            try fields.encode(calls.map(GroqToolCall.init), forKey: .toolCalls)
        case .toolResult(let callID, let text):
            try Self.say(text, as: "tool", &fields)
            try fields.encode(callID, forKey: .toolCallID)
        }
    }

    private static func say(_ text: String, as role: String, _ fields: inout KeyedEncodingContainer<Key>) throws {
        try fields.encode(role, forKey: .role)
        try fields.encode(text, forKey: .content)
    }
}

struct GroqToolCall: Encodable {
    struct Function: Encodable {
        var name: String
        /// JSON as a string, in both directions.
        var arguments: String
    }
    var id: String
    var type = "function"
    var function: Function

    init(_ call: ToolCall) {
        id = call.id
        // Groq reads the string: one that is no JSON would cost every later request of the conversation.
        let isObject = ToolArguments(parsing: call.argumentsJSON) != nil
        function = Function(name: call.name, arguments: isObject ? call.argumentsJSON : "{}")
    }
}

struct GroqTool: Encodable {
    struct Function: Encodable {
        var name: String
        var description: String
        var parameters: JSONValue
    }
    var type = "function"
    var function: Function

    init(_ tool: ToolDescription) throws(Failure) {
        guard let parameters = try? JSONValue(parsing: tool.parametersJSON) else {
            throw Failure(.groq, .badRequest, "the parameters of the tool \(tool.name) are no JSON")
        }
        function = Function(name: tool.name, description: tool.purpose, parameters: parameters)
    }
}
