/// One event of a `text/event-stream`.
package struct ServerSentEvent: Sendable, Equatable {
    /// The `event:` field; empty when there was none.
    package var name: String
    /// The `data:` lines, joined by line feeds. Undecoded.
    package var data: [UInt8]

    package init(name: String = "", data: [UInt8]) {
        self.name = name
        self.data = data
    }
}

/// Bytes in, events out. Lines end with CR, LF or CRLF and with nothing else, and bytes may be split anywhere.
/// Source: WHATWG HTML, "Server-sent events".
package struct ServerSentEvents: Sendable {
    package struct TooLong: Error, Equatable {
        package let limitBytes: Int
    }

    /// Of one event, all its lines together.
    private let limitBytes: Int
    private var line: [UInt8] = []
    private var event = ServerSentEvent(data: [])
    private var hasData = false
    private var wasCarriageReturn = false
    private var isFirstLine = true

    package init(limitBytes: Int = 1 << 20) { self.limitBytes = limitBytes }

    /// Takes the next bytes.
    package mutating func feed(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let endsPair = wasCarriageReturn && byte == UInt8(ascii: "\n")
            wasCarriageReturn = byte == UInt8(ascii: "\r")
            if endsPair { continue }
            if wasCarriageReturn || byte == UInt8(ascii: "\n") {
                if let event = endLine() { events.append(event) }
            } else {
                guard line.count + event.data.count < limitBytes else { throw TooLong(limitBytes: limitBytes) }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }  // a byte order mark
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        if line[..<colon].elementsEqual("data".utf8) {
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            event.data += value
            hasData = true
        } else if line[..<colon].elementsEqual("event".utf8) {
            event.name = String(decoding: value, as: UTF8.self)
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ServerSentEvent(data: [])
            hasData = false
        }
        return hasData ? event : nil
    }
}
