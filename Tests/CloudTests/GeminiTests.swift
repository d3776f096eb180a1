import Cloud
import Conversation
import Failures
import Testing

@Suite struct GeminiTests {
    private let transport = CloudTransport(TransportConfiguration())
    private let question = ModelRequest(instructions: "Be brief.", messages: [.user("Hi?")])

    private func model(_ server: PeerServer, key: String? = "secret", deadline: Int = 5_000) -> GeminiModel {
        GeminiModel(
            transport: transport,
            settings: GeminiSettings(url: server.httpURL, apiKey: key, firstTokenDeadlineMilliseconds: deadline))
    }

    private static func events(_ chunks: String...) -> String { chunks.map { "data: \($0)\r\n\r\n" }.joined() }

    private static let happy = events(
        #"{"usageMetadata":{"promptTokenCount":8},"responseId":"r1"}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"Let me think.","thought":true}],"role":"model"},"index":0}]}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"Grüß dich, "},{"text":"schöne"}],"role":"model"},"index":0}]}"#,
        #"{"candidates":[{"content":{"parts":[{"text":" Welt."},{"text":"","thoughtSignature":"xyz"}]},"index":0}]}"#,
        """
        {"candidates":[{"finishReason":"STOP","index":0,"newField":1}],"newerField":{"a":[]},
        data: "usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":12,"thoughtsTokenCount":40,"totalTokenCount":60}}
        """)

