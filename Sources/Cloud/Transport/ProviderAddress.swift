import Failures

/// Where a provider is: scheme, host and port, to which its client adds the path. Unencrypted schemes reach loopback alone.
public struct ProviderAddress: Sendable, Equatable {
    /// Whether TLS protects it (`wss`, `https`).
    public let isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    public let host: String
    /// Always there: 443 and 80 stand for themselves.
    public let port: Int

    /// - Parameter text: such as `wss://api.deepgram.com`, `http://127.0.0.1:8080`, `ws://[::1]:9000`.
    /// - Throws: `configuration: unsupported`, with what would be right.
    public init(parsing text: String) throws(Failure) {
        guard let scheme = text.firstRange(of: "://") else {
            throw Self.refused(text, "it must begin with wss:// or https://")
        }
        switch text[..<scheme.lowerBound].lowercased() {
        case "wss", "https": isSecure = true
        case "ws", "http": isSecure = false
        default: throw Self.refused(text, "its scheme must be wss or https (ws or http for loopback addresses)")
        }
        var rest = text[scheme.upperBound...]
        if rest.last == "/" { rest.removeLast() }
        guard !rest.contains(where: { "/?#@".contains($0) }) else {
            throw Self.refused(text, "it must be scheme, host and port alone; the client adds the path")
        }
        let (name, portText) = try Self.split(rest, of: text)
        host = name.lowercased()
        port = try Self.port(portText, isSecure: isSecure, of: text)
        guard isSecure || isLoopback else {
            throw Self.refused(text, "unencrypted addresses must be loopback ones (localhost, 127.0.0.1, [::1])")
        }
    }

    public var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// As an HTTP `Host` header says it: without the scheme's usual port.
    var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// For libcurl, which knows WebSockets as the HTTP that they begin with.
    func url(path: String) -> String { "\(isSecure ? "https" : "http")://\(host):\(port)\(path)" }

    // MARK: Parsing

    /// `[::1]:9000` → `[::1]`, `9000`; `host` → `host`, nil
    private static func split(_ rest: Substring, of text: String) throws(Failure) -> (host: Substring, port: Substring?) {
        let bracket = rest.first == "[" ? rest.firstIndex(of: "]") : nil
        let colon = rest[(bracket ?? rest.startIndex)...].firstIndex(of: ":")
        let name = rest[..<(colon ?? rest.endIndex)]
        guard isHost(name) else { throw refused(text, "the host is missing or misspelt") }
        return (name, colon.map { rest[rest.index(after: $0)...] })
    }

    private static func isHost(_ name: Substring) -> Bool {
        if name.first == "[" {
            let digits = name.dropFirst().dropLast()
            return name.last == "]" && digits.count > 1 && digits.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return !name.isEmpty && name.utf8.count <= 253
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_") }
    }

    private static func port(_ digits: Substring?, isSecure: Bool, of text: String) throws(Failure) -> Int {
        guard let digits else { return isSecure ? 443 : 80 }
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits), port > 0 else {
            throw refused(text, "its port must be 1 to 65535")
        }
        return Int(port)
    }

    private static func refused(_ text: String, _ reason: String) -> Failure {
        Failure(.configuration, .unsupported, "the address \"\(text)\" cannot be used: \(reason)")
    }
}
