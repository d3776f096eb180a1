import Audio
import Failures

/// Where a session meets a person: the box's array and loudspeaker, or a gateway connection. Frames come on a sample
/// clock; reply audio goes out by utterance and can be ducked, paused, resumed and dropped.
///
/// Calls return at once and may come from any thread; what became of them arrives as events.
public protocol SpeechEndpoint: Sendable {
    var capabilities: EndpointCapabilities { get }

    /// Everything that happens here, in order. One consumer. Bounded: when the consumer lags by more than
    /// 500 ms of frames the oldest frames are dropped and counted; no other event ever is.
    var events: AsyncStream<EndpointEvent> { get }

    /// Queues reply audio behind what is queued already.
    /// - Parameters:
    ///   - samples: mono at `capabilities.playbackRateHz`.
    ///   - utterance: whose audio it is; utterances sound in the order of their first samples.
    /// - Returns: false when more than `capabilities.playbackBoundSeconds` would be queued; nothing of it is taken then.
    func play(_ samples: [Int16], utterance: UtteranceID) -> Bool

    /// No more audio will come for `utterance`: ``EndpointEvent/played(_:)`` follows once its last sample was heard.
    func finish(utterance: UtteranceID)

    /// Lowers the reply by the configured amount (about 12 dB) within 10 ms; it goes on sounding.
    func duck()

    /// Silences the device at once; what was not heard is kept. ``EndpointEvent/paused(_:)`` answers.
    func pause()

    /// Goes on from the first sample that was not heard, at full level.
    func resume()

    /// Ends all sound now and forgets what was queued. ``EndpointEvent/dropped(_:)`` answers with what was heard.
    func drop()

    /// Says how the endpoint itself must react to speech while the reply sounds, without asking the session.
    func setReflex(_ reflex: Reflex)

    /// Short sounds of the box itself (earcons); never over a reply.
    func signal(_ sound: Earcon)
}

public struct EndpointCapabilities: Sendable, Equatable {
    /// The endpoint cleans and detects on its own side. One that cannot gets a front end in the daemon.
    public var cleansItself: Bool
    /// The rate at which `play` takes samples.
    public var playbackRateHz: Int
    /// How much reply audio may be queued.
    public var playbackBoundSeconds: Int

    public init(cleansItself: Bool, playbackRateHz: Int, playbackBoundSeconds: Int = 60) {
        self.cleansItself = cleansItself
        self.playbackRateHz = playbackRateHz
        self.playbackBoundSeconds = playbackBoundSeconds
    }
}

/// One answer's audio, numbered by the session; never used twice in a session.
public struct UtteranceID: Sendable, Hashable, Comparable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// How far an utterance was heard.
public struct HeardPosition: Sendable, Equatable {
    public var utterance: UtteranceID
    /// Samples of this utterance that met the converter, at `capabilities.playbackRateHz`.
    public var samples: Int64
    /// When the last of them met it.
    public var time: MonotonicTime

    public init(utterance: UtteranceID, samples: Int64, time: MonotonicTime) {
        self.utterance = utterance
        self.samples = samples
        self.time = time
    }
}

/// The endpoint's own reaction to speech over a reply (the reflex of DESIGN.md section 1).
public enum Reflex: Sendable, Equatable {
    case off
    /// Duck after `duckAfterMilliseconds` of speech, pause after `pauseAfterMilliseconds` of it.
    case armed(duckAfterMilliseconds: Int, pauseAfterMilliseconds: Int)
}

public enum Earcon: String, Sendable, CaseIterable { case listening, thinking, failed, muted }

public enum EndpointEvent: Sendable, Equatable {
    case frame(CleanFrame)
    /// The first sample of an utterance met the converter at this instant.
    case playing(UtteranceID, at: MonotonicTime)
    /// An utterance was heard to its end.
    case played(HeardPosition)
    /// The reflex ducked: when the speech that caused it began, and when the quieter sound met the converter.
    case ducked(speechStart: MonotonicTime, at: MonotonicTime)
    /// The reply was paused, by the reflex (`speechStart` then says why) or on request; `heard` is nil when nothing sounded.
    case paused(speechStart: MonotonicTime?, heard: HeardPosition?, at: MonotonicTime)
    /// The reflex lifted its duck: the speech did not go on.
    case unducked(at: MonotonicTime)
    case resumed(at: MonotonicTime)
    /// All sound was ended; `heard` is nil when nothing had sounded.
    case dropped(heard: HeardPosition?, at: MonotonicTime)
    /// Microphones or loudspeaker stopped working; the endpoint goes on trying by itself.
    case failed(Failure)
    /// What had failed works again.
    case recovered(Failure.Subject)
    /// The connection is over (remote endpoints alone).
    case gone
}
