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

/// What all ports have in common.
struct PortConditions: Sendable {
    let group: any EventLoopGroup
    let faults: FaultBook
    /// Nil without TLS.
    let identities: ServerIdentities?
}

/// How a service is put at a port of 127.0.0.1.
enum LoopbackPort {
    /// Speaks HTTP alone.
    /// - Parameter makeHandler: called for each connection on its event loop.
    static func http(
        _ conditions: PortConditions, _ service: RehearsalService, _ makeHandler: @escaping @Sendable () -> HTTPHandler
    ) async throws -> ServicePort {
        try await open(conditions, service) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = makeHandler()
                handler.nextFault = { question in
                    // What only keeps a connection warm uses up no fault.
                    question.head.method == .POST ? conditions.faults.meet(.request, at: service) : nil
                }
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
    }

    /// Takes WebSocket handshakes, and answers everything else with a refusal.
    static func webSocket(
        _ conditions: PortConditions, _ front: some WebSocketFront, _ makeLog: @escaping @Sendable () -> ConnectionLog
    ) async throws -> ServicePort {
        try await open(conditions, front.service) { channel in
            channel.eventLoop.makeCompletedFuture {
                let visit = NIOLoopBound(
                    WebSocketVisit(front, log: makeLog(), faults: conditions.faults), eventLoop: channel.eventLoop)
                let refuser = HTTPHandler { question, responder in responder.answer(visit.value.refusal(of: question.head)) }
                let refuserName = "refuser"
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                    withServerUpgrade: (
                        upgraders: [upgrader(visit)],
                        completionHandler: { _ in _ = channel.pipeline.removeHandler(name: refuserName) }
                    ))
                try channel.pipeline.syncOperations.addHandler(refuser, name: refuserName)
            }
        }
    }

    private static func upgrader(_ visit: NIOLoopBound<WebSocketVisit>) -> NIOWebSocketServerUpgrader {
        NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20,
            shouldUpgrade: { channel, head in channel.eventLoop.makeSucceededFuture(visit.value.headers(for: head)) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(visit.value.peer(for: head))
                }
            })
    }

    private static func open(
        _ conditions: PortConditions, _ service: RehearsalService,
        _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> ServicePort {
        let connections = OpenConnections()
        return try await ServicePort(service, connections: connections) { port in
            try await ServerBootstrap(group: conditions.group)
                .serverChannelOption(.backlog, value: 64)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    connections.add(channel)
                    return channel.eventLoop.makeCompletedFuture { try prepare(channel, conditions, service) }
                        .flatMap { setUp(channel) }
                }
                .bind(host: "127.0.0.1", port: port)
                .get()
        }
    }

    /// What lies below HTTP.
    private static func prepare(_ channel: any Channel, _ conditions: PortConditions, _ service: RehearsalService) throws {
        let fault = conditions.faults.meet(.connection, at: service)
        try channel.pipeline.syncOperations.addHandler(SocketEnd())
        if let identities = conditions.identities {
            try channel.pipeline.syncOperations.addHandler(identities.handler(showing: fault?.badCertificate))
        }
        try channel.pipeline.syncOperations.addHandler(Wire())
        if case .slowHandshake(let milliseconds) = fault?.kind { hold(channel, milliseconds: milliseconds) }
    }

    /// Nothing is read for a while.
    private static func hold(_ channel: any Channel, milliseconds: Int) {
        channel.setOption(.autoRead, value: false).whenSuccess {
            channel.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                channel.setOption(.autoRead, value: true)
            }
        }
    }
}
