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

    @Test func `a secret never shows in a description`() {
        let credentials = Credentials.read { $0 == "GROQ_API_KEY" ? "gsk_secret" : nil }
        #expect("\(credentials)" == "credentials: groq-api-key")
    }

    @Test func `the example lists every variable`() throws {
        let text = try String(contentsOf: repository.appending(path: ".env.example"), encoding: .utf8)
        for name in Credential.allCases { #expect(text.contains("\n\(name.environmentName)=\n"), "\(name.environmentName)") }
    }
}
