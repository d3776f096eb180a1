import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A service that is reached by WebSocket.
protocol WebSocketFront: Sendable {
    var service: RehearsalService { get }
    /// Nil when the handshake stands, else the answer that the service gives instead.
    func refusal(of head: HTTPRequestHead, log: ConnectionLog) -> HTTPAnswer?
    /// Headers of the answer to a handshake that stands.
    func headers(for head: HTTPRequestHead) -> HTTPHeaders
    func serve(_ head: HTTPRequestHead, log: ConnectionLog) -> any WebSocketService
}

/// A port of 127.0.0.1 that one service listens at.
enum LoopbackPort {
    /// Speaks HTTP alone.
    /// - Parameter makeHandler: called for each connection on its event loop.
    static func http(
        _ group: any EventLoopGroup, _ makeHandler: @escaping @Sendable () -> HTTPHandler
    ) async throws -> any Channel {
        try await listen(group) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                try channel.pipeline.syncOperations.addHandler(makeHandler())
            }
        }
    }

    /// Takes WebSocket handshakes, and answers everything else with a refusal.
    static func webSocket(
        _ group: any EventLoopGroup, _ front: some WebSocketFront, _ makeLog: @escaping @Sendable () -> ConnectionLog
    ) async throws -> any Channel {
        try await listen(group) { channel in
            let log = makeLog()
            let upgrader = upgrader(front, log)
            return channel.eventLoop.makeCompletedFuture {
                let refuser = HTTPHandler { question, responder in
                    let other = HTTPAnswer(status: .notFound, body: "this port takes WebSocket handshakes")
                    let answer = front.refusal(of: question.head, log: log) ?? other
                    log.add(.connectionRefused, text: "\(answer.status.code) \(answer.body)")
                    responder.answer(answer)
                }
                let refuserName = "refuser"
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                    withServerUpgrade: (
                        upgraders: [upgrader],
                        completionHandler: { _ in _ = channel.pipeline.removeHandler(name: refuserName) }
                    ))
                try channel.pipeline.syncOperations.addHandler(refuser, name: refuserName)
            }
        }
    }

    private static func upgrader(_ front: some WebSocketFront, _ log: ConnectionLog) -> NIOWebSocketServerUpgrader {
        NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20,
            // A silent log: the refusal itself is written where it is answered.
            shouldUpgrade: { channel, head in
                let stands = front.refusal(of: head, log: log.silent) == nil
                return channel.eventLoop.makeSucceededFuture(stands ? front.headers(for: head) : nil)
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let peer = WebSocketPeer(service: front.serve(head, log: log), log: log)
                    try channel.pipeline.syncOperations.addHandler(peer)
                }
            })
    }

    private static func listen(
        _ group: any EventLoopGroup, _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer(setUp)
            .bind(host: "127.0.0.1", port: 0)
            .get()
    }
}
