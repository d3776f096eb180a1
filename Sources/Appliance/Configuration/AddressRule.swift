import Cloud
import Failures

/// What the address of a provider must look like: scheme, host and port.
struct AddressRule: Sendable {
    /// Over TLS, and in the clear for loopback.
    let scheme: String
    let clearScheme: String

    static let webSocket = AddressRule(scheme: "wss", clearScheme: "ws")
    static let http = AddressRule(scheme: "https", clearScheme: "http")

    /// What is wrong with an address, and what would be right; nil when nothing is. Never shows what may be a secret in it.
    @Sendable func wrong(_ text: String) -> String? {
        if text.isEmpty { return "wants an address like \"\(scheme)://api.example.com\", not an empty text" }
        if text.contains(where: \.isWhitespace) { return "wants an address without spaces, not \(SettingValue.quoted(text))" }
        guard let mark = text.firstRange(of: "://") else { return "wants a scheme too: \(suggestion(text[...]))" }
        let rest = text[mark.upperBound...]
        let host = rest.prefix { !"/?#".contains($0) }
        if host.contains("@") {
            return "has a user or a password before the @: \(suggestion(host.drop { $0 != "@" }.dropFirst()))"
        }
        if host.count(where: { $0 == ":" }) > 1, host.first != "[" {
            return "an IPv6 address stands in brackets, like \(scheme)://[::1]:8443, not \(SettingValue.quoted(text))"
        }
        if let wrong = wrongScheme(String(text[..<mark.lowerBound]), host) { return wrong }
        let path = rest[host.endIndex...]
        if !path.isEmpty, path != "/" {
            return "has more than scheme, host and port, and the client adds the path: \(suggestion(host))"
        }
        do {
            _ = try ProviderAddress(parsing: text)
            return nil
        } catch {
            return reason(error.detail)
        }
    }

    private func wrongScheme(_ found: String, _ host: Substring) -> String? {
        switch found.lowercased() {
        case scheme: return nil
        case clearScheme where isLoopback(host): return nil
        case clearScheme,
            "http" where !isLoopback(host), "ws" where !isLoopback(host):
            return "\(found):// is not encrypted, and is accepted for loopback addresses alone: \(suggestion(host))"
        default:
            return "\(found):// is not what this provider speaks: \(suggestion(host))"
        }
    }

    /// Whatever stands behind the name as its port.
    private func isLoopback(_ host: Substring) -> Bool {
        let name = host.first == "[" ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return (try? ProviderAddress(parsing: "https://\(name)"))?.isLoopback ?? false
    }

    private func suggestion(_ host: Substring) -> String {
        let plain = host.prefix { !"/?#".contains($0) }
        guard SecretShape.owner(of: plain) == nil, !plain.isEmpty else { return "wants \(scheme)://HOST[:PORT]" }
        return "wants \"\(isLoopback(plain) ? clearScheme : scheme)://\(plain)\""
    }

    /// The client's own words without the address, which stands in the file.
    private func reason(_ detail: String) -> String {
        guard let mark = detail.firstRange(of: "cannot be used: ") else { return detail }
        return "cannot be used: \(detail[mark.upperBound...]), like \(scheme)://api.example.com:8443"
    }
}
