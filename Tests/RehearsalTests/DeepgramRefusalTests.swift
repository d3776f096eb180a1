import Rehearsal
import Testing

@Suite("A client that breaks Deepgram's rules")
struct DeepgramRefusalTests {
    private static let key = "Authorization: Token rehearsal-deepgram-key"
    private static let usual = ["model=nova-3", "encoding=linear16", "sample_rate=16000", "channels=1", "interim_results=true"]

    /// The usual query with these parameters instead of those of the same name; an empty value leaves one out.
    private static func target(_ changes: [String] = []) -> String {
        let names = changes.map { $0.split(separator: "=")[0] }
        let kept = usual.filter { !names.contains($0.split(separator: "=")[0]) }
        return "/v1/listen?" + (kept + changes.filter { !$0.hasSuffix("=") }).joined(separator: "&")
    }

    private static func bad(_ rule: String, _ changes: String..., isComplaint: Bool = true) -> BrokenHandshake {
        BrokenHandshake(
            rule, target(changes), headers: [key], status: 400, ("err_code", "INVALID_QUERY_PARAMETER"), isComplaint: isComplaint)
    }

    private static let handshakes = [
        BrokenHandshake(
            "the key must be right", target(), headers: ["Authorization: Token wrong"], status: 401, ("err_code", "INVALID_AUTH"),
            isComplaint: false),
        BrokenHandshake(
            "there must be a key", target(), headers: [], status: 401, ("err_code", "INVALID_AUTH"), isComplaint: false),
        BrokenHandshake(
            "the key goes with its scheme", target(), headers: ["Authorization: rehearsal-deepgram-key"], status: 401,
            ("err_code", "INVALID_AUTH"), isComplaint: false),
        BrokenHandshake(
            "v1 lives at /v1/listen", "/v2/listen", headers: [key], status: 404, ("err_code", "NOT_FOUND"), isComplaint: true),
        bad("a model is required", "model="), bad("flux lives on v2", "model=flux-general-en", isComplaint: false),
        bad("encoding is required for raw audio", "encoding="), bad("encodings have names", "encoding=pcm_s16le"),
        bad("sample_rate goes with encoding", "sample_rate="), bad("sample_rate is a number", "sample_rate=fast"),
        bad("channels is a number from 1", "channels=0"), bad("flags are true or false", "interim_results=True"),
        bad("flags are true or false", "smart_format=1"), bad("endpointing is a number or false", "endpointing=soon"),
        bad("endpointing is not true", "endpointing=true"), bad("utterance_end_ms is at least 1000", "utterance_end_ms=999"),
        bad("utterance_end_ms is at most 5000", "utterance_end_ms=5001"),
        bad("utterance_end_ms needs interim results", "utterance_end_ms=1000", "interim_results=false"),
        bad("keyterm is for nova-3", "model=nova-2", "keyterm=linnet"), bad("keywords is not for nova-3", "keywords=linnet:2"),
        bad(
            "keyterms have 500 tokens",
            "keyterm=" + Array(repeating: "antidisestablishmentarianism", count: 80).joined(separator: "+")),
        bad("language is a code", "language=the%20Queen's"),
    ]

    @Test(arguments: handshakes)
    func `is refused at the handshake, the reason in the header and in the body`(_ broken: BrokenHandshake) async throws {
        try await withServices { server in
            let reply = try broken.check(server.addresses.deepgram, server)
            #expect(reply.headers["dg-request-id"] == Fields(reply.body)?.text("request_id"))
            #expect(reply.headers["dg-error"] == Fields(reply.body)?.text("err_msg"))
        }
    }

