import Rehearsal
import Testing

@Suite("Gemini")
struct GeminiTests {
    private func chunks(_ reply: HTTPReply) -> [Fields] {
        reply.body.replacing("\r\n\r\n", with: "\u{1}").split(separator: "\u{1}")
            .compactMap { Fields(String($0.dropFirst("data: ".count))) }
    }

    private func text(_ reply: HTTPReply) -> String? { Fields(reply.body)?.text("candidates.0.content.parts.0.text") }

    @Test func `A streamed answer is events that end with CRLF, and only the last says why it ends`() async throws {
        try await withServices { server in
            let body = Ask.gemini(Ask.says("What is the capital of Portugal?"))
            let reply = try server.gemini(body, method: "streamGenerateContent?alt=sse")
            #expect(reply.headers["content-type"] == "text/event-stream" && reply.body.hasSuffix("}\r\n\r\n"))
            #expect(!reply.body.contains("[DONE]"))
            let chunks = chunks(reply)
            #expect(chunks.first?.has("candidates") == false && chunks.first?.has("usageMetadata") == true)
            let words = chunks.compactMap { $0.text("candidates.0.content.parts.0.text") }.joined()
            #expect(words == "The capital of Portugal is Lisbon.")
            #expect(chunks.compactMap { $0.text("candidates.0.finishReason") } == ["STOP"])
            #expect(chunks.last?.has("candidates.0.content") == false)
            #expect((chunks.last?.number("usageMetadata.thoughtsTokenCount") ?? 0) > 0)
            #expect(server.log.complaints == [] && server.events(.firstTokenSent).count == 1)
        }
    }

    @Test func `Without events the stream is one array, and a whole answer is one object`() async throws {
        try await withServices { server in
            let body = Ask.gemini(Ask.says("What is the capital of Portugal?"))
            let array = Fields(try server.gemini(body, version: "v1", method: "streamGenerateContent").body)
            #expect(array?.text("1.candidates.0.content.parts.0.text")?.hasPrefix("The capital") == true)
            #expect(text(try server.gemini(body)) == "The capital of Portugal is Lisbon.")
            let refused = try server.gemini("{}", method: "streamGenerateContent")
            #expect(refused.status == 400 && Fields(refused.body)?.text("0.error.status") == "INVALID_ARGUMENT")
        }
    }

