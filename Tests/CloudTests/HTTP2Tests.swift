import Cloud
import Conversation
import Failures
import Testing

/// Against a peer that others wrote; one at a time, for each starts a Python of its own.
@Suite(.serialized) struct HTTP2Tests {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    private struct Answer {
        var head: HTTPHead?
        var body: [UInt8] = []
        var fault: TransportFault?
    }

    private func exchange(_ request: HTTPRequest, _ transport: CloudTransport) async -> Answer {
        let (events, inlet) = AsyncStream<HTTPEvent>.makeStream()
        let exchange = Confined(to: transport) { loop in
            HTTPExchange(request, on: loop) { event in
                inlet.yield(event)
                if case .ended = event { inlet.finish() }
            }
        }
        exchange.run { $0.start() }
        var answer = Answer()
        for await event in events {
            switch event {
            case .sent: break
            case .head(let head): answer.head = head
            case .body(let bytes): answer.body += bytes
            case .ended(let fault): answer.fault = fault
            }
        }
        return answer
    }

    @Test func `HTTP/2 is spoken, streams are side by side, a cancelled one is reset and its connection goes on`() async throws {
        let peer = try await HypercornPeer.started(root: Self.root)
        let transport = CloudTransport(TransportConfiguration(caFile: peer.caFile))
        let address = try ProviderAddress(parsing: peer.address)
        let body = [UInt8](repeating: 65, count: 100_000)
        let version = await exchange(HTTPRequest(address, path: "/version", headers: [], body: body), transport)
        #expect(version.fault == nil)
        #expect(version.head?.version == "HTTP/2" && version.head?.status == 200)
        #expect(String(decoding: version.body, as: UTF8.self) == "HTTP/2 100000")

        let model = GroqModel(transport: transport, settings: GroqSettings(url: peer.address + "/", apiKey: "k"))
        var words = 0
        for try await event in model.answer(ModelRequest(instructions: "", messages: [.user("Hi")])) {
            guard case .text = event else { continue }
            words += 1
            if words == 3 { break }
        }
        let beside = await exchange(HTTPRequest(address, path: "/version", headers: []), transport)
        #expect(beside.head?.status == 200)
        for _ in 0..<150 where !peer.noted("reset") { try await Task.sleep(for: .milliseconds(20)) }
        #expect(peer.noted("reset") && !peer.noted("ran-on"))
    }

    @Test func `a second model that was kept warm is asked without another handshake`() async throws {
        let peer = try await HypercornPeer.started(root: Self.root)
        let transport = CloudTransport(TransportConfiguration(caFile: peer.caFile))
        let gemini = GeminiModel(transport: transport, settings: GeminiSettings(url: peer.address, apiKey: "k"))
        gemini.warm()
        for _ in 0..<250 where peer.requests.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        gemini.warm()
        let answer = Task { await collect(gemini.answer(ModelRequest(instructions: "", messages: [.user("Hi")]))) }
        for _ in 0..<250 where peer.requests.count < 2 { try await Task.sleep(for: .milliseconds(20)) }
        answer.cancel()
        let path = "/v1/models/gemini-3.5-flash"
        #expect(peer.requests.map(\.first) == [path, path + ":streamGenerateContent"])
        #expect(Set(peer.requests.map(\.last)).count == 1)
    }

    @Test func `a certificate that nobody vouches for is refused`() async throws {
        let peer = try await HypercornPeer.started(root: Self.root)
        let address = try ProviderAddress(parsing: peer.address)
        let transport = CloudTransport(TransportConfiguration())
        let answer = await exchange(HTTPRequest(address, path: "/version", headers: []), transport)
        #expect(answer.fault?.kind == .certificateRefused && answer.head == nil)
        let socket = try ProviderAddress(parsing: "wss://localhost:\(peer.port)")
        let (events, inlet) = AsyncStream<WebSocketEvent>.makeStream()
        let connection = Confined(to: transport) { loop in
            WebSocketConnection(WebSocketRequest(socket, path: "/", headers: []), on: loop) { inlet.yield($0) }
        }
        connection.run { $0.open() }
        guard case .ended(.fault(let fault)) = await events.next(where: { _ in true }) else {
            Issue.record("accepted")
            return
        }
        #expect(fault.kind == .certificateRefused)
    }

    @Test func `a server that is slow to answer, and one that falls silent, are given up`() async throws {
        let server = PeerServer { peer, _ in
            let request = try peer.readRequest()
            if request.path == "/silent" {
                try peer.beginEvents()
                try peer.write(": one\n\n")
            }
            peer.waitForEnd()
        }
        let transport = CloudTransport(TransportConfiguration())
        let address = try ProviderAddress(parsing: server.httpURL)
        var slow = HTTPRequest(address, path: "/slow", headers: [])
        slow.answerMilliseconds = 100
        #expect(await exchange(slow, transport).fault?.kind == .timedOut)
        var silent = HTTPRequest(address, path: "/silent", headers: [])
        silent.silenceMilliseconds = 100
        let answer = await exchange(silent, transport)
        #expect(answer.fault?.kind == .timedOut && answer.head?.status == 200)
    }

    @Test func `an answer that nobody reads stops its sender and arrives whole later`() async throws {
        let sent = Notes<Int>()
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: 20971520\r\n\r\n")
            for _ in 0..<320 {
                try peer.write([UInt8](repeating: 1, count: 65_536))
                sent.add(65_536)
            }
            peer.waitForEnd()
        }
        let transport = CloudTransport(TransportConfiguration())
        let request = HTTPRequest(try ProviderAddress(parsing: server.httpURL), path: "/", headers: [])
        let (events, inlet) = AsyncStream<HTTPEvent>.makeStream()
        let exchange = Confined(to: transport) { loop in HTTPExchange(request, on: loop) { inlet.yield($0) } }
        exchange.run { $0.start() }
        exchange.run { $0.pause() }
        try await Task.sleep(for: .milliseconds(300))
        #expect(sent.all.count < 320)
        exchange.run { $0.resume() }
        var total = 0
        for await event in events {
            if case .body(let bytes) = event { total += bytes.count }
            if case .ended(let fault) = event {
                #expect(fault == nil)
                break
            }
        }
        #expect(total == 20_971_520)
    }
}
