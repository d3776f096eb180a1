import Rehearsal
import Testing

/// A rule of a service, how a client breaks it, and what the service does about it.
struct BrokenRule: Sendable, CustomTestStringConvertible {
    enum Act: Sendable {
        case text(String)
        case binary([UInt8])
        /// Babble at 16 kHz in frames of 20 ms, as fast as the socket takes it.
        case speech(seconds: Double)
        case silence(seconds: Double)
        case frame(opcode: UInt8, [UInt8], isFinal: Bool, isMasked: Bool)
        case wait(milliseconds: Int)
        /// Waits for a message that has all of these.
        case await([String: String])
    }

    enum Answer: Sendable {
        /// A message whose fields, as text, are these.
        case message([String: String])
        case closed(code: Int, reason: String)
        case nothing
    }

    var rule: String
    var acts: [Act]
    var answer: Answer
    /// What the log says of it; nil when no client could have known better.
    var complaint: String?

    init(_ rule: String, _ acts: [Act], _ answer: Answer, complaint: String?) {
        self.rule = rule
        self.acts = acts
        self.answer = answer
        self.complaint = complaint
    }

    var testDescription: String { rule }

    /// Breaks the rule and looks at what comes of it.
    func check(_ socket: RawWebSocket, _ server: RehearsalServer) throws {
        for act in acts { try perform(act, socket) }
        switch answer {
        case .message(let fields):
            #expect(socket.messages(seconds: 3) { $0.has(fields) }.last?.has(fields) == true, "no such answer")
        case .closed(let code, let reason):
            guard case .closed(let came, let words) = socket.close(seconds: 3) else {
                Issue.record("it was not closed")
                return
            }
            #expect(came == code && words.contains(reason), "\(came) \(words)")
        case .nothing: #expect(socket.next(seconds: 0.2) == .nothing)
        }
        let complaints = server.log.complaints
        if let complaint {
            #expect(complaints.contains { $0.contains(complaint) }, "\(complaints)")
        } else {
            #expect(complaints == [])
        }
    }

    private func perform(_ act: Act, _ socket: RawWebSocket) throws {
        switch act {
        case .text(let text): try socket.send(text)
        case .binary(let bytes): try socket.send(binary: bytes)
        case .speech(let seconds): try socket.send(sound: Sound.babble(seconds: seconds))
        case .silence(let seconds): try socket.send(sound: Sound.silence(seconds: seconds))
        case .frame(let opcode, let payload, let isFinal, let isMasked):
            try socket.send(opcode: opcode, payload, isFinal: isFinal, isMasked: isMasked)
        case .wait(let milliseconds): pause(milliseconds: milliseconds)
        case .await(let fields):
            #expect(socket.messages(seconds: 3) { $0.has(fields) }.last?.has(fields) == true, "\(fields) did not come")
        }
    }
}

extension Fields {
    /// Whether every path has this text, number or truth.
    func has(_ fields: [String: String]) -> Bool {
        fields.allSatisfy { path, wanted in
            let found = text(path) ?? number(path).map { "\(Int($0))" } ?? flag(path).map { "\($0)" }
            return found == wanted
        }
    }
}

/// A handshake that is refused.
struct BrokenHandshake: Sendable, CustomTestStringConvertible {
    var rule: String
    var target: String
    var headers: [String]
    var status: Int
    /// A field of the answer's body and its value.
    var field: (String, String)
    var isComplaint: Bool

    init(
        _ rule: String, _ target: String, headers: [String], status: Int, _ field: (String, String), isComplaint: Bool
    ) {
        self.rule = rule
        self.target = target
        self.headers = headers
        self.status = status
        self.field = field
        self.isComplaint = isComplaint
    }

    var testDescription: String { rule }

    /// - Returns: the answer, for a look at its headers.
    @discardableResult
    func check(_ address: String, _ server: RehearsalServer) throws -> HTTPReply {
        let reply = try RawWebSocket(address, target, headers: headers).handshake
        #expect(reply.status == status)
        #expect(Fields(reply.body)?.text(field.0) == field.1, "\(reply.body)")
        #expect(server.log.complaints.isEmpty != isComplaint, "\(server.log.complaints)")
        return reply
    }
}
