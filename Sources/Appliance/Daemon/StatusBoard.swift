import Conversation
import Failures
import Synchronization

/// What is known of the box's session right now; read by `linnet status` and by the STATUS line.
public final class StatusBoard: SessionObserver, Sendable {
    private let known = Mutex(Known())
    /// Told after every change of state, so that the service manager's STATUS line follows.
    private let onChange: @Sendable (String) -> Void

    private struct Known {
        var state = VisibleState.idle
        var session: SessionIdentity?
        var turns = 0
        var last: TurnRecord?
        /// By subject: the newest failure of each that has not recovered.
        var troubles: [Failure.Subject: Failure] = [:]
    }

    public init(onChange: @escaping @Sendable (String) -> Void) { self.onChange = onChange }

    public func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int) {
        let line = known.withLock { known -> String? in
            known.session = session
            switch notice {
            case .state(let state): known.state = state
            case .turnEnded(let record):
                known.turns += 1
                known.last = record
                if record.outcome == .answered { known.troubles = known.troubles.filter { !Self.isProven($0.key) } }
            case .failure(let failure): known.troubles[failure.subject] = failure
            case .recovered(let subject): known.troubles[subject] = nil
            default: return nil
            }
            return Self.line(known)
        }
        if let line { onChange(line) }
    }

    public func failed(_ failure: Failure) {
        onChange(
            known.withLock {
                $0.troubles[failure.subject] = failure
                return Self.line($0)
            })
    }

    public func recovered(_ subject: Failure.Subject) {
        onChange(
            known.withLock {
                $0.troubles[subject] = nil
                return Self.line($0)
            })
    }

    /// Fills in what the board knows.
    public func fill(_ report: inout StatusReport) {
        let known = known.withLock { $0 }
        report.state = known.state.rawValue
        report.sessionID = known.session?.sessionID ?? ""
        report.conversationID = known.session?.conversationID ?? ""
        report.turns = known.turns
        report.lastTurn = known.last.map {
            StatusReport.LastTurn(
                number: $0.number, outcome: $0.outcome.rawValue, voiceToVoiceMilliseconds: $0.stamps.voiceToVoiceMilliseconds)
        }
        report.troubles = known.troubles.values.map { "\($0.description). \($0.advice)" }.sorted()
    }

    /// Whether an answer aloud shows that it works: nobody else says so of these two. Of everything else, with a second model for
    /// the first and a turn that needs no search, the session and the devices tell themselves when it is back.
    private static func isProven(_ subject: Failure.Subject) -> Bool { [.deepgram, .cartesia].contains(subject) }

    private static func line(_ known: Known) -> String {
        let last = known.last.map { "; turn \($0.number) \($0.outcome.rawValue)" } ?? ""
        let trouble =
            known.troubles.isEmpty ? "" : "; trouble: \(known.troubles.keys.map(\.rawValue).sorted().joined(separator: ", "))"
        return known.state.rawValue + last + trouble
    }
}

/// Passes every notice on to several observers, in order.
struct Observers: SessionObserver {
    let all: [any SessionObserver]

    func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int) {
        for observer in all { observer.note(notice, of: session, turn: turn) }
    }
}
