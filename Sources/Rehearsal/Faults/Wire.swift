import Glibc
import NIOCore

/// The bytes of one connection on their way out, above TLS: cuts what is sent in half, or sends every byte by itself.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Mode { case whole, cut, split }

    private var mode = Mode.whole
    /// Since the last flush.
    private var gathered = ByteBuffer()
    private var gatheredPromises: [EventLoopPromise<Void>] = []
    private var queue = ByteBuffer()
    private var queuePromises: [EventLoopPromise<Void>] = []
    private var isClosing = false

    /// Of what is flushed next the first half leaves, and then the connection ends.
    func cutNext() { mode = .cut }

    /// From now on each byte is a write of its own.
    func split() { mode = .split }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard mode != .whole else { return context.write(data, promise: promise) }
        var bytes = unwrapOutboundIn(data)
        gathered.writeBuffer(&bytes)
        if let promise { gatheredPromises.append(promise) }
    }

    func flush(context: ChannelHandlerContext) {
        switch mode {
        case .whole: context.flush()
        case .cut: cut(context)
        case .split:
            let isRunning = queue.readableBytes > 0
            queue.writeBuffer(&gathered)
            gathered.clear()
            queuePromises += gatheredPromises
            gatheredPromises = []
            if !isRunning { sendBytes(context) }
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard queue.readableBytes > 0 else { return context.close(mode: mode, promise: promise) }
        isClosing = true
        context.channel.closeFuture.cascade(to: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        for promise in gatheredPromises + queuePromises { promise.fail(ChannelError.ioOnClosedChannel) }
        gatheredPromises = []
        queuePromises = []
        queue.clear()
        context.fireChannelInactive()
    }

    private func cut(_ context: ChannelHandlerContext) {
        guard let half = gathered.readSlice(length: gathered.readableBytes / 2) else { return }
        gathered.clear()
        context.writeAndFlush(wrapOutboundOut(half), promise: nil)
        context.close(promise: nil)
    }

    /// Some bytes per turn of the loop: others get theirs in between.
    private func sendBytes(_ context: ChannelHandlerContext) {
        for _ in 0..<32 {
            guard let byte = queue.readSlice(length: 1) else { return emptied(context) }
            context.writeAndFlush(wrapOutboundOut(byte), promise: nil)
        }
        let loop = context.eventLoop.assumeIsolated()
        loop.execute { self.sendBytes(context) }
    }

    private func emptied(_ context: ChannelHandlerContext) {
        queue.clear()
        for promise in queuePromises { promise.succeed() }
        queuePromises = []
        if isClosing { context.close(promise: nil) }
    }
}

/// The end of the pipeline at the socket, below TLS.
final class SocketEnd: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Ends the connection with RST.
    func reset() {
        guard let context else { return }
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        context.close(promise: nil)
    }
}

extension ChannelPipeline {
    /// Of a connection that ``LoopbackPort`` has set up. Its event loop only.
    var wire: Wire? { try? syncOperations.handler(type: Wire.self) }
    var socketEnd: SocketEnd? { try? syncOperations.handler(type: SocketEnd.self) }
}
