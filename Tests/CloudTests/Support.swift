import Cloud
import Conversation
import Failures
import Synchronization

/// What several threads write down and the test reads.
final class Notes<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    func add(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }

    /// All, once there are this many, or what there is after ten seconds.
    func all(of count: Int) async -> [Value] {
        for _ in 0..<1_000 where all.count < count { try? await Task.sleep(for: .milliseconds(10)) }
        return all
    }
}

/// A WebSocket driven by a test, and what it reported.
struct DrivenSocket: Sendable {
    let events: AsyncStream<WebSocketEvent>
    private let connection: Confined<WebSocketConnection>

    init(_ transport: CloudTransport, _ server: PeerServer, change: (inout WebSocketRequest) -> Void = { _ in }) throws {
        var request = WebSocketRequest(
            try ProviderAddress(parsing: server.webSocketURL), path: "/talk?x=1", headers: ["Authorization: Token secret"])
        change(&request)
        let (events, inlet) = AsyncStream<WebSocketEvent>.makeStream()
        self.events = events
        let final = request
        connection = Confined(to: transport) { loop in
            WebSocketConnection(final, on: loop) { event in
                inlet.yield(event)
                if case .ended = event { inlet.finish() }
            }
        }
        connection.run { $0.open() }
    }

    func run(_ body: @escaping @Sendable (WebSocketConnection) -> Void) { connection.run(body) }
    func send(_ text: String) { connection.run { $0.send(text: Array(text.utf8)) } }

    /// Everything until the end, in words.
    func story() async -> [String] {
        var story: [String] = []
        for await event in events {
            switch event {
            case .opened: story.append("opened")
            case .text(let text): story.append("text \(String(decoding: text.prefix(40), as: UTF8.self))")
            case .binary(let bytes): story.append("binary \(bytes.count)")
            case .ended(.refused(let head, let body)):
                story.append("refused \(head.status) \(String(decoding: body, as: UTF8.self))")
            case .ended(.closed(let code, let reason)): story.append("closed \(code.map(String.init) ?? "-") \(reason)")
            case .ended(.fault(let fault)): story.append("fault \(fault.kind.rawValue)")
            }
        }
        return story
    }
}

extension AsyncSequence where Failure == Never {
    /// The first element that fits; nil when the sequence ends before.
    func next(where fits: (Element) -> Bool) async -> Element? {
        for await element in self where fits(element) { return element }
        return nil
    }
}
