import Cloud
import Conversation
import Failures
import Testing

@Suite struct TavilyTests {
    private let transport = CloudTransport(TransportConfiguration(userAgent: "linnet/1.2.3"))
    private let query = WebQuery(text: "Rheinpegel Köln", topic: .news)

    private func search(_ server: PeerServer, key: String? = "secret", deadline: Int = 5_000) -> TavilySearch {
        TavilySearch(
            transport: transport, settings: TavilySettings(url: server.httpURL, apiKey: key, deadlineMilliseconds: deadline))
    }

    private func outcome(_ search: TavilySearch, _ query: WebQuery? = nil) async -> Result<WebFindings, Failure> {
        do throws(Failure) { return .success(try await search.search(query ?? self.query)) } catch { return .failure(error) }
    }

    private func find(_ body: String, _ query: WebQuery? = nil) async -> Result<WebFindings, Failure> {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond("200 OK", ["Content-Type: application/json", "Connection: close"], body: body)
        }
        return await outcome(search(server), query)
    }

    @Test func `a search is one request with what Tavily knows, and brings findings with their sources`() async throws {
        let requests = Notes<[UInt8]>()
        let server = PeerServer { peer, _ in
            let request = try peer.readRequest()
            guard request.line == "POST /search HTTP/1.1", request.headers["authorization"] == "Bearer secret",
                request.headers["content-type"] == "application/json", request.headers["accept"] == "application/json",
                request.headers["user-agent"] == "linnet/1.2.3", request.headers["expect"] == nil
            else { throw ClientMistake(description: "\(request)") }
            requests.add(request.body)
            let body = Array(
                #"""
                {"query":"q","answer":null,"images":[],"response_time":"1.3","request_id":"r1","follow_up_questions":null,
                 "results":[{"title":"Pegel Köln","url":"https://a.example/1","content":"4,20 m","score":0.9,"raw_content":null,
                 "published_date":"Wed, 25 Nov 2026 08:00:00 GMT"},{"title":"B","url":"https://b.example","content":"steigt"}]}
                """#.utf8)
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
            for byte in body { try peer.write([byte]) }
        }
        let findings = try await search(server).search(query)
        #expect(server.complaints.isEmpty)
        #expect(
            findings
                == WebFindings(
                    results: [
                        WebResult(
                            title: "Pegel Köln", url: "https://a.example/1", content: "4,20 m",
                            publishedDate: "Wed, 25 Nov 2026 08:00:00 GMT"),
                        WebResult(title: "B", url: "https://b.example", content: "steigt"),
                    ], requestID: "r1"))
        let expected = #"{"query":"Rheinpegel Köln","search_depth":"basic","topic":"news","max_results":3}"#
        #expect(try requests.all.map(Tree.init) == [Tree(Array(expected.utf8))])
    }

    @Test(arguments: [
        #"{"results":null}"#, "{}", #"{"results":{"a":1},"answer":["x"],"request_id":7}"#,
        #"{"results":[7,null,"x",{"title":"no address"},{"url":"javascript:alert(1)"},{"url":"https://a b"}]}"#,
    ])
    func `an answer of another shape is one that found nothing`(body: String) async throws {
        #expect(try await find(body).get() == WebFindings(results: []))
    }

    @Test(arguments: ["", "<html>", "[1]", "{\"results\":[{]}"])
    func `an answer that is no object is malformed`(body: String) async {
        guard case .failure(let failure) = await find(body) else {
            Issue.record("accepted")
            return
        }
        #expect(failure.kind == .malformedAnswer && failure.subject == .tavily)
    }

    @Test func `findings are bounded, whatever comes`() async throws {
        let words = String(repeating: "word ", count: 2_000)
        let result = #"{"title":"\#(words)","url":"https://a.example","content":"\#(words)"}"#
        let body = #"{"answer":"\#(words)","results":[\#(Array(repeating: result, count: 9).joined(separator: ","))]}"#
        let findings = try await find(body, WebQuery(text: "x", maximumResults: 2)).get()
        #expect(findings.results.count == 2)
        for result in findings.results {
            #expect(result.title.count <= 200 && result.content.count <= 2_400 && result.content.hasSuffix("word"))
        }
        #expect((findings.answer?.count ?? 0) <= 2_400)
        guard case .failure(let failure) = await find("{\"answer\":\"" + String(repeating: "x", count: 1_100_000)) else {
            Issue.record("accepted")
            return
        }
        #expect(failure.kind == .tooLarge)
    }

    @Test func `a long question is cut behind a word`() async throws {
        let requests = Notes<String>()
        let server = PeerServer { peer, _ in
            requests.add(String(decoding: try peer.readRequest().body, as: UTF8.self))
            try peer.respond("200 OK", ["Connection: close"], body: "{}")
        }
        _ = await outcome(search(server), WebQuery(text: String(repeating: "abcdefg ", count: 60)))
        let expected = String(repeating: "abcdefg ", count: 49) + "abcdefg"
        #expect(requests.all.first?.contains(#""query":"\#(expected)""#) == true)
        guard case .failure(let failure) = await outcome(search(server), WebQuery(text: " \n")) else {
            Issue.record("accepted")
            return
        }
        #expect(failure.kind == .badRequest && server.connections == 1)
    }

    @Test(
        arguments: [
            ("400 Bad Request", #"{"detail":[{"loc":["body"],"msg":"bad secret"}]}"#, Failure.Kind.badRequest, 1, "bad …"),
            ("401 Unauthorized", #"{"detail":{"error":"Unauthorized: wrong key"}}"#, .keyRefused, 1, "wrong key"),
            ("403 Forbidden", #"{"detail":"no"}"#, .forbidden, 1, "no"),
            ("429 Too Many Requests", #"{"detail":{"error":"slow down"}}"#, .rateLimited, 2, "slow down"),
            ("432 Plan", #"{"detail":{"error":"plan limit"}}"#, .paymentRequired, 1, "plan limit"),
            ("433 Paygo", #"{"detail":{"error":"limit"}}"#, .paymentRequired, 1, "limit"),
            ("500 Internal Server Error", "oops", .serverError, 2, "oops"),
            ("502 Bad Gateway", #"{"error":"gateway"}"#, .serverError, 2, "gateway"),
        ])
    func `a refusal is named, and tried again once where that can help`(
        status: String, body: String, kind: Failure.Kind, tries: Int, words: String
    ) async {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond(status, ["Connection: close"], body: body)
        }
        guard case .failure(let failure) = await outcome(search(server)) else {
            Issue.record("accepted")
            return
        }
        #expect(failure.kind == kind && failure.subject == .tavily && failure.detail.hasSuffix(words))
        #expect(!failure.detail.contains("secret") && server.connections == tries)
    }

    @Test func `a second try succeeds when there is time for it, and is not begun when there is none`() async throws {
        let server = PeerServer { peer, number in
            _ = try peer.readRequest()
            if number == 1 { return try peer.respond("200 OK", ["Connection: close"], body: "{}") }
            if number == 2 { peer.pause(milliseconds: 1_100) }
            try peer.respond("500 Internal Server Error", ["Connection: close"], body: "{}")
        }
        #expect(try await search(server).search(query) == WebFindings(results: []))
        guard case .failure(let failure) = await outcome(search(server, deadline: 2_000)) else {
            Issue.record("accepted")
            return
        }
        #expect(failure.kind == .serverError && server.connections == 3)
    }

    @Test func `a search that takes too long is given up, and so is one that nobody waits for`() async throws {
        let (asked, ends) = (Notes<Int>(), Notes<Int>())
        let server = PeerServer { peer, number in
            _ = try peer.readRequest()
            asked.add(number)
            peer.waitForEnd()
            ends.add(number)
        }
        guard case .failure(let late) = await outcome(search(server, deadline: 1_000)) else {
            Issue.record("accepted")
            return
        }
        #expect(late.kind == .timedOut)
        #expect(await ends.all(of: 1) == [0])
        let patient = Task { await outcome(search(server)) }
        _ = await asked.all(of: 2)
        patient.cancel()
        guard case .failure(let cancelled) = await patient.value else {
            Issue.record("accepted")
            return
        }
        #expect(cancelled.kind == .cancelled)
        #expect(await ends.all(of: 2) == [0, 1])
    }

    @Test func `without a key nothing is asked`() async {
        let server = PeerServer { _, _ in }
        guard case .failure(let failure) = await outcome(search(server, key: nil)) else {
            Issue.record("accepted")
            return
        }
        #expect(failure.kind == .keyMissing && server.connections == 0)
    }
}
