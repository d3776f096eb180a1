import Rehearsal
import Testing

@Suite("Tavily")
struct TavilyTests {
    @Test func `News of today has a date, an address and passages that fit the query`() async throws {
        try await withServices { server in
            let reply = try server.search(
                #"{"query":"harbour bridge news today","topic":"news","max_results":2,"include_answer":"basic"}"#)
            let found = Fields(reply.body)
            #expect(reply.status == 200 && found?.count("results") == 2)
            #expect(found?.text("results.0.title")?.contains("Harbour bridge opens again") == true)
            #expect(found?.text("results.0.url")?.hasPrefix("https://www.harbourgazette.example/") == true)
            #expect(found?.text("results.0.published_date")?.hasSuffix(" GMT") == true)
            #expect(found?.text("answer")?.contains("opened again") == true)
            #expect(found?.has("response_time") == true && found?.text("request_id")?.count == 36)
            #expect(server.events(.searchRequested).first?.context == server.events(.searchAnswered).first?.context)
            #expect(server.events(.searchAnswered).first?.samples == 2 && server.log.complaints == [])
        }
    }

    @Test func `Time, topic and sites narrow what is found`() async throws {
        try await withServices { server in
            func count(_ more: String) throws -> Int {
                Fields(try server.search(#"{"query":"harbour bridge","max_results":20\#(more)}"#).body)?.count("results") ?? -1
            }
            let all = try count("")
            let news = try count(#","topic":"news""#)
            let today = try count(#","topic":"news","time_range":"day""#)
            #expect(all > news && news > today && today > 0)
            #expect(try count(#","start_date":"2100-01-01""#) == 0)
            #expect(try count(#","include_domains":["openalmanac.example"]"#) == 1)
            #expect(try count(#","exclude_domains":["openalmanac.example"]"#) == all - 1)
            #expect(Fields(try server.search(#"{"query":"zeppelin"}"#).body)?.count("results") == 0)
            #expect(Fields(try server.search(#"{"query":"today's news headlines","topic":"news"}"#).body)?.count("results") == 5)
        }
    }

    @Test(arguments: [
        RefusedRequest("no JSON", "x"), RefusedRequest("no query", "{}", "Query is missing"),
        RefusedRequest("an empty query", #"{"query":" "}"#, "Query is missing"),
        RefusedRequest("a long query", #"{"query":"\#(String(repeating: "a", count: 401))"}"#, "400 characters"),
        RefusedRequest("an unknown depth", #"{"query":"x","search_depth":"deep"}"#, "search_depth"),
        RefusedRequest("an unknown topic", #"{"query":"x","topic":"sport"}"#, "topic"),
        RefusedRequest("too many results", #"{"query":"x","max_results":21}"#, "max_results"),
        RefusedRequest("an unknown range", #"{"query":"x","time_range":"hour"}"#, "time_range"),
        RefusedRequest("a date in another order", #"{"query":"x","start_date":"25.11.2026"}"#, "start_date"),
        RefusedRequest("an end before the start", #"{"query":"x","start_date":"2026-02-01","end_date":"2026-01-01"}"#, "after"),
        RefusedRequest("an answer of another kind", #"{"query":"x","include_answer":"long"}"#, "include_answer"),
        RefusedRequest("domains that are no list", #"{"query":"x","include_domains":"a.example"}"#, "include_domains"),
        RefusedRequest("an unknown name", #"{"query":"x","limit":3}"#, "limit"),
    ])
    func `A breach is refused with 400 and noted`(request: RefusedRequest) async throws {
        try await withServices { server in
            let reply = try server.search(request.body)
            #expect(reply.status == request.status)
            #expect(Fields(reply.body)?.text("detail.error")?.contains(request.words) ?? false || request.words.isEmpty)
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test func `A wrong key is 401, too many searches 429, a plan that is used up 432`() async throws {
        try await withServices(.echo()) {
            $0.limits.tavilyRequestsPerMinute = 3
            $0.limits.tavilyCredits = 3
        } _: { server in
            let wrong = try server.search(#"{"query":"x"}"#, key: "tvly-wrong")
            #expect(wrong.status == 401 && wrong.body.contains("Unauthorized"))
            #expect(server.log.complaints.count == 1)
            let bodies = [#"{"query":"x","search_depth":"advanced"}"#, #"{"query":"x"}"#, #"{"query":"x"}"#, #"{"query":"x"}"#]
            #expect(try bodies.map { try server.search($0).status } == [200, 200, 432, 429])
            #expect(server.log.complaints.count == 1, "a limit is no breach")
            #expect(server.events(.searchRefused).count == 3)
        }
    }
}
