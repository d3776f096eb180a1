import Cloud
import Conversation

/// The three providers' clients over one transport.
struct Clouds: Sendable {
    let recognizer: any Recognizer
    let model: any LanguageModel
    let synthesizer: any Synthesizer
    private let transport: CloudTransport

    init(_ settings: Configuration.Cloud, language: String, credentials: Credentials) {
        transport = CloudTransport(TransportConfiguration(caFile: settings.caFile.isEmpty ? nil : settings.caFile))
        recognizer = DeepgramRecognizer(
            transport: transport,
            settings: DeepgramSettings(
                url: settings.deepgram.url, apiKey: credentials[.deepgram], model: settings.deepgram.model, language: language,
                keyterms: settings.deepgram.keyterms))
        model = GroqModel(
            transport: transport,
            settings: GroqSettings(
                url: settings.groq.url, apiKey: credentials[.groq], model: settings.groq.model,
                firstTokenDeadlineMilliseconds: settings.groq.firstTokenDeadlineMilliseconds))
        synthesizer = CartesiaSynthesizer(
            transport: transport,
            settings: CartesiaSettings(
                url: settings.cartesia.url, apiKey: credentials[.cartesia], model: settings.cartesia.model,
                voice: settings.cartesia.voice,
                language: language))
    }

    /// Opens connections ahead of the first question.
    func warm() {
        recognizer.warm()
        model.warm()
        synthesizer.warm()
    }

    func shutDown() { transport.shutdown() }
}
