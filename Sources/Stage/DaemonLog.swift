import FoundationEssentials

/// One of the daemon's log entries: its journal fields, all as text.
public struct LogEntry: Sendable {
    public var fields: [String: String]

    public subscript(_ field: String) -> String? { fields[field] }
    public func number(_ field: String) -> Int64? { fields[field].flatMap { Int64($0) ?? Double($0).map { Int64($0) } } }

    /// Reads one JSON line; nil when it is none (a library's own words on standard error).
    public init?(json line: String) {
        guard line.first == "{",
            let values = try? JSONDecoder().decode([String: Scalar].self, from: Data(line.utf8))
        else { return nil }
        fields = values.mapValues(\.text)
    }

    private enum Scalar: Decodable {
        case string(String)
        case integer(Int64)
        case number(Double)
        case flag(Bool)
        case other

        init(from decoder: any Decoder) throws {
            let box = try decoder.singleValueContainer()
            if let text = try? box.decode(String.self) {
                self = .string(text)
            } else if let n = try? box.decode(Int64.self) {
                self = .integer(n)
            } else if let flag = try? box.decode(Bool.self) {
                self = .flag(flag)
            } else if let x = try? box.decode(Double.self) {
                self = .number(x)
            } else {
                self = .other
            }
        }

        var text: String {
            switch self {
            case .string(let s): s
            case .integer(let n): String(n)
            case .number(let x): String(x)
            case .flag(let f): f ? "true" : "false"
            case .other: ""
            }
        }
    }
}

/// What the log of one turn says: everything that the report shows is rebuilt from these entries alone.
public struct LoggedTurn: Sendable {
    public static let stages = [
        "speechStart", "speechEnd", "finalizeSent", "transcriptFinal", "turnCommitted", "modelRequested", "firstToken",
        "firstClause", "speechRequested", "firstAudio", "firstSamplePlayed", "lastSamplePlayed",
    ]
    public static let interruptionStages = ["interruptionHeard", "ducked", "paused"]

    public var number: Int
    public var startedBy: String
    public var outcome: String
    public var transcript: String
    public var reply: String
    public var heard: String
    /// The language model that answered: `groq`, `gemini`.
    public var model: String
    /// Stamp name to nanoseconds of CLOCK_MONOTONIC.
    public var stamps: [String: Int64]

    /// Nil when the entry is not the end of a turn.
    public init?(_ entry: LogEntry) {
        guard let outcome = entry["LINNET_OUTCOME"], let number = entry.number("LINNET_TURN") else { return nil }
        self.number = Int(number)
        self.outcome = outcome
        startedBy = entry["LINNET_STARTED_BY"] ?? ""
        transcript = entry["LINNET_TRANSCRIPT"] ?? ""
        reply = entry["LINNET_REPLY"] ?? ""
        heard = entry["LINNET_HEARD"] ?? ""
        model = entry["LINNET_PROVIDER"] ?? ""
        stamps = [:]
        for name in Self.stages + Self.interruptionStages {
            if let microseconds = entry.number(Self.field(of: name)) { stamps[name] = microseconds * 1000 }
        }
    }

    /// `speechStart` -> `LINNET_STAMP_SPEECH_START_US`
    static func field(of stamp: String) -> String {
        let snake = stamp.flatMap { $0.isUppercase ? "_\($0)" : $0.uppercased() }
        return "LINNET_STAMP_\(String(snake))_US"
    }

    /// Milliseconds from one stamp to another.
    public func milliseconds(from a: String, to b: String) -> Double? {
        guard let from = stamps[a], let to = stamps[b] else { return nil }
        return Double(to - from) / 1_000_000
    }

    public var missingStages: [String] { Self.stages.filter { stamps[$0] == nil } }
}
