import Failures

/// The kinds of entries that the daemon writes, each with its `MESSAGE_ID`; `systemd/linnet.catalog` says for each what it
/// means and what to do (`journalctl -x`).
public enum JournalEvent: String, Sendable, CaseIterable {
    case started, ready, stopping, stopped
    case settingsRefused = "settings-refused"
    case settingsDoubtful = "settings-doubtful"
    case reloaded
    case reloadRefused = "reload-refused"
    case restartNeeded = "restart-needed"
    case keyMissing = "key-missing"
    case keyExposed = "key-exposed"
    case keyUnusable = "key-unusable"
    case ordinaryScheduling = "ordinary-scheduling"
    case deviceFailed = "device-failed"
    case providerFailed = "provider-failed"
    case recovered
    case state
    case stage
    case transcript
    case turnEnded = "turn-ended"
    case falseAlarm = "false-alarm"
    case watchdogWithheld = "watchdog-withheld"

    /// 128 bits in lower-case hexadecimal, never changed once given; nil for failures, whose kind has one of its own.
    public var messageID: String? {
        switch self {
        case .started: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a001"
        case .ready: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a002"
        case .stopping: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a003"
        case .stopped: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a004"
        case .settingsRefused: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a005"
        case .keyMissing: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a006"
        case .keyExposed: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a007"
        case .ordinaryScheduling: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a008"
        case .deviceFailed, .providerFailed: nil
        case .recovered: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a00b"
        case .state: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a00c"
        case .stage: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a00d"
        case .transcript: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a00e"
        case .turnEnded: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a00f"
        case .falseAlarm: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a010"
        case .watchdogWithheld: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a011"
        case .reloaded: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a012"
        case .reloadRefused: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a013"
        case .restartNeeded: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a014"
        case .settingsDoubtful: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a015"
        case .keyUnusable: "5b0f6c1e1a5e4f6d9a3c2e7d10c1a016"
        }
    }
}

/// syslog's priorities, as far as the daemon uses them.
public enum JournalPriority: Int, Sendable {
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
    case debug = 7
}

/// One entry: what is said to people, and fields for machines.
public struct JournalEntry: Sendable {
    public enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int64)
        case number(Double)
    }

    public var event: JournalEvent
    /// What the catalog knows it by.
    public var messageID: String
    public var priority: JournalPriority
    public var message: String
    /// Upper-case names; `LINNET_` belongs to us.
    public var fields: [(name: String, value: Value)]

    public init(
        _ event: JournalEvent, _ priority: JournalPriority, _ message: String, _ fields: [(name: String, value: Value)] = []
    ) {
        self.event = event
        messageID = event.messageID ?? Failure.Kind.unknown.messageID
        self.priority = priority
        self.message = message
        self.fields = fields
    }

    /// About something that failed outside: its kind says what the catalog tells of it.
    public init(_ failure: Failure) {
        let isDevice = [.capture, .playback, .board].contains(failure.subject)
        self.init(
            isDevice ? .deviceFailed : .providerFailed, failure.retry == .never ? .error : .warning,
            "\(failure.description). \(failure.advice)",
            [
                ("LINNET_PROVIDER", .text(failure.subject.rawValue)), ("LINNET_FAILURE", .text(failure.kind.rawValue)),
                ("LINNET_ADVICE", .text(failure.advice)),
            ])
        messageID = failure.kind.messageID
        if let id = failure.requestID { fields.append(("LINNET_REQUEST", .text(id))) }
    }
}
