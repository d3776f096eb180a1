import Cloud
import Conversation
import Failures
import Testing

/// What Gemini is sent, and what it is sent again.
@Suite struct GeminiRequestTests {
    private let transport = CloudTransport(TransportConfiguration())
    private static let tool = ToolDescription(
        name: "time", purpose: "The time", parametersJSON: #"{"type":"object","properties":{"zone":{"type":"string"}}}"#)

    /// What a model is sent for `request`, answer by answer.
    private func bodies(
        _ request: ModelRequest, model: String = "gemini-3.5-flash", answers: [String] = [#"{"text":"Yes."}"#]
    ) async -> (bodies: [[UInt8]], last: [ModelEvent], failure: Failure?) {
        let bodies = Notes<[UInt8]>()
        let server = PeerServer { peer, number in
            bodies.add(try peer.readRequest().body)
            let parts = answers[min(number, answers.count - 1)]
            if parts.hasPrefix("4") {
                return try peer.respond("400 Bad Request", ["Connection: close"], body: String(parts.dropFirst()))
            }
            try peer.beginEvents()
            try peer.write("data: {\"candidates\":[{\"content\":{\"parts\":[\(parts)]},\"finishReason\":\"STOP\"}]}\r\n\r\n")
        }
        let gemini = GeminiModel(transport: transport, settings: GeminiSettings(url: server.httpURL, apiKey: "k", model: model))
        let (events, failure) = await collect(gemini.answer(request))
        server.stop()
        return (bodies.all, events, failure)
    }

    /// The `contents` of the one request.
    private func contents(_ messages: [ChatMessage], model: String = "gemini-3.5-flash") async throws -> Tree? {
        let (bodies, _, _) = await bodies(ModelRequest(instructions: "", messages: messages), model: model)
        guard case .object(let fields)? = try bodies.first.map(Tree.init) else { return nil }
        return fields["contents"]
    }

    @Test func `the request has the names that Gemini knows and no others`() async throws {
        let request = ModelRequest(
            instructions: "Be brief.", messages: [.user("When?"), .assistant("Soon."), .user("So?")], tools: [Self.tool],
            maximumTokens: 77)
        let expected = #"""
            {"systemInstruction":{"parts":[{"text":"Be brief."}]},
             "contents":[{"role":"user","parts":[{"text":"When?"}]},{"role":"model","parts":[{"text":"Soon."}]},
              {"role":"user","parts":[{"text":"So?"}]}],
             "tools":[{"functionDeclarations":[{"name":"time","description":"The time",
              "parametersJsonSchema":{"type":"object","properties":{"zone":{"type":"string"}}}}]}],
             "generationConfig":{"temperature":0.6,"maxOutputTokens":589,"thinkingConfig":{"thinkingLevel":"minimal"}}}
            """#
        #expect(try await bodies(request).bodies.map(Tree.init) == [Tree(Array(expected.utf8))])
    }

    @Test(arguments: [
        ("gemini-3.5-flash-lite", #"{"temperature":0.6,"maxOutputTokens":812,"thinkingConfig":{"thinkingLevel":"minimal"}}"#),
        ("gemini-3.8-flash", #"{"temperature":0.6,"maxOutputTokens":2348,"thinkingConfig":{"thinkingLevel":"low"}}"#),
        ("models/gemini-3.7-flash", #"{"temperature":0.6,"maxOutputTokens":2348,"thinkingConfig":{"thinkingLevel":"low"}}"#),
        ("gemini-4-pro", #"{"maxOutputTokens":2348,"thinkingConfig":{"thinkingLevel":"low"}}"#),
        ("gemini-2.5-flash", #"{"temperature":0.6,"maxOutputTokens":300,"thinkingConfig":{"thinkingBudget":0}}"#),
        ("gemini-2.5-pro", #"{"temperature":0.6,"maxOutputTokens":428,"thinkingConfig":{"thinkingBudget":128}}"#),
        ("gemini-2.0-flash", #"{"temperature":0.6,"maxOutputTokens":300}"#),
        ("gemini-flash-latest", #"{"temperature":0.6,"maxOutputTokens":2348}"#),
    ])
    func `every model thinks as little as it can, and never from the answer's own tokens`(model: String, json: String)
        async throws
    {
        let bodies = await bodies(ModelRequest(instructions: "", messages: [.user("Hi?")]), model: model).bodies
        guard case .object(let fields)? = try bodies.first.map(Tree.init) else {
            Issue.record("no request")
            return
        }
        #expect(try fields["generationConfig"] == Tree(Array(json.utf8)))
        #expect(fields["systemInstruction"] == nil && fields["tools"] == nil)
    }

    @Test func `parallel calls come with ids, arguments and signature, and go back unchanged with a result each`() async throws {
        let parts = #"""
            {"text":"Wait. "},
            {"functionCall":{"name":"time","args":{"zone":"CET","n":[1,2.5,null,true]}},"thoughtSignature":"a/b+c="},
            {"functionCall":{"id":"f2","name":"time","args":{}}}
            """#
        let request = ModelRequest(instructions: "", messages: [.user("When?")], tools: [Self.tool])
        let events = await bodies(request, answers: [parts.split(separator: "\n").joined()]).last
        let calls = events.calls
        #expect(events.spoken == "Wait. " && events.last == .finished(.toolCalls, nil))
        #expect(calls.map(\.name) == ["time", "time"] && calls.map(\.provider) == [.gemini, .gemini])
        #expect(calls.map(\.signature) == ["a/b+c=", nil])
        let list = ToolValue.list([.number(1), .number(2.5), .null, .bool(true)])
        #expect(calls.first?.arguments == ["zone": .text("CET"), "n": list] && calls.last?.arguments == [:])
        #expect(calls.first?.id.isEmpty == false && calls.last?.id == "f2")
        let messages = [ChatMessage.user("When?"), .assistant("Wait. "), .toolCalls(calls)]
        let results = calls.map { ChatMessage.toolResult(callID: $0.id, text: "noon, \($0.name)") }
        let expected = #"""
            [{"role":"user","parts":[{"text":"When?"}]},
             {"role":"model","parts":[{"text":"Wait. "},
              {"functionCall":{"name":"time","args":{"zone":"CET","n":[1,2.5,null,true]}},"thoughtSignature":"a/b+c="},
              {"functionCall":{"id":"f2","name":"time","args":{}}}]},
             {"role":"user","parts":[{"functionResponse":{"name":"time","response":{"output":"noon, time"}}},
              {"functionResponse":{"id":"f2","name":"time","response":{"output":"noon, time"}}}]}]
            """#
        #expect(try await contents(messages + results) == Tree(Array(expected.utf8)))
    }

    private static let own = ToolCall(id: "a", name: "time", argumentsJSON: "{}", signature: "s", provider: .gemini)
    private static let unsigned = ToolCall(id: "a", name: "time", argumentsJSON: "{}", provider: .gemini)
    private static let foreign = ToolCall(id: "a", name: "time", argumentsJSON: #"{"z":1}"#, signature: "s", provider: .groq)

    @Test(arguments: [
        (foreign, "gemini-3.5-flash", #"{\"z\":1}"#), (unsigned, "gemini-3.5-flash", "{}"),
        (foreign, "gemini-2.5-flash", #"{\"z\":1}"#),
    ])
    func `a call that somebody else made, or without its signature, is told as plain text`(
        call: ToolCall, model: String, arguments: String
    ) async throws {
        let expected = #"""
            [{"role":"user","parts":[{"text":"When?"}]},
             {"role":"user","parts":[{"text":"The tool time was called with \#(arguments) and answered:\nnoon"}]}]
            """#
        let messages = [ChatMessage.user("When?"), .toolCalls([call]), .toolResult(callID: "a", text: "noon")]
        #expect(try await contents(messages, model: model) == Tree(Array(expected.utf8)))
    }

    @Test func `a model without signatures gets its calls back without`() async throws {
        let expected = #"""
            [{"role":"user","parts":[{"text":"When?"}]},
             {"role":"model","parts":[{"functionCall":{"id":"a","name":"time","args":{}}}]},
             {"role":"user","parts":[{"functionResponse":{"id":"a","name":"time","response":{"output":"noon"}}}]}]
            """#
        let messages = [ChatMessage.user("When?"), .toolCalls([Self.unsigned]), .toolResult(callID: "a", text: "noon")]
        #expect(try await contents(messages, model: "gemini-2.5-flash") == Tree(Array(expected.utf8)))
    }

    @Test func `what an interruption left behind is repaired`() async throws {
        var second = Self.own
        second.id = "b"
        second.signature = nil
        let expected = #"""
            [{"role":"user","parts":[{"text":"One?"}]},{"role":"user","parts":[{"text":"Two?"}]},
             {"role":"model","parts":[{"functionCall":{"id":"a","name":"time","args":{}},"thoughtSignature":"s"},
              {"functionCall":{"id":"b","name":"time","args":{}}}]},
             {"role":"user","parts":[{"functionResponse":{"id":"a","name":"time","response":{"output":"noon"}}},
              {"functionResponse":{"id":"b","name":"time","response":{"output":"no result: interrupted"}}}]},
             {"role":"model","parts":[{"text":"Noon."}]},{"role":"user","parts":[{"text":"Please go on."}]}]
            """#
        let messages: [ChatMessage] = [
            .user("One?"), .toolCalls([Self.own]), .assistant(""), .user("Two?"), .toolResult(callID: "x", text: "an orphan"),
            .toolCalls([Self.own, second]), .toolResult(callID: "a", text: "noon"), .assistant("Noon."),
        ]
        #expect(try await contents(messages) == Tree(Array(expected.utf8)))
    }

    @Test func `a signature that is refused is given up, and the question asked once more`() async throws {
        let refusal = #"4{"error":{"code":400,"message":"Function call is missing a thought_signature in functionCall parts."}}"#
        let request = ModelRequest(
            instructions: "", messages: [.user("When?"), .toolCalls([Self.own]), .toolResult(callID: "a", text: "noon")])
        let (bodies, events, failure) = await bodies(request, answers: [refusal, #"{"text":"Noon."}"#])
        #expect(events.spoken == "Noon." && failure == nil && bodies.count == 2)
        #expect(String(decoding: bodies[0], as: UTF8.self).contains("thoughtSignature"))
        #expect(!String(decoding: bodies[1], as: UTF8.self).contains("thoughtSignature"))
    }
}
