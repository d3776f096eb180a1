import FoundationEssentials

/// One request on the control socket: a line of JSON.
public struct ControlRequest: Codable, Sendable, Equatable {
    public enum Command: String, Codable, Sendable, CaseIterable {
        case status, press, release, mute, unmute, stop, ask, say, reload
    }
    public var command: Command
    /// For `ask` and `say`.
    public var text: String?

    public init(_ command: Command, text: String? = nil) {
        self.command = command
        self.text = text
    }
}

/// Its answer: a line of JSON.
public struct ControlReply: Codable, Sendable, Equatable {
    /// Why the request was not carried out, for people; nil when it was.
    public var error: String?
    /// The answer to `ask`.
    public var answer: String?
    public var status: StatusReport?
    /// The answer to `reload`.
    public var reload: ReloadReport?

    public init(error: String? = nil, answer: String? = nil, status: StatusReport? = nil, reload: ReloadReport? = nil) {
        self.error = error
        self.answer = answer
        self.status = status
        self.reload = reload
    }
}

/// What `linnet status` shows.
public struct StatusReport: Codable, Sendable, Equatable {
    public var version = Version.text
    /// One of the eight visible states.
    public var state = "idle"
    public var uptimeSeconds = 0
    public var turns = 0
    public var sessionID = ""
    public var conversationID = ""
    public var capture = Device()
    public var playback = Device()
    public var board = ""
    public var lights = ""
    public var frontEnd = FrontEndFigures()
    public var lastTurn: LastTurn?
    /// What does not work right now, one line each with what to do.
    public var troubles: [String] = []

    public init() {}

    public struct Device: Codable, Sendable, Equatable {
        public var name = ""
        /// `running`, `waiting` (not there, or of no use), `silent` (nothing but zeros come), `stalled` (nothing moves), or `closed`.
        public var state = "closed"
        /// For how long it has been so.
        public var stateSeconds = 0
        public var format = ""
        public var xruns = 0
        /// Times it went away and came back.
        public var reopens = 0
        public init() {}
    }

    public struct FrontEndFigures: Codable, Sendable, Equatable {
        public var frames: UInt64 = 0
        public var lateFrames: UInt64 = 0
        /// How much of the echo the canceller takes away, dB; nil while nothing sounds.
        public var echoReturnLossEnhancementDecibels: Double?
        /// From the loudspeaker's converter to the beginning of the echo, ms; nil as long as it is not known.
        public var echoDelayMilliseconds: Int?
        /// The loudspeaker's clock against the microphones', parts per million.
        public var clockOffsetPartsPerMillion: Double?
        /// Where the talker is, degrees counter-clockwise from the array's x axis; nil when unknown or without a beam.
        public var directionDegrees: Int?
        /// Microphones, from 0 in the geometry's order, that are left out because they are dead or deaf; nil when all are well.
        public var deafMicrophones: [Int]?
        /// What the level control adds, dB.
        public var gainDecibels: Double?
        public init() {}
    }

    public struct LastTurn: Codable, Sendable, Equatable {
        public var number: Int
        public var outcome: String
        public var voiceToVoiceMilliseconds: Double?
        public init(number: Int, outcome: String, voiceToVoiceMilliseconds: Double?) {
            self.number = number
            self.outcome = outcome
            self.voiceToVoiceMilliseconds = voiceToVoiceMilliseconds
        }
    }
}

/// Lines on the wire.
enum ControlWire {
    static let lineBound = 64 * 1024

    static func line(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return Array("{\"error\":\"not encodable\"}\n".utf8) }
        return [UInt8](data) + [UInt8(ascii: "\n")]
    }

    static func value<T: Decodable>(_ type: T.Type, of line: [UInt8]) throws -> T {
        try JSONDecoder().decode(type, from: Data(line))
    }
}
