/// Finds pages by their words.
enum WebIndex {
    private struct Hit {
        var page: WebPage
        var published: Int?
        /// 0...1
        var score: Double
    }

    /// Words of every query for news, which tell no page from another.
    private static let plain: Set = ["news", "today", "headline", "headlines", "latest", "recent", "world", "current", "top"]

    /// - Parameter now: seconds since 1970.
    static func results(for request: TavilyRequest, now: Int) -> [JSONValue] {
        hits(for: request, now: now).prefix(request.maximumResults).map { json($0, request) }
    }

    /// The best page that shares a word with the query; every page of today for a query without words of its own.
    private static func hits(for request: TavilyRequest, now: Int) -> [Hit] {
        let words = Heard(request.query).subject.filter { !plain.contains($0) }
        let hits = WebPage.all.enumerated().compactMap { index, page -> Hit? in
            let published = page.publishedSeconds(now: now, index: index)
            guard fits(page, published: published, request, now: now) else { return nil }
            let text = Heard(page.title + " " + page.content)
            let score = words.isEmpty ? (page.ageDays == 0 ? 0.6 : 0) : Double(words.count { text.has($0) }) / Double(words.count)
            return score > 0 ? Hit(page: page, published: published, score: score) : nil
        }
        // As good and newer comes first; the order of the list settles the rest.
        return hits.enumerated().sorted { a, b in
            (-a.element.score, a.element.page.ageDays ?? 99, a.offset) < (
                -b.element.score, b.element.page.ageDays ?? 99, b.offset
            )
        }.map(\.element)
    }

    private static func fits(_ page: WebPage, published: Int?, _ request: TavilyRequest, now: Int) -> Bool {
        if request.topic == .news, page.ageDays == nil { return false }
        if let bound = request.maximumAgeDays, (page.ageDays ?? .max) >= bound { return false }
        let day = published.map { CalendarMoment(seconds: $0).day }
        if let start = request.startDay, (day ?? "") < start { return false }
        if let end = request.endDay, (day ?? "9") > end { return false }
        if !request.includedSites.isEmpty, !request.includedSites.contains(page.site) { return false }
        return !request.excludedSites.contains(page.site)
    }

    private static func json(_ hit: Hit, _ request: TavilyRequest) -> JSONValue {
        let text = hit.page.text(published: hit.published)
        var result: [String: JSONValue] = [
            "title": .text(hit.page.title), "url": .text(hit.page.url(published: hit.published)), "content": .text(text),
            "score": .number((hit.score * 0.9 * 1000).rounded() / 1000),
            "raw_content": request.wantsRawContent ? .text(text) : .null,
        ]
        if request.topic == .news { result["published_date"] = hit.published.map { .text(CalendarMoment(seconds: $0).header) } }
        return .object(result)
    }
}
