/// What Groq is asked for.
public struct GroqSettings: Sendable, Equatable {
    /// Scheme, host and port (see ``ProviderAddress``).
    public var url: String
    /// Without one every answer fails at once.
    public var apiKey: String?
    public var model: String
    /// 0...2; nil leaves the choice to Groq.
    public var temperature: Double?
    /// `none`, `default`, `low`, `medium` or `high`; nil takes the least that the model knows. Sent only to models that take it.
    public var reasoningEffort: String?
    /// Longest wait for the first word or tool call, milliseconds.
    public var firstTokenDeadlineMilliseconds: Int

    public init(
        url: String = "https://api.groq.com", apiKey: String?, model: String = "openai/gpt-oss-120b", temperature: Double? = 0.6,
        reasoningEffort: String? = nil, firstTokenDeadlineMilliseconds: Int = 2_500
    ) {
        self.url = url
        self.apiKey = apiKey
        self.model = model
        self.temperature = temperature
        self.reasoningEffort = reasoningEffort
        self.firstTokenDeadlineMilliseconds = firstTokenDeadlineMilliseconds
    }
}
