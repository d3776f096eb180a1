import Rehearsal
import Testing

@Suite("What Gemini refuses")
struct GeminiRefusalTests {
    private static let hello = Ask.says("x")

    private static func config(_ fields: String) -> String { Ask.gemini(hello, #""generationConfig":{\#(fields)}"#) }
    private static func declare(_ fields: String) -> String {
        Ask.gemini(hello, #""tools":[{"functionDeclarations":[{\#(fields)}]}]"#)
    }

    @Test(arguments: [
        RefusedRequest("no JSON", "x", "Invalid JSON payload"),
        RefusedRequest("no contents", "{}", "contents is not specified"),
        RefusedRequest("an unknown name", Ask.gemini(hello, #""stream":true"#), #"Unknown name \"stream\""#),
        RefusedRequest(
            "an unknown name deep inside", Ask.gemini(#"{"role":"user","parts":[{"text":"x","id":1}]}"#),
            #"Unknown name \"id\" at 'contents[0].parts[0]'"#),
        RefusedRequest("a value of the wrong type", config(#""temperature":"warm""#), "generation_config.temperature"),
        RefusedRequest("a role of its own", Ask.gemini(#"{"role":"system","parts":[{"text":"x"}]}"#), "valid role"),
        RefusedRequest("no parts", Ask.gemini(#"{"role":"user","parts":[]}"#), "must not be empty"),
        RefusedRequest("a part without data", Ask.gemini(#"{"role":"user","parts":[{}]}"#), "must have one initialized field"),
        RefusedRequest(
            "a part of two kinds", Ask.gemini(#"{"role":"user","parts":[{"text":"x","functionResponse":{"name":"f"}}]}"#),
            "already set"),
        RefusedRequest(
            "the model speaks last", Ask.gemini(hello + #",{"role":"model","parts":[{"text":"x"}]}"#), "end with a user role"),
        RefusedRequest(
            "a call that nobody asked for", Ask.gemini([Ask.modelCalls(nil), Ask.responses("x")].joined(separator: ",")),
            "immediately after a user turn"),
        RefusedRequest(
            "a call without a result", Ask.gemini([hello, Ask.modelCalls(nil), hello].joined(separator: ",")), "equal to"),
        RefusedRequest(
            "more results than calls", Ask.gemini([hello, Ask.modelCalls(nil), Ask.responses("x", "y")].joined(separator: ",")),
            "equal to"),
        RefusedRequest("a result of no call", Ask.gemini(hello + "," + Ask.responses("x")), "immediately after a function call"),
        RefusedRequest(
            "a call without its signature", Ask.gemini([hello, Ask.modelCalls(nil), Ask.responses("x")].joined(separator: ",")),
            "missing a thought_signature"),
        RefusedRequest(
            "an altered signature", Ask.gemini([hello, Ask.modelCalls("QUJD"), Ask.responses("x")].joined(separator: ",")),
            "not valid"),
        RefusedRequest(
            "a signature that is no base64", Ask.gemini([hello, Ask.modelCalls("!"), Ask.responses("x")].joined(separator: ",")),
            "TYPE_BYTES"),
        RefusedRequest("a function's name", declare(#""name":"1st""#), "Invalid function name"),
        RefusedRequest(
            "two kinds of schema",
            declare(#""name":"f","parametersJsonSchema":{"type":"object"},"parameters":{"type":"OBJECT"}"#),
            "only one of"),
        RefusedRequest(
            "JSON Schema where Google's is wanted",
            declare(#""name":"f","parameters":{"type":"object","additionalProperties":false}"#),
            "Unknown name \\\"additionalProperties\\\" at 'tools[0].function_declarations[0].parameters'"),
        RefusedRequest("an object without properties", declare(#""name":"f","parameters":{"type":"object"}"#), "non-empty"),
        RefusedRequest(
            "a function twice", Ask.gemini(hello, #""tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}]"#), "Duplicate"
        ),
        RefusedRequest(
            "a mode of its own", Ask.gemini(hello, #""toolConfig":{"functionCallingConfig":{"mode":"SOMETIMES"}}"#),
            "tool_config.function_calling_config.mode"),
        RefusedRequest(
            "allowed names without ANY",
            Ask.gemini(hello, #""toolConfig":{"functionCallingConfig":{"allowedFunctionNames":["f"]}}"#), "allowed_function_names"
        ),
        RefusedRequest("a level that is none", config(#""thinkingConfig":{"thinkingLevel":"lowest"}"#), "thinking_level"),
        RefusedRequest("a budget for a model with levels", config(#""thinkingConfig":{"thinkingBudget":0}"#), "budget"),
        RefusedRequest(
            "level and budget", config(#""thinkingConfig":{"thinkingBudget":0,"thinkingLevel":"low"}"#), "only set only one"),
        RefusedRequest("no output at all", config(#""maxOutputTokens":0"#), "maxOutputTokens"),
        RefusedRequest("two candidates", config(#""candidateCount":2"#), "candidateCount"),
        RefusedRequest(
            "a safety setting that is none",
            Ask.gemini(hello, #""safetySettings":[{"category":"HARM_CATEGORY_RUDENESS","threshold":"OFF"}]"#), "category"),
    ])
    func `A breach is refused with 400 and noted`(request: RefusedRequest) async throws {
        try await withServices { server in
            let reply = try server.gemini(request.body)
            #expect(reply.status == request.status && reply.body.contains(request.words), "\(reply.body)")
            #expect(Fields(reply.body)?.text("error.status") == "INVALID_ARGUMENT")
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test(arguments: [
        ("gemini-3.8-flash", #""thinkingLevel":"minimal""#), ("gemini-3.7-flash", #""thinkingLevel":"minimal""#),
        ("gemini-2.5-flash", #""thinkingLevel":"low""#), ("gemini-2.5-pro", #""thinkingBudget":0"#),
        ("gemini-2.5-flash", #""thinkingBudget":90000"#),
    ])
    func `Each model has its own rules of thinking`(model: String, thinking: String) async throws {
        try await withServices { server in
            let refused = try server.gemini(Self.config(#""thinkingConfig":{\#(thinking)}"#), model: model)
            let served = try server.gemini(Self.config(#""thinkingConfig":{"includeThoughts":true}"#), model: model)
            #expect(refused.status == 400 && served.status == 200)
        }
    }

    @Test func `Keys, models, paths and versions are refused each in its way`() async throws {
        try await withServices(.echo()) {
            $0.quirks.refusesToolsAtV1 = true
        } _: { server in
            let body = Ask.gemini(Self.hello)
            let wrong = try server.gemini(body, key: "wrong")
            #expect(wrong.status == 400 && Fields(wrong.body)?.text("error.details.0.reason") == "API_KEY_INVALID")
            #expect(try server.gemini(body, key: nil).status == 403)
            #expect(try server.gemini(body, method: "generateContent?key=rehearsal-gemini-key", key: nil).status == 200)
            #expect(server.log.complaints.count == 2)
            let retired = try server.gemini(body, model: "gemini-2.0-flash")
            #expect(retired.status == 404 && Fields(retired.body)?.text("error.status") == "NOT_FOUND")
            #expect(server.log.complaints.count == 2, "a model that was retired is no fault of the client's")
            #expect(try server.gemini(body, model: "gemini-9").status == 404)
            #expect(try server.gemini(body, method: "writeContent").status == 404)
            let old = try server.gemini(Ask.gemini(Self.hello, Ask.geminiTool), version: "v1")
            #expect(old.status == 400 && old.body.contains(#"Unknown name \"tools\""#))
            let instructed = Ask.gemini(Self.hello, #""system_instruction":{"parts":[{"text":"Be brief."}]}"#)
            #expect(try server.gemini(instructed, version: "v1").status == 400)
            #expect(try server.gemini(instructed).status == 200)
        }
    }
}
