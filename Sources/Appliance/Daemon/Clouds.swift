import Cloud
import Conversation

/// The providers' clients over one transport, and the tools that stand on them.
struct Clouds: Sendable {
    let recognizer: any Recognizer
    /// Groq, and Gemini where Groq fails.
    let model: any LanguageModel
    let synthesizer: any Synthesizer
    let tools: [any Tool]
    private let transport: CloudTransport

    init(_ configuration: Configuration, credentials: Credentials) {
        let settings = configuration.cloud
        let language = configuration.conversation.language
        let transport = CloudTransport(
            TransportConfiguration(
                caFile: settings.caFile.isEmpty ? nil : settings.caFile, userAgent: "linnet/\(Version.text)"))
        self.transport = transport
        recognizer = DeepgramRecognizer(
            transport: transport,
            settings: DeepgramSettings(
                url: settings.deepgram.url, apiKey: credentials[.deepgram], model: settings.deepgram.model, language: language,
                keyterms: settings.deepgram.keyterms))
        model = FallbackModel(
            first: Self.groq(settings.groq, credentials, transport), second: Self.gemini(settings.gemini, credentials, transport))
        synthesizer = CartesiaSynthesizer(
            transport: transport,
            settings: CartesiaSettings(
                url: settings.cartesia.url, apiKey: credentials[.cartesia], model: settings.cartesia.model,
                voice: settings.cartesia.voice, language: language))
        // Without a key every search would fail: the model had better not know of it.
        let canSearch = configuration.conversation.webSearch && credentials[.tavily] != nil
        tools = canSearch ? [Self.webSearch(settings.tavily, credentials, transport)] : []
    }

    private static func groq(
        _ settings: Configuration.Cloud.Groq, _ credentials: Credentials, _ transport: CloudTransport
    ) -> GroqModel {
        GroqModel(
            transport: transport,
            settings: GroqSettings(
                url: settings.url, apiKey: credentials[.groq], model: settings.model,
                firstTokenDeadlineMilliseconds: settings.firstTokenDeadlineMilliseconds))
    }

    private static func gemini(
        _ settings: Configuration.Cloud.Gemini, _ credentials: Credentials, _ transport: CloudTransport
    ) -> GeminiModel {
        GeminiModel(
            transport: transport,
            settings: GeminiSettings(
                url: settings.url, apiKey: credentials[.gemini], model: settings.model, apiVersion: settings.apiVersion,
                firstTokenDeadlineMilliseconds: settings.firstTokenDeadlineMilliseconds))
    }

    private static func webSearch(
        _ settings: Configuration.Cloud.Tavily, _ credentials: Credentials, _ transport: CloudTransport
    ) -> WebSearchTool {
        let search = TavilySearch(
            transport: transport,
            settings: TavilySettings(
                url: settings.url, apiKey: credentials[.tavily], searchDepth: settings.searchDepth,
                deadlineMilliseconds: settings.deadlineMilliseconds))
        return WebSearchTool(
            search: search, maximumResults: settings.maximumResults, deadlineMilliseconds: settings.deadlineMilliseconds + 500)
    }

    /// Opens connections ahead of the first question.
    func warm() {
        recognizer.warm()
        model.warm()
        synthesizer.warm()
        for tool in tools { tool.warm() }
    }

    func shutDown() { transport.shutdown() }
}
