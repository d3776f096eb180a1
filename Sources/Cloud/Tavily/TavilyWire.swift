import Conversation
import Failures
import FoundationEssentials

/// How Tavily is asked and how its answers are read: leniently, for everything in them is somebody else's text.
enum TavilyWire {
    private struct Body: Encodable {
        var query: String
        var searchDepth: String
        var topic: String
        var maximumResults: Int
        enum CodingKeys: String, CodingKey {
            case query, topic
            case searchDepth = "search_depth"
            case maximumResults = "max_results"
        }
    }

    private enum Bound {
        static let title = 200
        static let url = 2_000
        static let content = 2_400
        static let answer = 2_400
        static let date = 60
    }

    /// - Throws: `key-missing`; `bad-request` when there is nothing to search for; `configuration: unsupported` for the address.
    static func post(_ query: WebQuery, _ settings: TavilySettings) throws(Failure) -> HTTPRequest {
        guard let key = settings.apiKey else { throw Failure(.tavily, .keyMissing, "there is no key for tavily") }
        let address = try ProviderAddress(parsing: settings.url)
        let text = clip(query.text.trimming(while: \.isWhitespace), to: WebQuery.textBound)
        guard !text.isEmpty else { throw Failure(.tavily, .badRequest, "an empty query") }
        let content = Body(
            query: text, searchDepth: settings.searchDepth, topic: query.topic.rawValue, maximumResults: query.maximumResults)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let body = try? encoder.encode(content) else {
            throw Failure(.tavily, .badRequest, "the request cannot be written as JSON")
        }
        return HTTPRequest(
            address, path: "/search",
            headers: ["Authorization: Bearer \(key)", "Content-Type: application/json", "Accept: application/json"],
            body: Array(body))
    }

    /// At most `bound` Unicode scalars, cut behind a word. What just fits may have been cut by others: it loses its last word.
    static func clip(_ text: Substring, to bound: Int) -> String {
        guard text.unicodeScalars.count >= bound else { return String(text) }
        let head = Substring(text.unicodeScalars.prefix(bound))
        guard let space = head.lastIndex(where: \.isWhitespace) else { return String(head) }
        return String(head[..<space].trimming(while: \.isWhitespace))
    }

    // MARK: The answer

    /// Nil when it is no answer at all. Results without an address that a person could open are left out.
    static func findings(_ body: [UInt8], for query: WebQuery) -> WebFindings? {
        guard let answer = try? JSONValue(parsing: body), case .object = answer else { return nil }
        let results = (answer["results"]?.items ?? []).compactMap(result).prefix(query.maximumResults)
        return WebFindings(
            answer: text(answer["answer"], Bound.answer), results: Array(results), requestID: text(answer["request_id"], 100))
    }

    private static func result(_ value: JSONValue) -> WebResult? {
        guard let url = value["url"]?.string, url.unicodeScalars.count <= Bound.url,
            url.hasPrefix("https://") || url.hasPrefix("http://"), !url.contains(where: \.isWhitespace)
        else { return nil }
        return WebResult(
            title: text(value["title"], Bound.title) ?? url, url: url, content: text(value["content"], Bound.content) ?? "",
            publishedDate: text(value["published_date"], Bound.date))
    }

    private static func text(_ value: JSONValue?, _ bound: Int) -> String? {
        guard let text = value?.string?.trimming(while: \.isWhitespace), !text.isEmpty else { return nil }
        return text.unicodeScalars.count > bound ? clip(text, to: bound) : String(text)
    }

    static func refusal(_ head: HTTPHead, _ body: [UInt8], key: String?) -> Failure {
        let kind: Failure.Kind =
            switch head.status {
            case 432, 433: .paymentRequired
            // There is no model here that could be gone.
            case 404, 410: .badRequest
            default: Failure.Kind(status: head.status)
            }
        let words = words(of: body) ?? String(decoding: body.prefix(300), as: UTF8.self)
        return Failure(
            .tavily, kind, journalLine("HTTP \(head.status): \(words)", hiding: key),
            retry: kind == .rateLimited ? Failure.Retry(retryAfter: head["retry-after"]) : nil)
    }

    /// `{"detail":{"error":"…"}}`, `{"detail":"…"}`, a validation list, `{"error":"…"}`
    private static func words(of body: [UInt8]) -> String? {
        guard let value = try? JSONValue(parsing: body) else { return nil }
        let detail = value["detail"]
        return detail?["error"]?.string ?? detail?.string ?? detail?.items?.first?["msg"]?.string ?? value["error"]?.string
            ?? value["message"]?.string
    }
}

extension StringProtocol {
    fileprivate func trimming(while fits: (Character) -> Bool) -> SubSequence {
        var rest = self[...].drop(while: fits)
        while let last = rest.last, fits(last) { rest.removeLast() }
        return rest
    }
}
