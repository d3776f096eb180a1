import Audio

/// The twelve stamps of a turn on the monotonic clock (DESIGN.md section 3), and the three that an interruption adds.
public enum TurnStamp: String, Sendable, CaseIterable {
    case speechStart, speechEnd, finalizeSent, transcriptFinal, turnCommitted, modelRequested
    case firstToken, firstClause, speechRequested, firstAudio, firstSamplePlayed, lastSamplePlayed
    // An interruption's own
    case interruptionHeard, ducked, paused

    /// The twelve that every finished turn has.
    public static let stages: [TurnStamp] = Array(allCases.prefix(12))
}

/// What is known of one turn's instants so far.
public struct TurnStamps: Sendable, Equatable {
    private var times: [TurnStamp: MonotonicTime] = [:]

    public init() {}

    public subscript(_ stamp: TurnStamp) -> MonotonicTime? { times[stamp] }

    /// Sets a stamp the first time; later calls change nothing, except for `lastSamplePlayed` and `speechEnd`, which move on.
    public mutating func mark(_ stamp: TurnStamp, at time: MonotonicTime) {
        if times[stamp] == nil || stamp == .lastSamplePlayed || stamp == .speechEnd { times[stamp] = time }
    }

    /// Takes stamps back that turned out to belong to nothing.
    public mutating func forget(_ stamps: some Sequence<TurnStamp>) {
        for stamp in stamps { times[stamp] = nil }
    }

    /// Milliseconds between two stamps, nil when one is missing.
    public func milliseconds(from a: TurnStamp, to b: TurnStamp) -> Double? {
        guard let from = times[a], let to = times[b] else { return nil }
        return to.milliseconds(since: from)
    }

    /// Last sample of the person's speech to first sample of the answer: what the person waits.
    public var voiceToVoiceMilliseconds: Double? { milliseconds(from: .speechEnd, to: .firstSamplePlayed) }
}
