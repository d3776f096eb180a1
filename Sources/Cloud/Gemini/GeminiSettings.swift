/// What Gemini is asked for.
public struct GeminiSettings: Sendable, Equatable {
    /// Scheme, host and port (see ``ProviderAddress``).
    public var url: String
    /// Without one every answer fails at once.
    public var apiKey: String?
    /// With or without `models/` before it.
    public var model: String
    /// `v1` or `v1beta`. A `v1` that does not know what we send is left for `v1beta` by itself.
    public var apiVersion: String
    /// 0...2; nil leaves the choice to Gemini. Generation 4 and later take none.
    public var temperature: Double?
    /// Longest wait for the first word or tool call, milliseconds.
    public var firstTokenDeadlineMilliseconds: Int

    public init(
        url: String = "https://generativelanguage.googleapis.com", apiKey: String?, model: String = "gemini-3.5-flash",
        apiVersion: String = "v1", temperature: Double? = 0.6, firstTokenDeadlineMilliseconds: Int = 6_000
    ) {
        self.url = url
        self.apiKey = apiKey
        self.model = model
        self.apiVersion = apiVersion
        self.temperature = temperature
        self.firstTokenDeadlineMilliseconds = firstTokenDeadlineMilliseconds
    }
}
