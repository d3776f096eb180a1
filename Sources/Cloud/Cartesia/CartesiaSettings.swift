/// What Cartesia is asked for.
public struct CartesiaSettings: Sendable, Equatable {
    /// Scheme, host and port (see ``ProviderAddress``).
    public var url: String
    /// Without one every context fails at once.
    public var apiKey: String?
    public var model: String
    /// The voice's UUID.
    public var voice: String
    /// BCP 47.
    public var language: String
    /// The API's version, `YYYY-MM-DD`; the shape of some fields follows from it.
    public var version: String

    public init(
        url: String = "wss://api.cartesia.ai", apiKey: String?, model: String = "sonic-3.5",
        voice: String = "f786b574-daa5-4673-aa0c-cbe3e8534c02", language: String = "en", version: String = "2026-03-01"
    ) {
        self.url = url
        self.apiKey = apiKey
        self.model = model
        self.voice = voice
        self.language = language
        self.version = version
    }
}
