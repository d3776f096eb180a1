import Cloud
import Failures
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("wss://api.deepgram.com", "api.deepgram.com", 443, true), ("https://api.groq.com/", "api.groq.com", 443, true),
        ("http://127.0.0.1:8080", "127.0.0.1", 8080, false), ("ws://[::1]:9000", "[::1]", 9000, false),
        ("WS://LocalHost", "localhost", 80, false), ("wss://127.8.9.1:1", "127.8.9.1", 1, true),
    ])
    func `an address is scheme, host and port`(text: String, host: String, port: Int, isSecure: Bool) throws {
        let address = try ProviderAddress(parsing: text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isSecure == isSecure)
    }

    @Test(arguments: [
        "api.deepgram.com", "ftp://localhost", "ws://api.deepgram.com", "http://10.0.0.1", "wss://", "wss://host:0",
        "wss://host:70000",
        "wss://host:", "wss://user:pass@host", "https://host/path", "https://host?x=1", "ws://127.0.0.1.example.com",
        "wss://ho st",
        "ws://127.0.0.256", "https://[::1",
    ])
    func `anything else is refused with what would be right`(text: String) {
        do throws(Failure) {
            Issue.record("accepted: \(try ProviderAddress(parsing: text))")
        } catch {
            #expect(error.subject == .configuration && error.detail.contains(text))
        }
    }
}
