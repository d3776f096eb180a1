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
    /// Lines that are no field of an event, which the standard ignores and at least one provider reports failures in: the
    /// beginning of them all.
    package private(set) var strayLines: [UInt8] = []

    private static let strayBound = 16_384

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

    /// The bytes are over: what an event still lacked an empty line for. The standard drops it; it may be half an event.
    package mutating func end() -> ServerSentEvent? {
        if !line.isEmpty { _ = endLine() }
        return dispatch()
    }

    /// Whether `strayLines` look like a whole JSON value.
    package var hasStrayValue: Bool {
        let last = strayLines.last { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: " ") }
        return last == UInt8(ascii: "}") || last == UInt8(ascii: "]")
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
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            event.data += value
            hasData = true
        case "event": event.name = String(decoding: value, as: UTF8.self)
        case "", "id", "retry": break  // a comment; what only a browser needs
        default: strayLines += (line + [UInt8(ascii: "\n")]).prefix(max(0, Self.strayBound - strayLines.count))
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
