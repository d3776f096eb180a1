import Glibc

/// The secrets, as read at the start and at every reload. Never printed: its description tells which are there and nothing else.
public struct Credentials: Sendable, Equatable, CustomStringConvertible {
    private var values: [Credential: String] = [:]
    /// Those that came from the environment of a systemd unit, where anyone with the same user can read them.
    public private(set) var exposed: [Credential] = []
    /// What is wrong with those that were given: such a key counts as missing, or is used with a warning.
    public private(set) var complaints: [Complaint] = []

    /// Something about a secret, without the secret.
    public struct Complaint: Sendable, Equatable {
        /// nil for a file that is no credential of ours.
        public var credential: Credential?
        public var message: String
        /// It is used all the same.
        public var isUsed = false
    }

    public init() {}

    public subscript(_ name: Credential) -> String? { values[name] }

    /// Those that are there, in a fixed order.
    public var names: [Credential] { Credential.allCases.filter { values[$0] != nil } }

    public var description: String { "credentials: \(values.keys.map(\.rawValue).sorted().joined(separator: ", "))" }

    /// The credentials whose values differ.
    func changed(from old: Credentials) -> [Credential] { Credential.allCases.filter { values[$0] != old.values[$0] } }

    /// Where the shipped unit takes the credentials from.
    public static let storedFolder = "/etc/linnet/credentials"

    /// Reads `$CREDENTIALS_DIRECTORY` first and the environment for what it lacks.
    /// - Parameter environment: a name's value, nil when it is not set.
    public static func read(environment: (String) -> String?) -> Credentials {
        read(folder: environment("CREDENTIALS_DIRECTORY"), environment: environment)
    }

    /// For a check by hand: looks where the unit would take them from when no service manager handed any over.
    public static func forCheck(environment: (String) -> String?) -> Credentials {
        guard environment("CREDENTIALS_DIRECTORY") == nil, access(storedFolder, F_OK) == 0 else {
            return read(environment: environment)
        }
        guard access(storedFolder, R_OK | X_OK) == 0 else {
            var all = read(environment: environment)
            all.complaints.append(
                Complaint(message: "the keys in \(storedFolder) can be read by root alone: run with sudo to have them checked"))
            return all
        }
        return read(folder: storedFolder, environment: environment)
    }

    private static func read(folder: String?, environment: (String) -> String?) -> Credentials {
        var all = Credentials()
        if let folder { all.readFiles(in: folder) }
        for name in Credential.allCases where all.values[name] == nil {
            guard let text = environment(name.environmentName), !Secret.trimmed(text).isEmpty else { continue }
            all.take(name, text, from: "$\(name.environmentName)")
            if all.values[name] != nil, environment("INVOCATION_ID") != nil { all.exposed.append(name) }
        }
        return all
    }

    // MARK: Files

    private mutating func readFiles(in folder: String) {
        for name in Credential.allCases {
            let path = "\(folder)/\(name.rawValue)"
            switch PlainFile.read(path, atMost: Secret.sizeBound) {
            case .success(let bytes):
                readFile(name, path, bytes)
            case .failure(let reason) where !reason.isMissing:
                complaints.append(Complaint(credential: name, message: "the credential \(path) \(reason.message)"))
            case .failure: break
            }
        }
        noteStrangers(in: folder)
    }

    private mutating func readFile(_ name: Credential, _ path: String, _ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            complaints.append(Complaint(credential: name, message: "the credential \(path) is not text; store the key alone"))
            return
        }
        // A blank file is the unit's fall-back for one that is not stored.
        guard !Secret.trimmed(text).isEmpty else { return }
        take(name, text, from: path)
        if values[name] != nil, let mode = PlainFile.mode(path), mode & 0o004 != 0 {
            complaints.append(
                Complaint(
                    credential: name,
                    message:
                        "the credential \(path) can be read by everybody (mode 0\(String(mode, radix: 8))): `chmod 600 \(path)`",
                    isUsed: true))
        }
    }

    private mutating func take(_ name: Credential, _ text: String, from source: String) {
        let secret = Secret(text)
        if let wrong = secret.wrong(for: name) {
            complaints.append(Complaint(credential: name, message: "the key in \(source) \(wrong)"))
        } else {
            values[name] = secret.text
        }
    }

    /// `groq_api_key`, `groq-api-key.txt`: files that were meant to be credentials.
    private mutating func noteStrangers(in folder: String) {
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        var seen = 0
        while let entry = readdir(directory), seen < 100 {
            seen += 1
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.first != ".", Credential(rawValue: name) == nil else { continue }
            let plain = String(name.lowercased().replacing("_", with: "-").prefix { $0 != "." })
            guard let near = nearest(to: plain, among: Credential.allCases.map(\.rawValue)) else { continue }
            complaints.append(Complaint(message: "\(folder)/\(name) is not read: the credential is called \(near)"))
        }
    }
}

/// One secret as it was given, and whether it can be one at all.
private struct Secret {
    let text: String

    /// The longest that is taken, bytes.
    static let sizeBound = 4096

    init(_ given: String) { text = Self.trimmed(given) }

    /// What is wrong with it, and what would be right; nil when nothing is. Never shows it.
    func wrong(for name: Credential) -> String? {
        if text.first == "\"" || text.first == "'" { return "stands in quotes; store it without them" }
        if text.hasPrefix(name.environmentName + "=") || text.hasPrefix("export ") {
            return "begins with a name and an equals sign; store what stands behind them alone"
        }
        if text.hasPrefix("Bearer ") || text.hasPrefix("Token ") { return "begins with Bearer or Token; store the key alone" }
        if text.contains(where: \.isNewline) { return "has more than one line; store the key alone" }
        if text.contains(where: \.isWhitespace) { return "has a space in it; store the key alone" }
        guard text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            return "has a character in it that is in no key; copy it again"
        }
        if Self.isPlaceholder(text) { return "is a placeholder; store your own key" }
        if let owner = SecretShape.owner(of: text)?.credential, owner != name, name != .redis, name != .gateway {
            return "looks like a key of \(owner.owner), not of \(name.owner); store each under its own name"
        }
        return nil
    }

    static func trimmed(_ text: String) -> String {
        String(text.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
    }

    private static func isPlaceholder(_ text: String) -> Bool {
        let plain = text.lowercased().filter { $0.isLetter || $0.isNumber }
        let known = [
            "changeme", "yourkey", "yourapikey", "yourapikeyhere", "yourkeyhere", "apikey", "placeholder", "example", "todo",
        ]
        return known.contains(plain) || plain.isEmpty || plain.hasPrefix("your") && plain.hasSuffix("key")
            || text.first == "<" && text.last == ">" || plain.allSatisfy { $0 == "x" }
    }
}
