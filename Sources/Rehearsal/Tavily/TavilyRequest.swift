import NIOHTTP1

/// A refusal in Tavily's shape.
struct TavilyRefusal: Error {
    var status = HTTPResponseStatus.badRequest
    var message: String
    /// Whether the client broke a rule; a limit that is reached is the world's doing.
    var isClientsFault = true

    var body: JSONValue { ["detail": ["error": .text(message)]] }

    static let tooMany = TavilyRefusal(
        status: .tooManyRequests,
        message: "Your request has been blocked due to excessive requests. Please reduce the rate of requests.",
        isClientsFault: false)
    static let usedUp = TavilyRefusal(
        status: .custom(code: 432, reasonPhrase: "Plan Limit"),
        message: "This request exceeds your plan's set usage limit. Please upgrade your plan or contact support@tavily.com",
        isClientsFault: false)
    static let unauthorized = TavilyRefusal(
        status: .unauthorized, message: "Unauthorized: missing or invalid API key.")
}

/// A search that Tavily would accept.
struct TavilyRequest: Equatable {
    enum Topic: String, CaseIterable { case general, news, finance }
    private enum Depth: String, CaseIterable {
        case basic, advanced, fast
        case ultraFast = "ultra-fast"
    }

    var query: String
    var topic = Topic.general
    var maximumResults = 5
    var wantsAnswer = false
    var wantsRawContent = false
    var wantsUsage = false
    /// Days that a page may be old; nil for any age.
    var maximumAgeDays: Int?
    /// `YYYY-MM-DD`, both included.
    var startDay: String?
    var endDay: String?
    var includedSites: [String] = []
    var excludedSites: [String] = []
    /// What the search costs.
    var credits = 1

    private static let names: Set = [
        "query", "search_depth", "topic", "time_range", "start_date", "end_date", "days", "max_age_hours", "max_results",
        "include_answer", "include_raw_content", "include_domains", "exclude_domains", "include_domains_mode", "include_images",
        "include_image_descriptions", "include_favicon", "include_usage", "country", "auto_parameters", "exact_match",
        "fetch_timeout", "cache_fallback", "language", "filter_by_language", "chunks_per_source", "safe_search",
    ]
    private static let textBound = 400
    private static let ages = ["day": 1, "week": 7, "month": 31, "year": 366, "d": 1, "w": 7, "m": 31, "y": 366]

    init(_ body: [UInt8]) throws(TavilyRefusal) {
        guard let fields = JSONValue(parsing: body)?.fields else {
            throw TavilyRefusal(message: "The body must be a JSON object.")
        }
        for name in fields.keys.sorted() where !Self.names.contains(name) {
            throw TavilyRefusal(message: "Unknown parameter: \(name).")
        }
        let query = fields["query"]?.string ?? ""
        guard query.contains(where: { !$0.isWhitespace }) else { throw TavilyRefusal(message: "Query is missing.") }
        guard query.count <= Self.textBound else {
            throw TavilyRefusal(message: "Query is too long. Max query length is 400 characters.")
        }
        self.query = query
        topic = try Self.choice(fields, "topic", Topic.allCases.map(\.rawValue)).flatMap(Topic.init) ?? .general
        let depth = try Self.choice(fields, "search_depth", Depth.allCases.map(\.rawValue)).flatMap(Depth.init)
        credits = depth == .advanced ? 2 : 1
        maximumResults = try Self.number(fields, "max_results", 0...20) ?? 5
        try readTimes(fields)
        try readExtras(fields)
    }

    private mutating func readTimes(_ fields: [String: JSONValue]) throws(TavilyRefusal) {
        let range = try Self.choice(fields, "time_range", Array(Self.ages.keys)).flatMap { Self.ages[$0] }
        let days = try Self.number(fields, "days", 1...3660)
        let hours = try Self.number(fields, "max_age_hours", 0...87_600)
        maximumAgeDays = [range, days, hours.map { ($0 + 23) / 24 }].compactMap { $0 }.min()
        startDay = try Self.day(fields, "start_date")
        endDay = try Self.day(fields, "end_date")
        if let startDay, let endDay, startDay > endDay {
            throw TavilyRefusal(message: "start_date must not be after end_date.")
        }
    }

    private mutating func readExtras(_ fields: [String: JSONValue]) throws(TavilyRefusal) {
        wantsAnswer = try Self.switched(fields, "include_answer", ["basic", "advanced"])
        wantsRawContent = try Self.switched(fields, "include_raw_content", ["markdown", "text"])
        wantsUsage = try Self.switched(fields, "include_usage", [])
        includedSites = try Self.sites(fields, "include_domains")
        excludedSites = try Self.sites(fields, "exclude_domains")
        _ = try Self.choice(fields, "include_domains_mode", ["restrict", "prefer"])
    }

    // MARK: Values

    private static func given(_ fields: [String: JSONValue], _ name: String) -> JSONValue? {
        guard let value = fields[name], value != .null else { return nil }
        return value
    }

    private static func choice(
        _ fields: [String: JSONValue], _ name: String, _ values: [String]
    ) throws(TavilyRefusal) -> String? {
        guard let value = given(fields, name) else { return nil }
        guard let text = value.string, values.contains(text) else {
            throw TavilyRefusal(message: "Invalid \(name). Must be one of \(values.sorted().joined(separator: ", ")).")
        }
        return text
    }

    private static func number(
        _ fields: [String: JSONValue], _ name: String, _ range: ClosedRange<Int>
    ) throws(TavilyRefusal) -> Int? {
        guard let value = given(fields, name) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw TavilyRefusal(message: "Invalid \(name). Must be from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// True, false or one of `words`, which are kinds of true.
    private static func switched(
        _ fields: [String: JSONValue], _ name: String, _ words: [String]
    ) throws(TavilyRefusal) -> Bool {
        guard let value = given(fields, name) else { return false }
        if let flag = value.flag { return flag }
        guard let word = value.string, words.contains(word) else { throw TavilyRefusal(message: "Invalid \(name).") }
        return true
    }

    private static func sites(_ fields: [String: JSONValue], _ name: String) throws(TavilyRefusal) -> [String] {
        guard let value = given(fields, name) else { return [] }
        guard let items = value.items, items.allSatisfy({ $0.string != nil }) else {
            throw TavilyRefusal(message: "Invalid \(name). Must be a list of domains.")
        }
        return items.compactMap(\.string)
    }

    private static func day(_ fields: [String: JSONValue], _ name: String) throws(TavilyRefusal) -> String? {
        guard let value = given(fields, name) else { return nil }
        let groups = (value.string ?? "").split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.count) == [4, 2, 2], groups.allSatisfy({ Int($0) != nil }),
            (1...12).contains(Int(groups[1]) ?? 0), (1...31).contains(Int(groups[2]) ?? 0)
        else { throw TavilyRefusal(message: "Invalid \(name). Must be YYYY-MM-DD.") }
        return value.string
    }
}