    @Test func `is refused one stream too many until another ends`() async throws {
        try await withServices(.echo()) {
            $0.limits.listenStreams = 1
        } _: { server in
            let first = try server.listen()
            #expect(first.handshake.status == 101)
            let second = try server.listen().handshake
            #expect(second.status == 429 && Fields(second.body)?.text("err_code") == "TOO_MANY_REQUESTS")
            try first.send(sound: Sound.silence(seconds: 0.1))
            try first.send(#"{"type":"CloseStream"}"#)
            #expect(first.close() == .closed(code: 1000, reason: ""))
            try first.send(opcode: 8, [3, 232])
            pause(milliseconds: 100)
            #expect(try server.listen().handshake.status == 101)
            #expect(server.log.complaints == [])
        }
    }

    private static func says(_ text: String) -> BrokenRule.Act { .text(#"{"type":"\#(text)"}"#) }
    private static let notUnderstood = BrokenRule.Answer.message(["type": "Error", "variant": "SchemaError"])
    private static let manyTerms = Array(repeating: #""antidisestablishmentarianism""#, count: 80).joined(separator: ",")

    private static let rules = [
        BrokenRule(
            "frames hold whole samples", [.silence(seconds: 0.1), .binary([1, 2, 3])],
            .closed(code: 1008, reason: "DATA-0000"), complaint: "3 bytes are no whole number of linear16 samples"),
        BrokenRule(
            "no frame is empty", [.silence(seconds: 0.1), .binary([])], .closed(code: 1000, reason: ""),
            complaint: "an empty binary frame"),
        BrokenRule(
            "a control message goes in a text frame", [.binary(Array(#"{"type":"CloseStream"}"#.utf8))], .nothing,
            complaint: "a control message in a binary frame"),
        BrokenRule(
            "a control message goes in a text frame, of odd length too", [.binary(Array(#"{"type":"Finalize"}"#.utf8))],
            .closed(code: 1008, reason: "DATA-0000"), complaint: "a control message in a binary frame"),
        BrokenRule("messages have known types", [says("Flush")], notUnderstood, complaint: "unknown variant `Flush`"),
        BrokenRule("text frames are JSON", [.text("Finalize")], notUnderstood, complaint: "no JSON object"),
        BrokenRule(
            "Finalize names a channel that there is", [.text(#"{"type":"Finalize","channel":3}"#)], notUnderstood,
            complaint: "channel must be 0"),
        BrokenRule(
            "Finalize needs audio", [says("Finalize")], .message(["from_finalize": "true"]), complaint: "no audio since the last"),
        BrokenRule(
            "every Finalize needs audio",
            [.speech(seconds: 0.5), says("Finalize"), .await(["from_finalize": "true"]), says("Finalize")],
            .message(["from_finalize": "true"]), complaint: "no audio since the last"),
        BrokenRule(
            "a frame is 20 to 250 ms", [.binary([UInt8](repeating: 0, count: 16_000)), says("Finalize")],
            .message(["from_finalize": "true"]), complaint: "500 ms of audio in one frame"),
        BrokenRule(
            "audio comes at most 1.25 times as fast as time", [.silence(seconds: 8), says("Finalize")],
            .message(["from_finalize": "true"]), complaint: "faster than 1.25 times"),
        BrokenRule(
            "Configure comes one at a time", [.text(#"{"type":"Configure","keyterms":["a"]}"#), .text(#"{"type":"Configure"}"#)],
            .message(["type": "ConfigureFailure", "code": "CONFIGURE_ALREADY_PENDING"]), complaint: "CONFIGURE_ALREADY_PENDING"),
        BrokenRule(
            "Configure keeps to 500 tokens", [.text(#"{"type":"Configure","keyterms":[\#(manyTerms)]}"#)],
            .message(["type": "ConfigureFailure", "code": "CONFIGURE_KEYTERM_LIMIT_EXCEEDED"]),
            complaint: "CONFIGURE_KEYTERM_LIMIT_EXCEEDED"),
        BrokenRule(
            "keyterms are a list", [.text(#"{"type":"Configure","keyterms":"linnet"}"#)], notUnderstood,
            complaint: "keyterms must be a list"),
        BrokenRule(
            "frames are masked", [.frame(opcode: 1, Array("{}".utf8), isFinal: true, isMasked: false)],
            .closed(code: 1002, reason: ""), complaint: "WebSocket: "),
        BrokenRule(
            "text is UTF-8", [.frame(opcode: 1, [0x22, 0xFF, 0x22], isFinal: true, isMasked: true)],
            .closed(code: 1007, reason: ""), complaint: "WebSocket: a text frame is no UTF-8"),
        BrokenRule(
            "a continuation continues something", [.frame(opcode: 0, [1, 2], isFinal: true, isMasked: true)],
            .closed(code: 1002, reason: ""), complaint: "WebSocket: a continuation follows nothing"),
    ]

    @Test(arguments: rules)
    func `is answered as Deepgram answers`(_ broken: BrokenRule) async throws {
        try await withServices { server in try broken.check(try server.listen(), server) }
    }

    private static let idle = [
        BrokenRule(
            "something comes every ten seconds", [.silence(seconds: 0.1)], .closed(code: 1011, reason: "NET-0001"),
            complaint: "nothing came for 500 ms"),
        BrokenRule(
            "audio comes within ten seconds", [.wait(milliseconds: 250), says("KeepAlive")],
            .closed(code: 1011, reason: "NET-0001"),
            complaint: "no audio within 500 ms"),
    ]

    @Test(arguments: idle)
    func `is hung up on`(_ broken: BrokenRule) async throws {
        try await withServices(.echo()) {
            $0.limits.listenIdleMilliseconds = 500
        } _: { server in
            try broken.check(try server.listen(), server)
        }
    }

    @Test func `is not heard after CloseStream`() async throws {
        try await withServices {
            $0.delays.transcriptMilliseconds = 400
        } _: { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.babble(seconds: 0.5))
            try socket.send(#"{"type":"CloseStream"}"#)
            try socket.send(sound: Sound.babble(seconds: 0.02))
            #expect(socket.messages { $0.text("type") == "Metadata" }.last?.number("duration") == 0.5)
            #expect(server.log.complaints == ["deepgram: audio after CloseStream"])
        }
    }

    @Test func `is told that keyterms are for nova-3, by Configure too`() async throws {
        try await withServices { server in
            let socket = try RawWebSocket(
                server.addresses.deepgram, Self.target(["model=nova-2"]), headers: [Self.key])
            try socket.send(#"{"type":"Configure","keyterms":["linnet"]}"#)
            #expect(socket.nextJSON()?.text("code") == "CONFIGURE_KEYTERMS_NOT_SUPPORTED")
        }
    }
}