    @Test(arguments: ["gemini-3.5-flash", "gemini-2.5-flash"])
    func `A call goes out, its result comes back with the signature, and the source is told when asked`(model: String)
        async throws
    {
        try await withServices { server in
            let question = Ask.says(Ask.news)
            let asked = chunks(
                try server.gemini(
                    Ask.gemini(question, Ask.geminiTool), model: model, method: "streamGenerateContent?alt=sse"))
            let call = asked.first { $0.has("candidates.0.content.parts.0.functionCall") }
            #expect(call?.text("candidates.0.content.parts.0.functionCall.args.query") == "harbour bridge news today")
            #expect(asked.compactMap { $0.text("candidates.0.finishReason") } == ["STOP"])
            let signature = call?.text("candidates.0.content.parts.0.thoughtSignature")
            #expect((signature != nil) == model.hasPrefix("gemini-3"))
            #expect(call?.has("candidates.0.content.parts.0.functionCall.id") == model.hasPrefix("gemini-3"))
            let turn = [question, Ask.modelCalls(signature), Ask.responses(Ask.found)]
            let told = text(try server.gemini(Ask.gemini(turn.joined(separator: ",")), model: model)) ?? ""
            #expect(told.hasPrefix("The harbour bridge in Northfield opened again"))
            let after = turn + [#"{"role":"model","parts":[{"text":"\#(told)"}]}"#, Ask.says("What is your source?")]
            let source = text(try server.gemini(Ask.gemini(after.joined(separator: ",")), model: model))
            #expect(source?.contains("The Harbour Gazette, at harbourgazette.example") == true)
            #expect(server.log.complaints == [])
        }
    }

    @Test func `Of parallel calls the first has the signature, in either alphabet`() async throws {
        try await withServices { server in
            let question = Ask.says("What is the news about the harbour bridge and also the weather forecast?")
            let call = Fields(try server.gemini(Ask.gemini(question, Ask.geminiTool)).body)
            #expect(call?.count("candidates.0.content.parts") == 2)
            #expect(call?.has("candidates.0.content.parts.1.thoughtSignature") == false)
            let signature = call?.text("candidates.0.content.parts.0.thoughtSignature") ?? ""
            let urlSafe = signature.replacing("+", with: "-").replacing("/", with: "_")
            let turn = [question, Ask.modelCalls(urlSafe, nil), Ask.responses(Ask.found, "It will rain until noon today.")]
            #expect(try server.gemini(Ask.gemini(turn.joined(separator: ","))).status == 200)
            let other = try server.gemini(Ask.gemini(turn.joined(separator: ",")), model: "gemini-3.6-flash")
            #expect(other.status == 400 && other.body.contains("not valid"), "another model's signature")
            let few = [question, Ask.modelCalls(urlSafe, nil), Ask.responses(Ask.found)].joined(separator: ",")
            #expect(try server.gemini(Ask.gemini(few)).body.contains("number of function response parts"))
        }
    }

    @Test func `A tool's exchange that another model had is read from plain words`() async throws {
        try await withServices { server in
            let words = #"The tool web_search was called with {} and answered:\n\#(Ask.found)"#
            let reply = try server.gemini(Ask.gemini(Ask.says(Ask.news) + "," + Ask.says(words)))
            #expect(text(reply)?.hasPrefix("The harbour bridge in Northfield opened again") == true)
        }
    }

    @Test func `Thinking spends the limit, and shows itself only when asked`() async throws {
        try await withServices { server in
            let question = Ask.says("What is the capital of Spain?")
            let small = Fields(try server.gemini(Ask.gemini(question, #""generationConfig":{"maxOutputTokens":5}"#)).body)
            #expect(small?.text("candidates.0.finishReason") == "MAX_TOKENS" && small?.has("candidates.0.content") == false)
            let thoughtless = #""generationConfig":{"maxOutputTokens":5,"thinkingConfig":{"thinkingLevel":"minimal"}}"#
            #expect(text(try server.gemini(Ask.gemini(question, thoughtless)))?.hasPrefix("The capital") == true)
            let shown = #""generation_config":{"thinking_config":{"include_thoughts":true}}"#
            let whole = Fields(try server.gemini(Ask.gemini(question, shown)).body)
            #expect(whole?.flag("candidates.0.content.parts.0.thought") == true)
            #expect(whole?.text("candidates.0.content.parts.1.text") == "The capital of Spain is Madrid.")
        }
    }

    @Test func `Models are listed, and what the plan does not have left is 429 with a time`() async throws {
        try await withServices(.echo()) {
            $0.limits.geminiRequestsPerMinute = 1
        } _: { server in
            let key = ["x-goog-api-key: rehearsal-gemini-key"]
            let list = try HTTPReply.to(server.addresses.gemini, "GET", "/v1beta/models", headers: key)
            #expect(list.body.contains("models/gemini-3.5-flash-lite"))
            let one = try HTTPReply.to(server.addresses.gemini, "GET", "/v1/models/gemini-3.8-flash", headers: key)
            #expect(Fields(one.body)?.text("name") == "models/gemini-3.8-flash")
            let body = Ask.gemini(Ask.says("Who are you?"))
            #expect(try server.gemini(body).status == 200)
            let refused = try server.gemini(body)
            #expect(refused.status == 429 && Fields(refused.body)?.text("error.status") == "RESOURCE_EXHAUSTED")
            #expect(Fields(refused.body)?.text("error.details.1.retryDelay")?.hasSuffix("s") == true)
            #expect(server.log.complaints == [])
        }
    }
}
