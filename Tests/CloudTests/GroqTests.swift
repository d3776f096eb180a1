import Cloud
import Conversation
import Failures
import Testing

@Suite struct GroqTests {
    private let transport = CloudTransport(TransportConfiguration())
    private let question = ModelRequest(instructions: "Be brief.", messages: [.user("Hi?")])

    private func model(
        _ server: PeerServer, key: String? = "secret", model: String = "openai/gpt-oss-120b", deadline: Int = 5_000
    ) -> GroqModel {
        GroqModel(
            transport: transport,
            settings: GroqSettings(url: server.httpURL, apiKey: key, model: model, firstTokenDeadlineMilliseconds: deadline))
    }

    private static let happy = """
        data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],\
        "x_groq":{"id":"req_1"}}

        : keep-alive

        data: {"choices":[{"index":0,"delta":{"reasoning":"secret thoughts","channel":"analysis"},"finish_reason":null}]}

        data:{"choices":[{"index":0,"delta":{"content":"Grüß "},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"content":"dich, <think>hm</think>Welt."},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"req_1",\
        "usage":{"prompt_tokens":9,"completion_tokens":4,"total_time":0.1}}}

        data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}

        data: [DONE]


        """

    @Test func `an answer is streamed, every byte in a packet of its own, and thinking is left out`() async throws {
        let server = PeerServer { peer, _ in
            let request = try peer.readRequest()
            guard request.line == "POST /openai/v1/chat/completions HTTP/1.1",
                request.headers["authorization"] == "Bearer secret",
                request.headers["content-type"] == "application/json", request.headers["expect"] == nil,
                request.headers["accept"] == "text/event-stream", request.headers["user-agent"] == "linnet"
            else { throw ClientMistake(description: "\(request)") }
            try peer.beginEvents()
            for byte in Array(Self.happy.utf8) { try peer.write([byte]) }
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(failure == nil)
        #expect(events.first == .requested)
        #expect(events.last == .finished(.complete, ModelUsage(promptTokens: 9, completionTokens: 4)))
        let text = events.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined()
        #expect(text == "Grüß dich, Welt.")
        #expect(server.complaints.isEmpty)
    }

    @Test func `the request has the properties that Groq knows and no others`() async throws {
        let bodies = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            bodies.add(try peer.readRequest().body)
            try peer.beginEvents()
            try peer.write(Self.happy)
        }
        let call = ToolCall(
            id: "call_1", name: "time", argumentsJSON: #"{"zone":"CET"}"#, signature: "opaque", provider: .gemini)
        let request = ModelRequest(
            instructions: "Be brief.",
            messages: [
                .user("When?"), .assistant("Wait."), .toolCalls([call]), .toolResult(callID: "call_1", text: "noon"),
                .user("So?"),
            ],
            tools: [
                ToolDescription(
                    name: "time", purpose: "The time", parametersJSON: #"{"type":"object","properties":{"n":{"minimum":1}}}"#)
            ],
            maximumTokens: 77)
        _ = await collect(model(server).answer(request))
        _ = await collect(model(server, model: "llama-3.3-70b-versatile").answer(question))
        #expect(bodies.all.count == 2)
        let expected = #"""
            {"model":"openai/gpt-oss-120b","stream":true,"temperature":0.6,"max_completion_tokens":77,"reasoning_effort":"low",
             "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"When?"},
              {"role":"assistant","content":"Wait.","tool_calls":[{"id":"call_1","type":"function",
               "function":{"name":"time","arguments":"{\"zone\":\"CET\"}"}}]},
              {"role":"tool","tool_call_id":"call_1","content":"noon"},{"role":"user","content":"So?"}],
             "tools":[{"type":"function","function":{"name":"time","description":"The time",
              "parameters":{"type":"object","properties":{"n":{"minimum":1}}}}}],
             "tool_choice":"auto","parallel_tool_calls":false}
            """#
        #expect(try Tree(bodies.all[0]) == Tree(Array(expected.utf8)))
        let plain = #"""
            {"model":"llama-3.3-70b-versatile","stream":true,"temperature":0.6,"max_completion_tokens":300,
             "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi?"}]}
            """#
        #expect(try Tree(bodies.all[1]) == Tree(Array(plain.utf8)))
    }

    @Test func `tool calls in pieces are put together`() async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write(
                """
                data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function",\
                "function":{"name":"time","arguments":"{\\"x"}}]}}]}

                data: {"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","type":"function",\
                "function":{"name":"date","arguments":""}},{"index":0,"function":{"arguments":"\\":1}"}}]}}]}

                data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}

                data: [DONE]


                """)
        }
        let (events, _) = await collect(model(server).answer(question))
        #expect(
            events == [
                .requested,
                .toolCall(
                    ToolCall(id: "a", name: "time", argumentsJSON: #"{"x":1}"#, arguments: ["x": .number(1)], provider: .groq)),
                .toolCall(ToolCall(id: "b", name: "date", argumentsJSON: "{}", arguments: [:], provider: .groq)),
                .finished(.toolCalls, nil),
            ])
    }

    @Test(
        arguments: [
            (
                "401 Unauthorized", "",
                #"{"error":{"message":"Invalid API Key secret","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                Failure.Kind.keyRefused, Failure.Retry.never, 1
            ),
            (
                "404 Not Found", "", #"{"error":{"message":"gone","type":"invalid_request_error","code":"model_not_found"}}"#,
                .modelGone, .never, 1
            ),
            ("400 Bad Request", "", #"{"error":{"message":"old","code":"model_decommissioned"}}"#, .modelGone, .never, 1),
            (
                "400 Bad Request", "", #"{"error":{"message":"property 'x' is unsupported","type":"invalid_request_error"}}"#,
                .badRequest, .never, 1
            ),
            (
                "429 Too Many Requests", "retry-after: 7",
                #"{"error":{"message":"m","type":"tokens","code":"rate_limit_exceeded"}}"#,
                .rateLimited, .after(milliseconds: 7_000), 1
            ),
            ("503 Service Unavailable", "", "<html>", .overloaded, .withBackOff, 2),
            ("498 Capacity", "", #"{"error":{"message":"full","code":"capacity_exceeded"}}"#, .overloaded, .withBackOff, 2),
        ] as [(String, String, String, Failure.Kind, Failure.Retry, Int)])
    func `a refusal is named, and tried again only where that can help`(
        status: String, header: String, body: String, kind: Failure.Kind, retry: Failure.Retry, tries: Int
    ) async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond(status, ["x-request-id: req_2", "Connection: close"] + (header.isEmpty ? [] : [header]), body: body)
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events == [.requested])
        #expect(failure?.kind == kind && failure?.retry == retry && failure?.subject == .groq)
        #expect(failure?.requestID == "req_2")
        #expect(failure?.detail.contains("secret") == false)
        #expect(server.connections == tries)
    }

    @Test(arguments: [true, false])
    func `a model whose tool call does not parse is asked once more, without tools`(isRefused: Bool) async throws {
        let bodies = Notes<[UInt8]>()
        let mishap = #"{"error":{"message":"m","code":"tool_use_failed","failed_generation":"<x"}}"#
        let server = PeerServer { peer, number in
            bodies.add(try peer.readRequest().body)
            if number == 0, isRefused { return try peer.respond("400 Bad Request", ["Connection: close"], body: mishap) }
            try peer.beginEvents()
            try peer.write(number == 0 ? "event: error\ndata: \(mishap)\n\n" : Self.happy)
        }
        var request = question
        request.tools = [ToolDescription(name: "time", purpose: "The time", parametersJSON: "{}")]
        let (events, failure) = await collect(model(server).answer(request))
        #expect(events.spoken == "Grüß dich, Welt." && failure == nil)
        #expect(bodies.all.map { String(decoding: $0, as: UTF8.self).contains("tool") } == [true, false])
    }

    @Test func `a call that is no JSON is handed on as one, and never sent back as it was`() async throws {
        let bodies = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            bodies.add(try peer.readRequest().body)
            try peer.beginEvents()
            try peer.write(
                #"data: {"choices":[{"delta":{"tool_calls":[{"function":{"name":"time","arguments":"{zone"}}]},"#
                    + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
        }
        let (events, failure) = await collect(model(server).answer(question))
        let call = try #require(events.calls.first)
        #expect(failure == nil && events.last == .finished(.toolCalls, nil))
        #expect(call.argumentsJSON == "{zone" && call.arguments == nil && !call.id.isEmpty)
        let messages = question.messages + [.toolCalls([call]), .toolResult(callID: call.id, text: "not understood")]
        _ = await collect(model(server).answer(ModelRequest(instructions: "", messages: messages)))
        let expected = #"""
            {"model":"openai/gpt-oss-120b","stream":true,"temperature":0.6,"max_completion_tokens":300,"reasoning_effort":"low",
             "messages":[{"role":"user","content":"Hi?"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"\#(call.id)","type":"function",
               "function":{"name":"time","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"\#(call.id)","content":"not understood"}]}
            """#
        #expect(try Tree(bodies.all[1]) == Tree(Array(expected.utf8)))
    }

    @Test func `a stumble before the first word is tried again once, unheard`() async throws {
        let server = PeerServer { peer, number in
            _ = try peer.readRequest()
            if number == 0 { return peer.reset() }
            try peer.beginEvents()
            try peer.write(Self.happy)
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(failure == nil)
        #expect(events.filter { $0 == .requested }.count == 1)
        #expect(server.connections == 2)
    }

    @Test(arguments: [
        (#"data: {"error":{"message":"boom","type":"server_error"}}"#, Failure.Kind.serverError),
        ("event: error\ndata: {\"message\":\"boom\"}", .serverError),
        (#"data: {"choices":[],"x_groq":{"id":"req_1","error":"over capacity"}}"#, .truncatedAnswer),
        ("data: {broken", .malformedAnswer), (": nothing more", .truncatedAnswer),
    ])
    func `an answer that breaks after its first word fails and is never begun again`(wire: String, kind: Failure.Kind)
        async throws
    {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write("data: {\"choices\":[{\"delta\":{\"content\":\"Well\"}}]}\n\n" + wire + "\n\n")
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events == [.requested, .text("Well")])
        #expect(failure?.kind == kind)
        #expect(server.connections == 1)
    }

    @Test func `a model that only thinks misses the deadline of the first word`() async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            for _ in 0..<100 {
                try peer.write("data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\n")
                peer.pause(milliseconds: 50)
            }
        }
        let (_, failure) = await collect(model(server, deadline: 300).answer(question))
        #expect(failure?.kind == .timedOut)
    }

    @Test func `letting go of an answer hangs up on it`() async throws {
        let ends = Notes<String>()
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write("data: {\"choices\":[{\"delta\":{\"content\":\"Once\"}}]}\n\n")
            peer.waitForEnd()
            ends.add("hung up")
        }
        for try await event in model(server).answer(question) where event != .requested { break }
        #expect(await ends.all(of: 1) == ["hung up"])
    }

    @Test func `warming makes one cheap request, and the answer uses its connection`() async throws {
        let lines = Notes<String>()
        let server = PeerServer { peer, _ in
            let request = try peer.readRequest()
            lines.add(request.line)
            try peer.respond("200 OK", body: #"{"data":[]}"#)
            lines.add(try peer.readRequest().line)
            try peer.beginEvents()
            try peer.write(Self.happy)
        }
        let model = model(server)
        model.warm()
        _ = await lines.all(of: 1)
        try await Task.sleep(for: .milliseconds(50))
        model.warm()
        let (_, failure) = await collect(model.answer(question))
        #expect(failure == nil)
        #expect(lines.all == ["GET /openai/v1/models HTTP/1.1", "POST /openai/v1/chat/completions HTTP/1.1"])
        #expect(server.connections == 1)
    }

    @Test func `without a key nothing is asked`() async {
        let server = PeerServer { _, _ in }
        let (events, failure) = await collect(model(server, key: nil).answer(question))
        #expect(events.isEmpty && failure?.kind == .keyMissing)
        #expect(server.connections == 0)
    }
}
