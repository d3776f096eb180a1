import Glibc

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

    /// Whether somebody put this secret into the TOML by mistake, under this dotted key.
    func isMeant(by key: String) -> Bool {
        let owner = String(rawValue.prefix { $0 != "-" })
        return key.split(separator: ".").contains { $0 == owner } && ["key", "token", "password"].contains { key.hasSuffix($0) }
    }
}

/// The secrets, as read once at the start. Never printed: its description tells which are there and nothing else.
public struct Credentials: Sendable, CustomStringConvertible {
    private var values: [Credential: String] = [:]
    /// Those that came from the environment of a systemd unit, where anyone with the same user can read them.
    public private(set) var exposed: [Credential] = []

    public init() {}

    public subscript(_ name: Credential) -> String? { values[name] }

    public var description: String { "credentials: \(values.keys.map(\.rawValue).sorted().joined(separator: ", "))" }

    /// The longest secret that is taken, bytes.
    private static let sizeBound = 4096

    /// Reads `$CREDENTIALS_DIRECTORY` first and the environment for what it lacks.
    /// - Parameter environment: a name's value, nil when it is not set.
    public static func read(environment: (String) -> String?) -> Credentials {
        var all = Credentials()
        let directory = environment("CREDENTIALS_DIRECTORY")
        for name in Credential.allCases {
            if let directory, let secret = secret(inFile: "\(directory)/\(name.rawValue)") {
                all.values[name] = secret
            } else if let secret = environment(name.environmentName).map(trimmed), !secret.isEmpty {
                all.values[name] = secret
                if environment("INVOCATION_ID") != nil { all.exposed.append(name) }
            }
        }
        return all
    }

    private static func secret(inFile path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: sizeBound)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = trimmed(String(decoding: bytes[..<count], as: UTF8.self))
        return text.isEmpty ? nil : text
    }

    private static func trimmed(_ text: String) -> String {
        String(text.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
    }
}
