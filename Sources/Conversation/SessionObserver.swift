import Audio
import Failures

/// The eight states that people see; LEDs, log, page and documentation use these words.
public enum VisibleState: String, Sendable, CaseIterable {
    case idle, listening, thinking, speaking
    case followUp = "follow-up"
    case muted, offline, error
}

/// Who a notice is about. A conversation can move between boxes; a session is one endpoint's connection to it.
public struct SessionIdentity: Sendable, Equatable {
    /// Both are UUIDs in lower-case text form.
    public var conversationID: String
    public var sessionID: String
    public init(conversationID: String, sessionID: String) {
        self.conversationID = conversationID
        self.sessionID = sessionID
    }
}

/// Told of everything that a session does; turned into journal entries, LEDs, status and metrics by the daemon.
/// Called on the session's executor: must return at once.
public protocol SessionObserver: Sendable {
    func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int)
}

public enum SessionNotice: Sendable, Equatable {
    case state(VisibleState)
    case stamp(TurnStamp, MonotonicTime)
    case interim(String)
    case transcript(String)
    case clause(String)
    /// A tool was called and took so long; a failure of it was told before.
    case tool(name: String, milliseconds: Int)
    /// The reply was ducked and then went on: nobody had meant to interrupt.
    case falseAlarm
    case failure(Failure)
    /// A device that had failed works again.
    case recovered(Failure.Subject)
    case turnEnded(TurnRecord)
}

/// What a finished turn was.
public struct TurnRecord: Sendable, Equatable {
    public var number: Int
    public var startedBy: TurnStart
    public var transcript: String
    /// Everything the model wrote.
    public var reply: String
    /// What of it the person heard, as it stands in the history.
    public var heard: String
    public var outcome: TurnOutcome
    public var stamps: TurnStamps
    /// The wait that ended the turn: silence asked for by the endpointer, 0 when a button ended it.
    public var endpointingMilliseconds: Int
    /// Who wrote the answer.
    public var modelProvider: String
    /// The tools that ran for it, in order, and where their results came from.
    public var tools: [String] = []
    public var sources: [ToolSource] = []

    public init(
        number: Int, startedBy: TurnStart, transcript: String = "", reply: String = "", heard: String = "",
        outcome: TurnOutcome = .answered, stamps: TurnStamps = .init(), endpointingMilliseconds: Int = 0,
        modelProvider: String = ""
    ) {
        self.number = number
        self.startedBy = startedBy
        self.transcript = transcript
        self.reply = reply
        self.heard = heard
        self.outcome = outcome
        self.stamps = stamps
        self.endpointingMilliseconds = endpointingMilliseconds
        self.modelProvider = modelProvider
    }
}

public enum TurnStart: String, Sendable {
    case tap, hold
    case followUp = "follow-up"
    case bargeIn = "barge-in"
    case text
}

/// How a turn ended.
public enum TurnOutcome: String, Sendable { case answered, interrupted, unheard, stopped, failed }

/// Time as a session gets it: never a clock of its own.
public protocol Timekeeper: Sendable {
    func now() -> MonotonicTime
    /// Returns after the time has passed; throws `CancellationError` when the task is cancelled.
    func sleep(milliseconds: Int) async throws
    /// Day and time of day as a person would write them, for the model; empty when they are not known.
    var today: String { get }
}

extension Timekeeper {
    public var today: String { "" }
}