    @Test func `an answer is streamed, every byte in a packet of its own, and thoughts are left out`() async {
        let server = PeerServer { peer, _ in
            let request = try peer.readRequest()
            guard request.line == "POST /v1/models/gemini-3.5-flash:streamGenerateContent?alt=sse HTTP/1.1",
                request.headers["x-goog-api-key"] == "secret", request.headers["authorization"] == nil,
                request.headers["content-type"] == "application/json", request.headers["expect"] == nil,
                request.headers["accept"] == "text/event-stream", request.headers["user-agent"] == "linnet"
            else { throw ClientMistake(description: "\(request)") }
            try peer.beginEvents()
            for byte in Array(Self.happy.utf8) { try peer.write([byte]) }
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(failure == nil && server.complaints.isEmpty)
        #expect(events.first == .requested)
        #expect(events.spoken == "Grüß dich, schöne Welt.")
        #expect(events.last == .finished(.complete, ModelUsage(promptTokens: 8, completionTokens: 52)))
    }

    @Test func `an answer that the server does not end is over soon after its finish`() async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write(Self.happy)
            peer.waitForEnd()
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events.spoken == "Grüß dich, schöne Welt." && failure == nil)
    }

    @Test(
        arguments: [
            (
                "400 Bad Request",
                #"{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT","#
                    + #""details":[{"@type":"x/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#,
                Failure.Kind.keyRefused, Failure.Retry.never, 1
            ),
            (
                "400 Bad Request", #"[{"error":{"code":400,"message":"no location","status":"FAILED_PRECONDITION"}}]"#,
                .forbidden, .never, 1
            ),
            ("403 Forbidden", #"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#, .forbidden, .never, 1),
            ("404 Not Found", #"{"error":{"code":404,"message":"secret gone","status":"NOT_FOUND"}}"#, .modelGone, .never, 1),
            (
                "429 Too Many Requests",
                #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"x/google.rpc.QuotaFailure"},"#
                    + #"{"@type":"x/google.rpc.RetryInfo","retryDelay":"46s"}]}}"#,
                .rateLimited, .after(milliseconds: 46_000), 1
            ),
            (
                "429 Too Many Requests",
                #"{"error":{"code":429,"details":[{"@type":"x/google.rpc.RetryInfo","retryDelay":"0.1s"}]}}"#,
                .rateLimited, .after(milliseconds: 100), 2
            ),
            ("429 Too Many Requests", "<html>", .rateLimited, .withBackOff, 1),
            ("500 Internal Server Error", #"{"error":{"code":500,"status":"INTERNAL"}}"#, .serverError, .withBackOff, 2),
            ("503 Service Unavailable", #"{"error":"overloaded"}"#, .overloaded, .withBackOff, 2),
            ("504 Gateway Timeout", #"{"error":{"status":"DEADLINE_EXCEEDED"}}"#, .timedOut, .withBackOff, 2),
        ] as [(String, String, Failure.Kind, Failure.Retry, Int)])
    func `a refusal is named, and tried again only where that can help`(
        status: String, body: String, kind: Failure.Kind, retry: Failure.Retry, tries: Int
    ) async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond(status, ["Connection: close"], body: body)
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events == [.requested])
        #expect(failure?.kind == kind && failure?.retry == retry && failure?.subject == .gemini)
        #expect(failure?.detail.contains("secret") == false)
        #expect(server.connections == tries)
    }

    @Test(
        arguments: [
            (events(#"{"error":{"code":503,"message":"boom","status":"UNAVAILABLE"}}"#), Failure.Kind.overloaded),
            ("{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"boom\"\n  }\n}\n", .overloaded),
            ("[{\n  \"error\": {\n    \"code\": 429,\n    \"message\": \"boom\"\n  }\n}\n]", .rateLimited),
            (events("{broken"), .malformedAnswer), ("", .truncatedAnswer),
            (events(#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#), .malformedAnswer),
        ])
    func `an answer that breaks after its first word fails and is never begun again`(wire: String, kind: Failure.Kind) async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write(Self.events(#"{"candidates":[{"content":{"parts":[{"text":"Well"}]}}],"responseId":"r2"}"#) + wire)
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events == [.requested, .text("Well")])
        #expect(failure?.kind == kind && failure?.requestID == "r2")
        #expect(server.connections == 1)
    }

    @Test(
        arguments: [
            (#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#, Failure.Kind.badRequest, 1),
            (#"{"candidates":[{"finishReason":"PROHIBITED_CONTENT"}]}"#, .badRequest, 1),
            (#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#, .truncatedAnswer, 1),
            (#"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}"#, .malformedAnswer, 2),
        ])
    func `an answer without a word is a failure that says why`(chunk: String, kind: Failure.Kind, tries: Int) async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write(Self.events(chunk))
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events == [.requested] && failure?.kind == kind && failure?.subject == .gemini)
        #expect(server.connections == tries)
    }

    @Test(arguments: [
        ("MAX_TOKENS", ModelFinish.lengthLimit), ("SAFETY", .filtered), ("SOMETHING_NEW", .filtered), ("STOP", .complete),
    ])
    func `an early end after some words is told as such`(reason: String, finish: ModelFinish) async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            let chunk = #"{"candidates":[{"content":{"parts":[{"text":"Well."}]},"finishReason":"\#(reason)"}]}"#
            try peer.write(Self.events(chunk))
        }
        let (events, failure) = await collect(model(server).answer(question))
        #expect(events == [.requested, .text("Well."), .finished(finish, nil)] && failure == nil)
    }

    @Test func `a v1 that does not know tools is left for v1beta, at once and for good`() async {
        let paths = Notes<String>()
        let server = PeerServer { peer, _ in
            while true {
                let request = try peer.readRequest()
                paths.add(String(request.path.prefix { $0 != ":" }))
                if request.path.hasPrefix("/v1/") {
                    let words = #"Invalid JSON payload received. Unknown name \"tools\": Cannot find field."#
                    try peer.respond("400 Bad Request", body: #"{"error":{"code":400,"message":"\#(words)"}}"#)
                } else {
                    try peer.respond("200 OK", ["Content-Type: text/event-stream"], body: Self.happy)
                }
            }
        }
        let model = model(server)
        for _ in 0..<2 {
            let (events, failure) = await collect(model.answer(question))
            #expect(events.spoken == "Grüß dich, schöne Welt." && failure == nil)
            #expect(events.filter { $0 == .requested }.count == 1)
        }
        let (older, newer) = ("/v1/models/gemini-3.5-flash", "/v1beta/models/gemini-3.5-flash")
        #expect(paths.all == [older, newer, newer])
    }

    @Test func `a name that v1beta does not know either is a bad request`() async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond("400 Bad Request", ["Connection: close"], body: #"{"error":{"message":"Unknown name \"x\""}}"#)
        }
        let (_, failure) = await collect(model(server).answer(question))
        #expect(failure?.kind == .badRequest && server.connections == 2)
    }

    @Test func `a model that only thinks misses the deadline of the first word`() async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            for _ in 0..<100 {
                try peer.write(Self.events(#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}]}"#))
                peer.pause(milliseconds: 50)
            }
        }
        let (_, failure) = await collect(model(server, deadline: 300).answer(question))
        #expect(failure?.kind == .timedOut && failure?.subject == .gemini)
    }

    @Test func `letting go of an answer hangs up on it, and without a key nothing is asked`() async throws {
        let ends = Notes<String>()
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.beginEvents()
            try peer.write(Self.events(#"{"candidates":[{"content":{"parts":[{"text":"Once"}]}}]}"#))
            peer.waitForEnd()
            ends.add("hung up")
        }
        for try await event in model(server).answer(question) where event != .requested { break }
        #expect(await ends.all(of: 1) == ["hung up"])
        let (events, failure) = await collect(model(server, key: nil).answer(question))
        #expect(events.isEmpty && failure?.kind == .keyMissing)
        #expect(server.connections == 1)
    }
}
