import Rehearsal
import Testing

@Suite("Tools, thoughts and plans at Groq")
struct GroqToolTests {
    private func chunks(_ reply: HTTPReply) -> [Fields] {
        reply.body.split(separator: "\n\n").compactMap { Fields(String($0.dropFirst("data: ".count))) }
    }

    @Test func `A question about the news is a call, its result an answer, and the source is told when asked`() async throws {
        try await withServices { server in
            let asked = chunks(try server.ask(Ask.groq(Ask.user(Ask.news), Ask.groqTool + #","stream":true"#)))
            let calls = asked.filter { $0.has("choices.0.delta.tool_calls") }
            #expect(calls.count == 1, "the whole call in one delta")
            let arguments = Fields(calls.first?.text("choices.0.delta.tool_calls.0.function.arguments") ?? "")
            #expect(arguments?.text("query") == "harbour bridge news today" && arguments?.text("topic") == "news")
            #expect(asked.compactMap { $0.text("choices.0.finish_reason") } == ["tool_calls"])
            let id = calls.first?.text("choices.0.delta.tool_calls.0.id") ?? ""

            let turn = [Ask.user(Ask.news), Ask.calls(id), Ask.result(id, Ask.found)].joined(separator: ",")
            let told = Fields(try server.ask(Ask.groq(turn)).body)?.text("choices.0.message.content") ?? ""
            #expect(told.hasPrefix("The harbour bridge in Northfield opened again"))

            let note =
                #"{"role":"system","content":"- your answer to \"the news\": \"Bakers run out of rye - The Tidewater Post\" "#
                + #"(tidewaterpost.example); \"Harbour bridge opens again after the storm - The Harbour Gazette\" "#
                + #"(harbourgazette.example)"}"#
            let answered = #"{"role":"assistant","content":"\#(told)"}"#
            let origin = Ask.groq(
                [note, Ask.user(Ask.news), answered, Ask.user("Where did you read that?")].joined(separator: ","))
            let source = Fields(try server.ask(origin).body)?.text("choices.0.message.content") ?? ""
            #expect(source.contains("The Harbour Gazette, at harbourgazette.example"))
            let blank = Ask.groq([Ask.user(Ask.news), answered, Ask.user("Where did you read that?")].joined(separator: ","))
            #expect(
                Fields(try server.ask(blank).body)?.text("choices.0.message.content") == "I have no source for that.",
                "nothing is known but what the request says")
            #expect(server.log.complaints == [] && server.events(.toolCallSent).count == 1)
        }
    }

    @Test func `A call in pieces joins to the same call`() async throws {
        try await withServices(.echo()) {
            $0.quirks.callsInPieces = true
        } _: { server in
            let asked = chunks(try server.ask(Ask.groq(Ask.user(Ask.news), Ask.groqTool + #","stream":true"#)))
            let pieces = asked.compactMap { $0.text("choices.0.delta.tool_calls.0.function.arguments") }
            #expect(pieces.count > 3 && Fields(pieces.joined())?.text("query") == "harbour bridge news today")
            #expect(asked.compactMap { $0.text("choices.0.delta.tool_calls.0.function.name") } == ["web_search"])
        }
    }

    @Test func `Two questions are two calls, unless the request wants one at a time`() async throws {
        try await withServices { server in
            let both = Ask.user("What is the news about the harbour bridge and also the weather forecast?")
            let two = Fields(try server.ask(Ask.groq(both, Ask.groqTool)).body)
            #expect(two?.count("choices.0.message.tool_calls") == 2)
            let one = Fields(try server.ask(Ask.groq(both, Ask.groqTool + #","parallel_tool_calls":false"#)).body)
            #expect(one?.count("choices.0.message.tool_calls") == 1)
        }
    }

    @Test(arguments: ["", #""tool_choice":"none","# + Ask.groqTool])
    func `Without a tool the model says that it cannot look it up`(more: String) async throws {
        try await withServices { server in
            let reply = Fields(try server.ask(Ask.groq(Ask.user("What is in the news today?"), more)).body)
            #expect(
                reply?.text("choices.0.message.content") == "I cannot look that up from here, because I have no web search.")
        }
    }

    @Test func `Thoughts come apart, or in the content where that was asked, or not at all`() async throws {
        try await withServices { server in
            let question = Ask.user("What is the capital of Spain?")
            let apart = chunks(try server.ask(Ask.groq(question, #""stream":true"#)))
            #expect(apart.contains { $0.has("choices.0.delta.reasoning") })
            #expect(apart.compactMap { $0.text("choices.0.delta.content") }.joined() == "The capital of Spain is Madrid.")
            let hidden = chunks(try server.ask(Ask.groq(question, #""stream":true,"reasoning_format":"hidden""#)))
            #expect(!hidden.contains { $0.has("choices.0.delta.reasoning") })
            let raw = chunks(try server.ask(Ask.groq(question, #""stream":true,"reasoning_format":"raw""#)))
            let text = raw.compactMap { $0.text("choices.0.delta.content") }.joined()
            #expect(text.hasPrefix("<think>") && text.hasSuffix("</think>\n\nThe capital of Spain is Madrid."))
            #expect(server.events(.thoughtsSent).count == 2)
        }
    }

    @Test(arguments: [
        RefusedRequest("a call without a result", Ask.groq([Ask.user("x"), Ask.calls("a")].joined(separator: ","))),
        RefusedRequest(
            "one of two calls without a result",
            Ask.groq([Ask.user("x"), Ask.calls("a", "b"), Ask.result("a"), Ask.user("y")].joined(separator: ",")), "[\\\"b\\\"]"),
        RefusedRequest(
            "a result twice", Ask.groq([Ask.user("x"), Ask.calls("a"), Ask.result("a"), Ask.result("a")].joined(separator: ","))),
        RefusedRequest(
            "a result for nobody", Ask.groq([Ask.user("x"), Ask.calls("a"), Ask.result("b")].joined(separator: ",")), "'b'"),
        RefusedRequest("one id twice", Ask.groq([Ask.user("x"), Ask.calls("a", "a"), Ask.result("a")].joined(separator: ","))),
        RefusedRequest(
            "arguments that are an object",
            Ask.groq(
                #"{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{}}}]}"#)),
        RefusedRequest(
            "a tool's name with a space",
            Ask.groq(
                Ask.user("x"), #""tools":[{"type":"function","function":{"name":"web search"}}]"#)),
        RefusedRequest(
            "a tool twice",
            Ask.groq(
                Ask.user("x"),
                #""tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}]"#)),
        RefusedRequest(
            "an unknown property of a tool",
            Ask.groq(
                Ask.user("x"), #""tools":[{"type":"function","function":{"name":"f","schema":{}}}]"#), "'schema' is unsupported"),
        RefusedRequest(
            "a choice that is no tool",
            Ask.groq(
                Ask.user("x"), Ask.groqTool + #","tool_choice":{"type":"function","function":{"name":"f"}}"#)),
        RefusedRequest("a required tool of none", Ask.groq(Ask.user("x"), #""tool_choice":"required""#)),
        RefusedRequest("raw thoughts beside tools", Ask.groq(Ask.user("x"), Ask.groqTool + #","reasoning_format":"raw""#)),
        RefusedRequest(
            "stream options without a stream",
            Ask.groq(
                Ask.user("x"), #""stream_options":{"include_usage":true}"#)),
        RefusedRequest("an unknown model", #"{"model":"gpt-9","messages":[\#(Ask.user("x"))]}"#, status: 404, "model_not_found"),
        RefusedRequest(
            "no system in the middle of calls",
            Ask.groq(
                [Ask.user("x"), Ask.calls("a"), #"{"role":"system","content":"x"}"#, Ask.result("a")].joined(separator: ","))),
    ])
    func `A breach is refused and noted`(request: RefusedRequest) async throws {
        try await withServices { server in
            let reply = try server.ask(request.body)
            #expect(reply.status == request.status && reply.body.contains(request.words), "\(reply.body)")
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test(arguments: [
        ("llama-3.3-70b-versatile", 404, "model_not_found"), ("llama3-70b-8192", 400, "model_decommissioned"),
    ])
    func `A model that was retired is no fault of the client's`(model: String, status: Int, code: String) async throws {
        try await withServices { server in
            let reply = try server.ask(#"{"model":"\#(model)","messages":[\#(Ask.user("x"))]}"#)
            #expect(reply.status == status && Fields(reply.body)?.text("error.code") == code)
            #expect(server.log.complaints == [] && server.events(.modelRefused).count == 1)
        }
    }

    @Test func `What is left counts down, and the request above the plan is told when to come again`() async throws {
        try await withServices(.echo()) {
            $0.limits.groqRequestsPerMinute = 2
            $0.limits.groqRequestsPerDay = 1000
            $0.limits.groqTokensPerMinute = 6000
        } _: { server in
            let replies = try (0..<3).map { _ in try server.ask(Ask.groq(Ask.user("Who are you?"))) }
            #expect(replies.map(\.status) == [200, 200, 429])
            #expect(replies.prefix(2).map { $0.headers["x-ratelimit-remaining-requests"] } == ["999", "998"])
            #expect((replies[0].headers["x-ratelimit-remaining-tokens"].flatMap { Int($0) } ?? 6000) < 6000)
            #expect(replies[0].headers["x-ratelimit-reset-tokens"]?.hasSuffix("s") == true)
            #expect(replies[0].headers["retry-after"] == nil)
            let wait = replies[2].headers["retry-after"].flatMap { Int($0) } ?? 0
            #expect((1...30).contains(wait))
            let error = Fields(replies[2].body)
            #expect(error?.text("error.type") == "requests" && error?.text("error.code") == "rate_limit_exceeded")
            #expect(server.log.complaints == [], "a limit is no breach")
        }
    }

    @Test func `A request that is larger than a minute's tokens is too large, and used tokens are gone`() async throws {
        try await withServices(.echo()) {
            $0.limits.groqTokensPerMinute = 100
        } _: { server in
            let long = [String](repeating: "word", count: 100).joined(separator: " ")
            #expect(try server.ask(Ask.groq(Ask.user(long))).status == 413)
            let statuses = try (0..<3).map { _ in try server.ask(Ask.groq(Ask.user("Who are you?"))).status }
            #expect(statuses.first == 200 && statuses.last == 429)
        }
    }
}
