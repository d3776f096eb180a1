/// Knows secrets by their looks and by the names that people give them, so that none stands in a settings file and none is
/// ever printed.
enum SecretShape {
    /// How the providers' keys begin, and how long at least they are.
    private static let beginnings: [(prefix: String, length: Int, owner: Credential?)] = [
        ("gsk_", 12, .groq), ("AIza", 20, .gemini), ("tvly-", 12, .tavily), ("sk_car_", 12, .cartesia), ("sk-", 20, nil),
        ("Bearer ", 12, nil), ("Token ", 12, nil), ("eyJ", 40, nil),
    ]

    /// A provider's key inside a text: whose it looks like.
    struct Owner: Equatable {
        /// nil when it is nobody's that Linnet knows.
        var credential: Credential?
    }

    /// - Returns: nil when no part of the text looks like a key.
    static func owner(of text: some StringProtocol) -> Owner? {
        for word in text.split(whereSeparator: { "\"'`,;=@/:?&#()[]{}<> \t\n".contains($0) }) {
            if let known = beginnings.first(where: { word.hasPrefix($0.prefix) && word.utf8.count >= $0.length }) {
                return Owner(credential: known.owner)
            }
            // Deepgram's keys are 40 hexadecimal digits.
            if word.utf8.count == 40, word.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) {
                return Owner(credential: .deepgram)
            }
        }
        if let scheme = beginnings.first(where: {
            $0.prefix.last == " " && text.hasPrefix($0.prefix) && text.utf8.count >= $0.length
        }) {
            return Owner(credential: scheme.owner)
        }
        return nil
    }

    /// Whether a key's name says that it holds a secret: `api_key`, `GROQ_API_KEY`, `auth-token`, `password`.
    static func isNamed(by key: [String]) -> Bool {
        guard let name = key.last?.lowercased().replacing("-", with: "_") else { return false }
        let words = name.split(separator: "_")
        if name.contains("apikey") || name.contains("passw") || name.contains("secret") { return true }
        return !words.isEmpty && words.contains { ["key", "token", "credential", "credentials", "auth", "bearer"].contains($0) }
    }

    /// The credential that a key of this name was meant to be; nil when it does not say.
    static func credential(meantBy key: [String]) -> Credential? {
        let words = key.flatMap { $0.lowercased().split { "_-. ".contains($0) } }
        return Credential.allCases.first { credential in
            words.contains { $0 == credential.rawValue.prefix { $0 != "-" } }
        }
    }

    /// Where it should be instead.
    static func advice(for credential: Credential?) -> String {
        guard let credential else {
            let all = Credential.allCases.map(\.rawValue).joined(separator: ", ")
            return "a secret does not belong in this file: take it out and store it as a credential (\(all); see .env.example)"
        }
        return
            "a secret does not belong in this file: take it out and store it as the credential \(credential.rawValue)"
            + " (/etc/linnet/credentials/\(credential.rawValue); off systemd \(credential.environmentName))"
    }
}
