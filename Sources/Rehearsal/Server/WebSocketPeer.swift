import NIOCore
import NIOWebSocket

/// What a stand-in does on a WebSocket. Called on its connection's event loop.
protocol WebSocketService: AnyObject {
    func opened(_ peer: WebSocketPeer)
    func received(text: String)
    func received(binary: ByteBuffer)
    func closed()
}

/// The server's end of a WebSocket: RFC 6455 as a strict server keeps it. Masks, fragments, pings, closes.
final class WebSocketPeer: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private static let messageBound = 1 << 20

    private let service: any WebSocketService
    private let log: ConnectionLog
    private(set) var context: ChannelHandlerContext?
    private var fragments: (opcode: WebSocketOpcode, bytes: ByteBuffer)?
    private var isClosing = false
    private let fault: AnswerFault?

    /// - Parameter fault: what goes wrong on this connection.
    init(service: any WebSocketService, log: ConnectionLog, fault: AnswerFault? = nil) {
        self.service = service
        self.log = log
        self.fault = fault
    }

    /// Whether what is sent now would leave soon.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Runs `body` on the connection's event loop after a while, unless it is cancelled or the loop ends.
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> Scheduled<Void>? {
        context?.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds)), body)
    }

    var eventLoop: (any EventLoop)? { context?.eventLoop }

    func send(_ message: JSONValue) {
        if let fault { send(message, with: fault) } else { put(message.serialized) }
    }

    func put(_ text: String) {
        guard let context, !isClosing else { return }
        write(WebSocketFrame(fin: true, opcode: .text, data: context.channel.allocator.buffer(string: text)))
    }

    /// Says good-bye; the client's answer, or 2 s without one, closes the connection.
    func close(_ code: WebSocketErrorCode, _ reason: String = "") {
        if fault?.isOver != true { sayGoodBye(code, reason) }
    }

    /// - Parameter code: nil for a close frame without one.
    func sayGoodBye(_ code: WebSocketErrorCode?, _ reason: String) {
        guard let context, !isClosing else { return }
        isClosing = true
        var data = context.channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        if let code {
            data.write(webSocketErrorCode: code)
            data.writeString(reason)
        }
        write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
    }

    private func write(_ frame: WebSocketFrame) {
        context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        log.add(.connectionOpened)
        service.opened(self)
        if let fault { begin(fault) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        log.add(.connectionClosed)
        service.closed()
        self.context = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOWebSocketError { log.complain("WebSocket: \(error)") }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard frame.maskKey != nil else { return fail(.protocolError, "a frame came unmasked") }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return fail(.protocolError, "a frame has reserved bits set") }
        switch frame.opcode {
        case .ping: if fault?.isOver != true { write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)) }
        case .pong: break
        case .connectionClose: answerClose(frame.unmaskedData, context)
        case .text, .binary, .continuation: take(frame)
        default: fail(.protocolError, "opcode \(frame.opcode) is unknown")
        }
    }

    private func take(_ frame: WebSocketFrame) {
        var bytes = frame.unmaskedData
        if frame.opcode == .continuation {
            guard fragments != nil else { return fail(.protocolError, "a continuation follows nothing") }
            fragments?.bytes.writeBuffer(&bytes)
        } else {
            guard fragments == nil else { return fail(.protocolError, "a message begins inside another") }
            fragments = (frame.opcode, bytes)
        }
        guard let message = fragments else { return }
        guard message.bytes.readableBytes <= Self.messageBound else { return fail(.messageTooLarge, "a message above 1 MiB") }
        guard frame.fin else { return }
        fragments = nil
        deliver(message.bytes, message.opcode)
    }

    private func deliver(_ bytes: ByteBuffer, _ opcode: WebSocketOpcode) {
        guard !isClosing else { return }
        guard opcode == .text else { return service.received(binary: bytes) }
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            return fail(.dataInconsistentWithMessage, "a text frame is no UTF-8")
        }
        service.received(text: text)
    }

    private func answerClose(_ data: ByteBuffer, _ context: ChannelHandlerContext) {
        let channel = context.channel
        guard !isClosing else { return channel.close(promise: nil) }
        guard fault?.isOver != true else { return }
        isClosing = true
        var code = data
        let echo = code.readSlice(length: min(2, code.readableBytes)) ?? ByteBuffer()
        let sent = context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: echo)))
        sent.whenComplete { _ in channel.close(promise: nil) }
    }

    private func fail(_ code: WebSocketErrorCode, _ rule: String) {
        log.complain("WebSocket: \(rule)")
        close(code, rule)
    }
}
