import Glibc
import Rehearsal
import Testing

@Suite("Faults of the stand-ins")
struct FaultTests {
    private let question =
        #"{"model":"openai/gpt-oss-120b","messages":[{"role":"user","content":"What is the capital of Spain?"}],"stream":true}"#

    /// Plans `text` at a server, and clears it.
    private func suffer(_ text: String, _ body: (RehearsalServer) async throws -> Void) async throws {
        try await withServices { server in
            await server.plan(try Fault(parsing: text))
            try await body(server)
            await server.clearFaults()
            #expect(try server.ask(question).status == 200)
            #expect(server.log.events.contains { $0.kind == .fault && $0.text == text })
            #expect(server.log.complaints == [])
        }
    }

    @Test(arguments: [(401, "invalid_api_key"), (404, "model_not_found"), (429, "rate_limit_exceeded"), (503, "unavailable")])
    func `Groq refuses in its own words, as often as planned`(status: Int, words: String) async throws {
        try await suffer("groq:\(status)") { server in
            let reply = try server.ask(question)
            #expect(reply.status == status && Fields(reply.body)?.text("error.message") != nil && reply.body.contains(words))
            #expect(try server.ask(question).status == 200)
        }
    }

    @Test func `A retry-after is a header, at Gemini a detail of the body`() async throws {
        try await suffer("groq:429:7") { server in
            let reply = try server.ask(question)
            #expect(reply.headers["retry-after"] == "7")
        }
        try await suffer("gemini:429:7") { server in
            let reply = try HTTPReply.to(server.addresses.gemini, "POST", "/v1beta/models/x:streamGenerateContent", body: "{}")
            #expect(reply.status == 429 && reply.body.contains(#""retryDelay":"7s""#))
        }
    }

    @Test func `Deepgram says why in a header and in the body`() async throws {
        try await suffer("deepgram:402") { server in
            let handshake = try server.listen().handshake
            #expect(handshake.status == 402 && handshake.headers["dg-error"]?.contains("credits") == true)
            #expect(handshake.body.contains("ASR_PAYMENT_REQUIRED") && handshake.headers["dg-request-id"] != nil)
            #expect(try server.listen().handshake.status == 101)
        }
    }

    @Test func `Cartesia says it in the words of the client's version`() async throws {
        try await suffer("cartesia:429*2") { server in
            let (now, before) = (try server.speech().handshake, try server.speech(version: "2025-04-16").handshake)
            #expect(now.body.contains("concurrency_limited") && before.body.hasPrefix("Too many requests: "))
        }
    }

    @Test func `A refused connection finds nobody at the port until the fault is cleared`() async throws {
        try await withServices { server in
            let kept = try RawSocket(server.addresses.groq)
            await server.plan(Fault(.groq, .refused(milliseconds: nil)))
            #expect(kept.read(1, seconds: 2) == nil)
            #expect(throws: RawSocket.Broken.self) { try RawSocket(server.addresses.groq) }
            await server.clearFaults()
            #expect(try server.ask(question).status == 200)
        }
    }

    @Test func `A service that is away for a while comes back by itself`() async throws {
        try await withServices { server in
            await server.plan(try Fault(parsing: "groq:refused:200"))
            #expect(throws: RawSocket.Broken.self) { try RawSocket(server.addresses.groq) }
            var tries = 0
            while (try? RawSocket(server.addresses.groq)) == nil, tries < 300 {
                pause(milliseconds: 10)
                tries += 1
            }
            #expect(try server.ask(question).status == 200)
        }
    }

    @Test func `A slow handshake takes its time and then goes on`() async throws {
        try await suffer("groq:slow-handshake:300") { server in
            let start = ContinuousClock.now
            let reply = try server.ask(question)
            #expect(reply.status == 200 && .now - start >= .milliseconds(300))
        }
    }

    @Test func `Half an event, and then the end`() async throws {
        try await suffer("groq:half-frame") { server in
            let body = try server.ask(question).body
            #expect(body.contains("assistant") && !body.contains("finish_reason\":\"stop"))
        }
    }

    @Test func `Malformed JSON stands in a whole event`() async throws {
        try await suffer("groq:malformed@1") { server in
            let events = try server.ask(question).body.split(separator: "\n\n").map { Fields(String($0.dropFirst(6))) != nil }
            #expect(events[0] && !events[1] && events[2])
        }
    }

    @Test func `Split at every byte it is the same answer`() async throws {
        try await suffer("groq:split") { server in
            let split = try server.ask(question).body
            let whole = try server.ask(question).body
            #expect(split.count == whole.count && split.hasSuffix("data: [DONE]\n\n"))
        }
    }

    @Test func `Four mebibytes are one event`() async throws {
        try await suffer("groq:oversized") { server in
            let body = try server.ask(question).body
            #expect(body.utf8.count > 4 << 20)
        }
    }

    @Test func `A WebSocket closes with the code and the words of its service`() async throws {
        try await suffer("deepgram:close:1011") { server in
            guard case .closed(let code, let reason) = try server.listen().close() else { return #expect(Bool(false)) }
            #expect(code == 1011 && reason.hasPrefix("NET-0000"))
        }
        try await suffer("cartesia:close:1000") { server in
            let closed = try server.speech().close()
            #expect(closed == .closed(code: 1000, reason: "connection idle timeout"))
        }
    }
}
