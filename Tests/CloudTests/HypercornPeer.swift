import FoundationEssentials
import Glibc

/// An HTTP/2 server of another make (hypercorn, Python) over TLS, with a certificate authority made for this one test run.
final class HypercornPeer: Sendable {
    let folder: String
    private let process: pid_t
    let port: Int

    struct NotReady: Error, CustomStringConvertible { let description: String }

    /// `/version` tells what it speaks; any other path streams an event every 20 ms, and notes in a file when it is hung up on.
    /// `requests` has a line for each request: its path and the client's port, which names the connection.
    private static let application = """
        import asyncio, os
        folder = os.path.dirname(__file__)
        async def app(scope, receive, send):
            if scope["type"] == "lifespan":
                while True:
                    m = await receive()
                    await send({"type": m["type"] + ".complete"})
                    if m["type"] == "lifespan.shutdown":
                        return
            with open(os.path.join(folder, "requests"), "a") as notes:
                notes.write("%s %d\\n" % (scope["path"], scope["client"][1]))
            body = b""
            while True:
                m = await receive()
                body += m.get("body", b"")
                if not m.get("more_body"):
                    break
            kind = b"text/event-stream" if scope["path"] != "/version" else b"text/plain"
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
            if scope["path"] == "/version":
                said = ("HTTP/%s %d" % (scope["http_version"], len(body))).encode()
                return await send({"type": "http.response.body", "body": said})
            gone = asyncio.ensure_future(receive())
            for i in range(500):
                if gone.done():
                    break
                text = 'data: {"choices":[{"delta":{"content":"%d "}}]}\\n\\n' % i
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                await asyncio.sleep(0.02)
            name = "reset" if gone.done() and gone.result()["type"] == "http.disconnect" else "ran-on"
            open(os.path.join(folder, name), "w").close()
        """

    /// Ready to be talked to. On a thread of its own: the tests beside this one need theirs.
    static func started(root: String) async throws -> HypercornPeer {
        try await withCheckedThrowingContinuation { waiter in
            startThread { waiter.resume(with: Result { try HypercornPeer(root: root) }) }
        }
    }

    private init(root: String) throws {
        let python = root + "/.cache/python/bin/python"
        guard access(python, X_OK) == 0 else { throw NotReady(description: "\(python) is missing: run scripts/test-python.sh") }
        folder = Self.temporaryFolder()
        try Data(Self.application.utf8).write(to: URL(fileURLWithPath: folder + "/peer.py"))
        try Self.makeCertificates(folder)
        port = try Self.freePort()
        process = try Self.start(
            [
                python, "-m", "hypercorn", "--workers", "0", "--bind", "localhost:\(port)", "--certfile", "server.pem",
                "--keyfile", "server.key",
                "--graceful-timeout", "0", "peer:app",
            ], folder, "hypercorn.log")
        try waitUntilListening()
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        try? FileManager.default.removeItem(atPath: folder)
    }

    var address: String { "https://localhost:\(port)" }
    var caFile: String { folder + "/ca.pem" }
    func noted(_ name: String) -> Bool { access(folder + "/" + name, F_OK) == 0 }
    /// Path and connection.
    var requests: [[String]] {
        guard let notes = try? Data(contentsOf: URL(fileURLWithPath: folder + "/requests")) else { return [] }
        return String(decoding: notes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }

    private static func makeCertificates(_ folder: String) throws {
        let script = """
            set -e
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=linnet-test-ca \\
              -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nextendedKeyUsage=serverAuth\\nbasicConstraints=CA:FALSE\\n' > ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem -extfile ext
            """
        var status: Int32 = 0
        waitpid(try start(["/bin/sh", "-c", script], folder, "openssl.log"), &status, 0)
        guard status == 0 else { throw NotReady(description: "openssl failed: \(folder)/openssl.log") }
    }

    private static func start(_ words: [String], _ folder: String, _ log: String) throws -> pid_t {
        let line = "cd '\(folder)' && exec \"$@\" > '\(log)' 2>&1"
        var arguments = (["/bin/sh", "-c", line, "sh"] + words).map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0 else { throw NotReady(description: words[0]) }
        return process
    }

    private static func freePort() throws -> Int {
        let server = PeerServer { _, _ in }
        defer { server.stop() }
        return server.port
    }

    private func waitUntilListening() throws {
        for _ in 0..<600 {
            let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { Glibc.close(probe) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(probe, $0, size) }
            }
            if code == 0 { return }
            usleep(50_000)
        }
        throw NotReady(description: "hypercorn does not listen: \(folder)/hypercorn.log")
    }

    private static func temporaryFolder() -> String {
        var template = Array("/tmp/linnet-cloud-XXXXXX".utf8CString)
        return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }
}
