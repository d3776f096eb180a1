/// What Deepgram is asked for.
public struct DeepgramSettings: Sendable, Equatable {
    /// Scheme, host and port (see ``ProviderAddress``).
    public var url: String
    /// Without one every stream fails at once.
    public var apiKey: String?
    public var model: String
    /// BCP 47.
    public var language: String
    /// Names and terms to listen for, at most 500 tokens in all; only models of the nova-3 family take them.
    public var keyterms: [String]
    /// Longest wait for the answer to a Finalize, milliseconds; then what is known is all there is. Deepgram usually takes
    /// 250 to 330 and may not answer at all.
    public var finalizeMilliseconds: Int

    public init(
        url: String = "wss://api.deepgram.com", apiKey: String?, model: String = "nova-3", language: String = "en",
        keyterms: [String] = [], finalizeMilliseconds: Int = 1_200
    ) {
        self.url = url
        self.apiKey = apiKey
        self.model = model
        self.language = language
        self.keyterms = keyterms
        self.finalizeMilliseconds = finalizeMilliseconds
    }
}
