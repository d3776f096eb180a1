/// One thing that goes wrong, as a script of the stand-ins: at whom, what, how often, and after how many went well.
public struct Fault: Sendable, Equatable {
    public var service: RehearsalService
    public var kind: Kind
    /// How many connections or requests meet it; nil for all until the faults are cleared.
    public var times: Int?
    /// How many connections or requests are let through before the first meets it.
    public var after: Int
    /// For what happens inside an answer: how many of its parts (messages, events) are let through before.
    public var parts: Int

    /// - Parameter parts: nil for what is usual: one for what breaks off in the middle, none for what is wrong from the start.
    public init(_ service: RehearsalService, _ kind: Kind, times: Int? = 1, after: Int = 0, parts: Int? = nil) {
        self.service = service
        self.kind = kind
        self.times = times
        self.after = after
        self.parts = parts ?? kind.usualParts
    }

    public enum Kind: Sendable, Equatable {
        // On the way there; a connection meets it
        /// Nobody listens at the port and open connections are hung up: for so long, or (nil) until the faults are cleared.
        case refused(milliseconds: Int?)
        /// TCP is accepted, and nothing is read for so long: neither TLS nor HTTP gets on.
        case slowHandshake(milliseconds: Int)
        /// The stand-ins must be served over TLS.
        case certificate(BadCertificate)
        // The service says no; a request or a WebSocket's handshake meets it
        /// An HTTP status of 400 to 599 with the body that the service gives it.
        case status(Int, retryAfterSeconds: Int? = nil)
        /// An error told inside an answer that began well, as the service tells it.
        case inBand(Int)
        // The service breaks; a request or a WebSocket meets it
        /// A message or a chunk of which the first half comes, and then the end of the connection.
        case halfFrame
        /// TCP RST.
        case reset
        /// Nothing more comes, and nobody hangs up.
        case stall
        /// A part whose JSON ends in the middle, in a frame that is whole.
        case malformed
        /// Each byte of the whole answer is a write to TCP of its own.
        case split
        /// A part of 4 MiB.
        case oversized
        /// A WebSocket closes with this code; 1005 has none, 1006 and 1015 hang up without a close frame.
        /// Without a reason it is what the service says with this code.
        case close(Int, reason: String? = nil)
    }

    /// What can be wrong with a certificate, each in a way that a careful client refuses.
    public enum BadCertificate: String, Sendable, CaseIterable {
        case expired
        case notYetValid = "not-yet-valid"
        case wrongHost = "wrong-host"
        case selfSigned = "self-signed"
        case unknownAuthority = "unknown-authority"
        /// Signed by a certificate that is none of an authority (`CA:FALSE`).
        case notAnAuthority = "not-an-authority"
    }
}

extension Fault {
    /// Why this can never happen at its service; nil when it can.
    var impossibility: String? {
        let isWebSocket = service == .deepgram || service == .cartesia
        switch kind {
        case .close(let code, _):
            if !isWebSocket { return "\(service.rawValue) is no WebSocket: it has no close codes" }
            return (1000..<5000).contains(code) ? nil : "close codes are 1000 to 4999"
        case .inBand where service == .tavily: return "tavily answers in one piece: there is no error inside an answer"
        case .status(let status, _), .inBand(let status):
            return (400..<600).contains(status) ? nil : "a status must be 400 to 599"
        default: return nil
        }
    }

    var badCertificate: BadCertificate? {
        if case .certificate(let certificate) = kind { certificate } else { nil }
    }

    /// Whether a connection meets it before anything was asked; else a request or a WebSocket's handshake does.
    var meetsConnections: Bool {
        switch kind {
        case .refused, .slowHandshake, .certificate: true
        default: false
        }
    }
}

extension Fault.Kind {
    var usualParts: Int {
        switch self {
        case .halfFrame, .reset, .stall: 1
        default: 0
        }
    }
}
