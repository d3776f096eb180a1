/// The secrets that the daemon can be given, by the names of their systemd credentials.
public enum Credential: String, Sendable, CaseIterable {
    case deepgram = "deepgram-api-key"
    case groq = "groq-api-key"
    case gemini = "gemini-api-key"
    case cartesia = "cartesia-api-key"
    case tavily = "tavily-api-key"
    case redis = "redis-password"
    case gateway = "gateway-token"

    /// The environment variable that carries it off systemd.
    public var environmentName: String {
        let name = rawValue.uppercased().replacing("-", with: "_")
        switch self {
        case .redis, .gateway: return "LINNET_" + name
        default: return name
        }
    }

    /// Whose it is: `deepgram`.
    var owner: String { String(rawValue.prefix { $0 != "-" }) }

    /// A key that the settings call for, and what is missing without it.
    struct Use {
        var credential: Credential
        var consequence: String
    }

    static func inUse(by configuration: Configuration) -> [Use] {
        let search = Use(credential: .tavily, consequence: "the web cannot be searched")
        return [
            Use(credential: .deepgram, consequence: "nothing that is said can be understood"),
            Use(credential: .groq, consequence: "the second model answers every question"),
            Use(credential: .gemini, consequence: "no second model answers when the first one fails"),
            Use(credential: .cartesia, consequence: "no answer can be spoken"),
        ] + (configuration.conversation.webSearch ? [search] : [])
    }
}
