import CPlatform
import CSystemd
import Glibc

/// Where entries go: journald's native protocol under systemd, JSON lines on standard error elsewhere.
///
/// Writing returns at once: a queue of its own carries the entries away, so that a stuck reader never holds up a conversation.
/// Never called from an audio thread all the same (it allocates).
public struct Journal: Sendable {
    public enum Destination: Sendable { case journald, standardError }
    public let destination: Destination
    private let queue = BoundedQueue(label: "linnet.journal", bound: 2000)

    public init(_ destination: Destination) { self.destination = destination }

    /// journald when standard error is already connected to it (systemd says so in `JOURNAL_STREAM`).
    public static func chosen(environment: (String) -> String?) -> Journal {
        guard let stream = environment("JOURNAL_STREAM") else { return Journal(.standardError) }
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0 else { return Journal(.standardError) }
        return Journal(stream == "\(status.st_dev):\(status.st_ino)" ? .journald : .standardError)
    }

    public func write(_ entry: JournalEntry) {
        let standing: [(name: String, value: JournalEntry.Value)] = [
            ("MESSAGE", .text(entry.message)), ("MESSAGE_ID", .text(entry.messageID)),
            ("PRIORITY", .integer(Int64(entry.priority.rawValue))), ("SYSLOG_IDENTIFIER", .text("linnet")),
            ("LINNET_EVENT", .text(entry.event.rawValue)), ("LINNET_MONOTONIC_US", .integer(ln_monotonic_ns() / 1000)),
        ]
        let fields = standing + entry.fields
        queue.run { [destination] in
            switch destination {
            case .journald: Self.send(fields)
            case .standardError: Self.print(fields)
            }
        }
    }

    /// Waits until what was written so far is out, at most `milliseconds`.
    public func flush(milliseconds: Int) { queue.drain(milliseconds: milliseconds) }

    // MARK: journald

    /// All bytes in one buffer, so that the pointers of all fields hold at once.
    private static func send(_ fields: [(name: String, value: JournalEntry.Value)]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for field in fields {
            bytes.append(contentsOf: "\(field.name)=\(plain(field.value))".utf8)
            ends.append(bytes.count)
        }
        bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            let pieces = ends.map { end in
                defer { start = end }
                return iovec(iov_base: buffer.baseAddress.map { $0 + start }, iov_len: end - start)
            }
            _ = sd_journal_sendv(pieces, Int32(pieces.count))
        }
    }

    private static func plain(_ value: JournalEntry.Value) -> String {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): thousandths(number)
        }
    }

    // MARK: Standard error

    private static func print(_ fields: [(name: String, value: JournalEntry.Value)]) {
        let members = fields.map { "\(JSONText.quoted($0.name)):\(json($0.value))" }
        let line = Array("{\(members.joined(separator: ","))}\n".utf8)
        var written = 0
        while written < line.count {
            let count = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress! + written, line.count - written) }
            guard count > 0 else { return }
            written += count
        }
    }

    private static func json(_ value: JournalEntry.Value) -> String {
        if case .text(let text) = value { return JSONText.quoted(text) }
        return plain(value)
    }

    /// Three digits after the point.
    private static func thousandths(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "0" }
        let scaled = Int64((number * 1000).rounded())
        let fraction = String(abs(scaled) % 1000)
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}

/// RFC 8259 text, as far as it is written here.
enum JSONText {
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
