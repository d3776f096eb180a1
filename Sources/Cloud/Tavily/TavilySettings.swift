/// What Tavily is asked for.
public struct TavilySettings: Sendable, Equatable {
    /// Scheme, host and port (see ``ProviderAddress``).
    public var url: String
    /// Without one every search fails at once.
    public var apiKey: String?
    /// `basic`, `advanced` (slower), `fast` or `ultra-fast`.
    public var searchDepth: String
    /// For a whole search, its second try included, milliseconds.
    public var deadlineMilliseconds: Int

    public init(
        url: String = "https://api.tavily.com", apiKey: String?, searchDepth: String = "basic", deadlineMilliseconds: Int = 3_000
    ) {
        self.url = url
        self.apiKey = apiKey
        self.searchDepth = searchDepth
        self.deadlineMilliseconds = deadlineMilliseconds
    }
}
