import Conversation
import Failures
import FoundationEssentials

/// The request's body. Gemini answers 400 to any name that it does not know, so nothing is here that need not be.
struct GeminiRequest: Encodable {
    struct Instruction: Encodable { var parts: [GeminiPart] }
    struct Tools: Encodable { var functionDeclarations: [GeminiFunction] }
    struct Generation: Encodable {
        var temperature: Double?
        var maxOutputTokens: Int
        var thinkingConfig: Thinking?
    }
    struct Thinking: Encodable {
        var thinkingLevel: String?
        var thinkingBudget: Int?
    }

    var systemInstruction: Instruction?
    var contents: [GeminiContent]
    var tools: [Tools]?
    var generationConfig: Generation

    /// - Throws: `gemini: bad-request` when a tool's parameters are no JSON.
    init(_ request: ModelRequest, settings: GeminiSettings, capabilities: GeminiCapabilities) throws(Failure) {
        if !request.instructions.isEmpty { systemInstruction = Instruction(parts: [.text(request.instructions)]) }
        contents = GeminiContents.of(request.messages, needsSignatures: capabilities.needsSignatures)
        let thinks = capabilities.thinkingLevel != nil || capabilities.thinkingBudget != nil
        generationConfig = Generation(
            temperature: capabilities.takesTemperature ? settings.temperature : nil,
            maxOutputTokens: request.maximumTokens + capabilities.thinkingTokens,
            thinkingConfig: thinks
                ? Thinking(thinkingLevel: capabilities.thinkingLevel, thinkingBudget: capabilities.thinkingBudget) : nil)
        guard !request.tools.isEmpty else { return }
        var functions: [GeminiFunction] = []
        for tool in request.tools { functions.append(try GeminiFunction(tool)) }
        tools = [Tools(functionDeclarations: functions)]
    }

    func body() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return Array(try encoder.encode(self))
    }
}

struct GeminiFunction: Encodable {
    var name: String
    var description: String
    /// Plain JSON Schema; `parameters` would be a dialect of Google's own.
    var parametersJsonSchema: JSONValue

    init(_ tool: ToolDescription) throws(Failure) {
        guard let parameters = try? JSONValue(parsing: tool.parametersJSON) else {
            throw Failure(.gemini, .badRequest, "the parameters of the tool \(tool.name) are no JSON")
        }
        (name, description, parametersJsonSchema) = (tool.name, tool.purpose, parameters)
    }
}

struct GeminiContent: Encodable, Equatable {
    enum Role: String, Encodable { case user, model }
    var role: Role
    /// Never empty.
    var parts: [GeminiPart]
}

/// Exactly one kind of data.
enum GeminiPart: Encodable, Equatable {
    case text(String)
    case functionCall(ToolCall)
    case functionResponse(to: ToolCall, output: String)

    private enum Key: CodingKey { case text, functionCall, thoughtSignature, functionResponse }
    private enum CallKey: CodingKey { case id, name, args, response }
    private enum ResponseKey: CodingKey { case output }

    func encode(to encoder: any Encoder) throws {
        var part = encoder.container(keyedBy: Key.self)
        switch self {
        case .text(let text): try part.encode(text, forKey: .text)
        case .functionCall(let call):
            var fields = part.nestedContainer(keyedBy: CallKey.self, forKey: .functionCall)
            try Self.name(call, &fields)
            try fields.encode(call.argumentsObject, forKey: .args)
            try part.encodeIfPresent(call.signature, forKey: .thoughtSignature)
        case .functionResponse(let call, let output):
            var fields = part.nestedContainer(keyedBy: CallKey.self, forKey: .functionResponse)
            try Self.name(call, &fields)
            var response = fields.nestedContainer(keyedBy: ResponseKey.self, forKey: .response)
            try response.encode(output, forKey: .output)
        }
    }

    /// An id of our own making is not Gemini's to see.
    private static func name(_ call: ToolCall, _ fields: inout KeyedEncodingContainer<CallKey>) throws {
        if !CallID.isOurs(call.id) { try fields.encode(call.id, forKey: .id) }
        try fields.encode(call.name, forKey: .name)
    }
}
