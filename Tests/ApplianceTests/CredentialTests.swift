import Appliance
import Foundation
import Testing

@Suite struct `Secrets` {
    @Test func `a systemd credential wins over the environment`() throws {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "credentials-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("from-file\n".utf8).write(to: folder.appending(path: "deepgram-api-key"))
        try Data("\n".utf8).write(to: folder.appending(path: "groq-api-key"))
        let environment = [
            "CREDENTIALS_DIRECTORY": folder.path, "DEEPGRAM_API_KEY": "from-environment", "GROQ_API_KEY": "groq",
            "INVOCATION_ID": "1",
        ]
        let credentials = Credentials.read { environment[$0] }
        #expect(credentials[.deepgram] == "from-file")
        #expect(credentials[.groq] == "groq", "a blank credential is the unit's fall-back, not a key")
        #expect(credentials.exposed == [.groq], "under systemd a key in the environment is worth a warning")
        #expect(credentials[.cartesia] == nil)
    }

    @Test(arguments: [
        ("two words", "has a space"), ("line one\nline two", "more than one line"), ("\"gsk_abcdefgh12345678\"", "in quotes"),
        ("GROQ_API_KEY=gsk_abcdefgh12345678", "a name and an equals sign"), ("Bearer gsk_abcdefgh12345678", "begins with Bearer"),
        ("changeme", "placeholder"), ("<your key>", "space"), ("YOUR_API_KEY_HERE", "placeholder"), ("xxxx", "placeholder"),
        ("gsk_abc\u{1}defgh12345678", "a character in it"), ("tvly-abcdefgh12345678", "a key of tavily, not of groq"),
    ])
    func `what cannot be a key counts as missing, and it is said why`(_ given: String, _ why: String) {
        let credentials = Credentials.read { $0 == "GROQ_API_KEY" ? given : nil }
        #expect(credentials[.groq] == nil)
        #expect(credentials.complaints.count == 1)
        let message = credentials.complaints.first?.message ?? ""
        #expect(message.contains(why), "\(message)")
        #expect(!message.contains("abcdefgh"), "a secret is never printed")
    }

    @Test func `files that were meant to be credentials, and those that everybody may read, are pointed out`() throws {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "credentials-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, mode) in [("groq_api_key", 0o600), ("tavily-api-key.txt", 0o600), ("deepgram-api-key", 0o644)] {
            let file = folder.appending(path: name)
            try Data("0123456789abcdef0123456789abcdef01234567\n".utf8).write(to: file)
            chmod(file.path, mode_t(mode))
        }
        mkfifo(folder.appending(path: "cartesia-api-key").path, 0o600)
        let credentials = Credentials.read { $0 == "CREDENTIALS_DIRECTORY" ? folder.path : nil }
        #expect(credentials.names == [.deepgram])
        let said = credentials.complaints.map(\.message).joined(separator: "\n")
        #expect(credentials.complaints.count == 4, "\(said)")
        #expect(said.contains("groq_api_key is not read: the credential is called groq-api-key"))
        #expect(said.contains("tavily-api-key.txt is not read"))
        #expect(said.contains("can be read by everybody (mode 0644)"))
        #expect(said.contains("cartesia-api-key is a FIFO"))
    }

    @Test func `a secret never shows in a description`() {
        let credentials = Credentials.read { $0 == "GROQ_API_KEY" ? "gsk_secret" : nil }
        #expect("\(credentials)" == "credentials: groq-api-key")
    }

    @Test func `the example lists every variable`() throws {
        let text = try String(contentsOf: repository.appending(path: ".env.example"), encoding: .utf8)
        for name in Credential.allCases { #expect(text.contains("\n\(name.environmentName)=\n"), "\(name.environmentName)") }
    }
}
