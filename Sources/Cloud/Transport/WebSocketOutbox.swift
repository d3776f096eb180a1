import CCurl

/// Frames on their way out. libcurl before 8.10 must be given the same pointer and length again after `CURLE_AGAIN`, so bytes
/// leave from one fixed chunk that stays as it is until it was taken. Network thread only.
struct WebSocketOutbox: ~Copyable {
    private static let chunkBytes = 16_384

    private var waiting: [UInt8] = []
    private var head = 0
    private let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
    private var chunkStart = 0
    private var chunkEnd = 0
    /// Bytes ever queued and ever taken by the connection.
    private var queued = 0
    private var taken = 0
    private var marks: [(position: Int, body: () -> Void)] = []

    deinit { chunk.deallocate() }

    var unsentBytes: Int { queued - taken }

    /// - Parameter whenSent: see ``reachedMarks()``.
    mutating func append(_ frame: [UInt8], whenSent: (() -> Void)? = nil) {
        waiting += frame
        queued += frame.count
        if let whenSent { marks.append((queued, whenSent)) }
    }

    /// Sends what the connection takes now.
    /// - Returns: `CURLE_OK` when all has left, `CURLE_AGAIN` when the socket is full, else what broke.
    mutating func flush(_ easy: UnsafeMutableRawPointer) -> CURLcode {
        while true {
            if chunkStart == chunkEnd { refill() }
            guard chunkStart < chunkEnd else { return CURLE_OK }
            var count = 0
            let code = curl_easy_send(easy, chunk.baseAddress.map { $0 + chunkStart }, chunkEnd - chunkStart, &count)
            guard code == CURLE_OK else { return code }
            chunkStart += count
            taken += count
        }
    }

    private mutating func refill() {
        let count = min(Self.chunkBytes, waiting.count - head)
        chunk.copyBytes(from: waiting[head..<head + count])
        (chunkStart, chunkEnd) = (0, count)
        head += count
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        }
    }

    /// The `whenSent` of frames whose last byte the connection has taken since the last call; the caller runs them.
    mutating func reachedMarks() -> [() -> Void] {
        guard let first = marks.first, first.position <= taken else { return [] }
        let reached = marks.prefix { $0.position <= taken }.map(\.body)
        marks.removeFirst(reached.count)
        return reached
    }
}
