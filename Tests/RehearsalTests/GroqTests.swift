import Rehearsal
import Testing

@Suite("Groq's rules")
struct GroqTests {
    private func body(_ question: String, _ more: String = "") -> String {
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":""#
            + question + #""}]\#(more)}"#
    }

    @Test func `A streamed answer comes token by token and ends with usage and DONE`() async throws {
        try await withServices { server in
            let more =
                #","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":300,"reasoning_effort":"low""#
            let reply = try server.ask(body("What is the capital of Portugal?", more))
            #expect(reply.status == 200 && reply.headers["content-type"] == "text/event-stream")
            let events = reply.body.split(separator: "\n\n").map { String($0.dropFirst("data: ".count)) }
            #expect(events.last == "[DONE]")
            let chunks = events.dropLast().compactMap { Fields($0) }
            #expect(chunks.first?.text("choices.0.delta.role") == "assistant" && chunks.first?.has("x_groq.id") == true)
            #expect(chunks.compactMap { $0.text("choices.0.delta.content") }.joined() == "The capital of Portugal is Lisbon.")
            #expect(chunks.compactMap { $0.text("choices.0.finish_reason") } == ["stop"])
            #expect(chunks.last?.count("choices") == 0 && chunks.last?.has("usage.total_tokens") == true)
            #expect(server.log.complaints == [])
            let kinds = server.log.events.map(\.kind)
            #expect(kinds.contains(.modelRequested) && kinds.contains(.firstTokenSent) && kinds.contains(.allTokensSent))
        }
    }

    @Test func `An answer without streaming is whole, and a limit cuts it`() async throws {
        try await withServices { server in
            let whole = Fields(try server.ask(body("What is the capital of Spain?")).body)
            #expect(whole?.text("choices.0.message.content") == "The capital of Spain is Madrid.")
            let thoughtless = #","max_completion_tokens":2,"reasoning_effort":"none"}"#
            let short =
                #"{"model":"qwen/qwen3.8-27b","messages":[{"role":"user","content":"What is the capital of Spain?"}]"#
            let cut = Fields(try server.ask(short + thoughtless).body)
            #expect(cut?.text("choices.0.message.content") == "The capital")
            #expect(cut?.text("choices.0.finish_reason") == "length")
        }
    }

    @Test(arguments: [
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x"}],"session_id":"1"}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x","timestamp":1}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"assistant","content":"x","reasoning_content":"y"}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"model","content":"x"}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user"}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"tool","content":"x"}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"tool","content":"x","tool_call_id":"nobody"}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[]}"#,
        #"{"model":"openai/gpt-oss-120b"}"#,
        #"{"messages":[{"role":"user","content":"x"}]}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x"}],"temperature":3}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x"}],"reasoning_effort":"none"}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x"}],"stream":"yes"}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x"}],"n":2}"#,
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function"}]}"#,
        "no JSON",
    ])
    func `A request that breaks a rule is refused with 400 and noted`(body: String) async throws {
        try await withServices { server in
            let reply = try server.ask(body)
            #expect(reply.status == 400)
            #expect(Fields(reply.body)?.text("error.type") == "invalid_request_error")
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test func `A wrong key is 401, a model that is gone 404, and the list says which are there`() async throws {
        try await withServices { server in
            #expect(try server.ask(body("x"), key: "wrong").status == 401)
            let gone = try server.ask(#"{"model":"llama-3.3-70b-versatile","messages":[{"role":"user","content":"x"}]}"#)
            #expect(gone.status == 404 && Fields(gone.body)?.text("error.code") == "model_not_found")
            let list = try HTTPReply.to(
                server.addresses.groq, "GET", "/openai/v1/models", headers: ["Authorization: Bearer rehearsal-groq-key"])
            #expect(Fields(list.body)?.text("data.0.id") == "openai/gpt-oss-120b")
        }
    }

    @Test func `A client that hangs up stops the answer`() async throws {
        try await withServices(.echo()) {
            $0.delays.tokenMilliseconds = 50
        } _: { server in
            let socket = try RawSocket(server.addresses.groq)
            let text = body("Tell me about the landing on the moon.", #","stream":true"#)
            try socket.send(
                Array(
                    ("POST /openai/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer rehearsal-groq-key\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)").utf8))
            #expect(socket.read(upTo: "data:", seconds: 5) != nil)
            socket.hangUp()
            for _ in 0..<100 where !server.log.events.contains(where: { $0.kind == .modelCancelled }) {
                pause(milliseconds: 20)
            }
            #expect(server.log.events.contains { $0.kind == .modelCancelled })
        }
    }

    @Test(arguments: [
        ("17 plus 5 equals?", "Seventeen plus five is twenty two."),
        ("What is nine times twelve?", "Nine times twelve is one hundred and eight."),
        ("What's the capitol of Portugal", "The capital of Portugal is Lisbon."),
        ("How long do I have to boil an egg?", "A soft egg takes about six minutes in boiling water, and a hard one takes ten."),
        ("how many legs does a spider have", "A spider has eight legs, and most spiders have eight eyes too."),
        ("How many days are in a week?", "A week has seven days."),
        ("Who are you?", "I am Linnet, and today a small rehearsal model with one page of facts speaks for me."),
        (
            "What is the meaning of life?",
            "I am only a small rehearsal model with one page of facts, and that is not on it."
        ),
    ])
    func `The page of facts answers, and says what is not on it`(question: String, answer: String) async throws {
        try await withServices { server in
            let reply = try server.ask(body(question))
            #expect(Fields(reply.body)?.text("choices.0.message.content") == answer)
        }
    }

    @Test(arguments: [
        ("What is the capital of Spain?", "The capital of Spain is Madrid.", "And of France?", "The capital of France is Paris."),
        (
            "How long do I boil an egg?", "A soft egg takes about six minutes.", "What about a hard one?",
            "For a hard egg, leave it in boiling water for ten minutes."
        ),
        ("What is two plus two?", "Two plus two is four.", "And times five?", "Four times five is twenty."),
        ("Who are you?", "I am Linnet.", "Can you repeat that?", "I am Linnet."),
    ])
    func `A question that leans on the one before is understood`(
        first: String, reply: String, second: String, answer: String
    ) async throws {
        try await withServices { server in
            let messages = [("user", first), ("assistant", reply), ("user", second)]
                .map { #"{"role":"\#($0.0)","content":"\#($0.1)"}"# }.joined(separator: ",")
            let reply = try server.ask(#"{"model":"openai/gpt-oss-20b","messages":[\#(messages)]}"#)
            #expect(Fields(reply.body)?.text("choices.0.message.content") == answer)
        }
    }

    @Test func `The moon's answer is long enough to be interrupted`() async throws {
        try await withServices { server in
            let reply = try server.ask(body("Tell me about the first landing on the moon."))
            let text = Fields(reply.body)?.text("choices.0.message.content") ?? ""
            #expect(text.split(separator: ".").count >= 4)
        }
    }
}
