import NIOHTTP1

/// What the head of a request asks for.
struct GeminiCall: Equatable {
    enum Method: String { case list, get, generateContent, streamGenerateContent }

    var version: String
    var method: Method
    /// Empty for the list.
    var modelID: String
    var isServerSentEvents: Bool

    private static let queryNames: Set = ["alt", "key", "prettyPrint", "fields", "quotaUser", "pageSize", "pageToken", "$alt"]

    /// - Throws: as Google does for a missing or wrong key, an unknown path, an unknown name in the query.
    init(_ head: HTTPRequestHead, key: String) throws(GeminiRefusal) {
        let (path, query) = QueryString.split(head.uri)
        let pairs = QueryString.pairs(of: query)
        let given = head.headers.first(name: "x-goog-api-key") ?? pairs.first { $0.name == "key" }?.value
        guard let given, !given.isEmpty else { throw .missingKey }
        guard given == key else { throw .wrongKey }
        let segments = path.split(separator: "/").map(String.init)
        guard let version = segments.first, version == "v1" || version == "v1beta", segments.count <= 3,
            segments.dropFirst().first == "models"
        else { throw .notFound("Requested entity was not found: \(path)") }
        for pair in pairs where !Self.queryNames.contains(pair.name) {
            throw .field("", "Invalid JSON payload received. Unknown name \"\(pair.name)\": Cannot bind query parameter.")
        }
        self.version = version
        isServerSentEvents = pairs.contains { ($0.name == "alt" || $0.name == "$alt") && $0.value == "sse" }
        (method, modelID) = try Self.method(head.method, segments.count == 3 ? segments[2] : "")
    }

    private static func method(_ verb: HTTPMethod, _ last: String) throws(GeminiRefusal) -> (Method, String) {
        let parts = last.split(separator: ":", maxSplits: 1).map(String.init)
        switch (verb, parts.count) {
        case (.GET, 0): return (.list, "")
        case (.GET, 1): return (.get, parts[0])
        case (.POST, 2):
            guard let method = Method(rawValue: parts[1]), method != .list, method != .get else { break }
            return (method, parts[0])
        default: break
        }
        throw .notFound("Requested entity was not found: \(verb) \(last)")
    }
}
