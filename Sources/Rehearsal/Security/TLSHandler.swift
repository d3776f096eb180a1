import NIOCore

/// TLS of one connection, the server's end: OpenSSL between two buffers in memory. Its event loop only.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let blockBytes = 16_384

    private let ssl: OpenSSL
    private let connection: OpenSSL.Handle
    /// What the client sent, still sealed, and what goes to it, sealed.
    private let arriving: OpenSSL.Handle
    private let leaving: OpenSSL.Handle
    private var isReady = false
    private var isBroken = false
    private var waiting: [(ByteBuffer, EventLoopPromise<Void>?)] = []

    /// - Parameter identity: a context with a certificate and its key.
    init?(_ ssl: OpenSSL, identity: OpenSSL.Handle) {
        guard let connection = ssl.makeConnection(identity), let arriving = ssl.makeBIO(ssl.memoryMethod()),
            let leaving = ssl.makeBIO(ssl.memoryMethod())
        else { return nil }
        self.ssl = ssl
        self.connection = connection
        self.arriving = arriving
        self.leaving = leaving
        ssl.setBIOs(connection, arriving, leaving)
        ssl.acceptState(connection)
    }

    deinit { ssl.freeConnection(connection) }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { _ = ssl.writeBIO(arriving, $0.baseAddress, CInt($0.count)) }
        guard !isBroken, shakeHands(context) else { return }
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        while !isBroken {
            ssl.clearErrors()
            let count = block.withUnsafeMutableBytes { ssl.read(connection, $0.baseAddress, CInt($0.count)) }
            guard count > 0 else { return readEnded(context, count) }
            context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: block[..<Int(count)])))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isBroken = true
        for (_, promise) in waiting { promise?.fail(ChannelError.ioOnClosedChannel) }
        waiting = []
        context.fireChannelInactive()
    }

    /// - Returns: whether the handshake is done. A client that refuses our certificate says so here.
    private func shakeHands(_ context: ChannelHandlerContext) -> Bool {
        guard !isReady else { return true }
        ssl.clearErrors()
        let outcome = ssl.handshake(connection)
        sendSealed(context)
        guard outcome == 1 else {
            if !isMoreNeeded(outcome) { give(up: context) }
            return false
        }
        isReady = true
        let early = waiting
        waiting = []
        for (bytes, promise) in early { seal(bytes, promise, context) }
        context.flush()
        return true
    }

    private func readEnded(_ context: ChannelHandlerContext, _ outcome: CInt) {
        sendSealed(context)
        if !isMoreNeeded(outcome) { give(up: context) }
    }

    /// SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE
    private func isMoreNeeded(_ outcome: CInt) -> Bool { [2, 3].contains(ssl.errorKind(connection, outcome)) }

    private func give(up context: ChannelHandlerContext) {
        isBroken = true
        context.close(promise: nil)
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        if isReady { seal(bytes, promise, context) } else { waiting.append((bytes, promise)) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isReady, !isBroken {
            _ = ssl.shutdown(connection)
            sendSealed(context)
        }
        isBroken = true
        context.close(mode: mode, promise: promise)
    }

    private func seal(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0, !isBroken else {
            promise?.succeed()
            return
        }
        ssl.clearErrors()
        let count = bytes.withUnsafeReadableBytes { ssl.write(connection, $0.baseAddress, CInt($0.count)) }
        guard count > 0 else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return give(up: context)
        }
        context.write(wrapOutboundOut(sealed()), promise: promise)
    }

    private func sendSealed(_ context: ChannelHandlerContext) {
        let bytes = sealed()
        if bytes.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
    }

    private func sealed() -> ByteBuffer {
        var all = ByteBuffer()
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        while true {
            let count = block.withUnsafeMutableBytes { ssl.readBIO(leaving, $0.baseAddress, CInt($0.count)) }
            guard count > 0 else { return all }
            all.writeBytes(block[..<Int(count)])
        }
    }
}
