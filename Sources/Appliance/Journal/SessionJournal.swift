import Audio
import Conversation
import Failures

/// Turns what a session does into journal entries: every state, every stage, and one entry that sums up each turn with its
/// twelve stamps, from which the waterfall can be rebuilt.
public struct SessionJournal: SessionObserver {
    private let journal: Journal
    /// As they are now; nil when nobody knows any more.
    private let current: @Sendable () -> Configuration.Journal?
    /// XRUNs of both cards since the start, for the turn's entry.
    private let xruns: @Sendable () -> Int

    private var settings: Configuration.Journal { current() ?? Configuration.Journal() }

    /// - Parameter settings: asked for every entry, since a reload may change them.
    public init(
        _ journal: Journal, settings: @escaping @Sendable () -> Configuration.Journal?, xruns: @escaping @Sendable () -> Int
    ) {
        self.journal = journal
        current = settings
        self.xruns = xruns
    }

    public func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int) {
        guard var entry = entry(for: notice) else { return }
        entry.fields += [
            ("LINNET_CONVERSATION", .text(session.conversationID)), ("LINNET_SESSION", .text(session.sessionID)),
            ("LINNET_TURN", .integer(Int64(turn))),
        ]
        journal.write(entry)
    }

    private func entry(for notice: SessionNotice) -> JournalEntry? {
        switch notice {
        case .state(let state):
            JournalEntry(.state, .info, "Now \(state.rawValue)", [("LINNET_STATE", .text(state.rawValue))])
        case .stamp(let stamp, let time):
            settings.stages ? stage(stamp, time) : nil
        case .transcript(let text):
            settings.words ? JournalEntry(.transcript, .info, "Heard: \(text)", [("LINNET_TRANSCRIPT", .text(text))]) : nil
        case .falseAlarm:
            JournalEntry(.falseAlarm, .info, "Nobody meant to interrupt: the answer goes on")
        case .failure(let failure):
            Self.entry(for: failure)
        case .recovered(let subject):
            Self.recovery(of: subject)
        case .turnEnded(let record):
            summary(record)
        case .tool(let name, let milliseconds):
            settings.stages ? tool(name, milliseconds) : nil
        case .interim, .clause:
            nil
        }
    }

    private func stage(_ stamp: TurnStamp, _ time: MonotonicTime) -> JournalEntry {
        JournalEntry(
            .stage, .debug, "Stage \(stamp.rawValue)",
            [("LINNET_STAGE", .text(stamp.rawValue)), ("LINNET_STAGE_US", .integer(time.nanoseconds / 1000))])
    }

    private func tool(_ name: String, _ milliseconds: Int) -> JournalEntry {
        JournalEntry(
            .stage, .debug, "Tool \(name) took \(milliseconds) ms",
            [("LINNET_STAGE", .text("tool")), ("LINNET_TOOL", .text(name)), ("LINNET_TOOL_MS", .integer(Int64(milliseconds)))])
    }

    static func entry(for failure: Failure) -> JournalEntry { JournalEntry(failure) }

    static func recovery(of subject: Failure.Subject) -> JournalEntry {
        JournalEntry(.recovered, .notice, "\(subject.rawValue) works again", [("LINNET_PROVIDER", .text(subject.rawValue))])
    }

    private func summary(_ record: TurnRecord) -> JournalEntry {
        var fields: [(name: String, value: JournalEntry.Value)] = [
            ("LINNET_OUTCOME", .text(record.outcome.rawValue)), ("LINNET_STARTED_BY", .text(record.startedBy.rawValue)),
            ("LINNET_ENDPOINTING_MS", .integer(Int64(record.endpointingMilliseconds))),
            ("LINNET_PROVIDER", .text(record.modelProvider)), ("LINNET_XRUNS", .integer(Int64(xruns()))),
        ]
        for stamp in TurnStamp.allCases {
            guard let time = record.stamps[stamp] else { continue }
            fields.append((Self.field(of: stamp), .integer(time.nanoseconds / 1000)))
        }
        if let ttft = record.stamps.milliseconds(from: .modelRequested, to: .firstToken) {
            fields.append(("LINNET_TTFT_MS", .number(ttft)))
        }
        let endToEnd = record.stamps.voiceToVoiceMilliseconds
        if let endToEnd { fields.append(("LINNET_E2E_MS", .number(endToEnd))) }
        if !record.tools.isEmpty { fields.append(("LINNET_TOOLS", .text(record.tools.joined(separator: ", ")))) }
        if settings.words {
            fields += [
                ("LINNET_TRANSCRIPT", .text(record.transcript)), ("LINNET_REPLY", .text(record.reply)),
                ("LINNET_HEARD", .text(record.heard)),
            ]
            let sources = record.sources.map(\.url)
            if !sources.isEmpty { fields.append(("LINNET_SOURCES", .text(sources.joined(separator: " ")))) }
        }
        let after = endToEnd.map { ", answered after \(Int($0)) ms" } ?? ""
        return JournalEntry(
            .turnEnded, .notice, "Turn \(record.number) (\(record.startedBy.rawValue)): \(record.outcome.rawValue)\(after)",
            fields)
    }

    /// `speechStart` → `LINNET_STAMP_SPEECH_START_US`
    static func field(of stamp: TurnStamp) -> String {
        let snake = stamp.rawValue.map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined()
        return "LINNET_STAMP_\(snake)_US"
    }
}
