import Rehearsal
import Testing

@Suite("A client that breaks Cartesia's rules")
struct CartesiaRefusalTests {
    private static let key = "X-API-Key: rehearsal-cartesia-key"
    private static let version = "Cartesia-Version: 2026-03-01"

    private static let handshakes = [
        BrokenHandshake(
            "the key must be right", "/tts/websocket", headers: ["X-API-Key: wrong", version], status: 401,
            ("title", "Unauthorized"), isComplaint: false),
        BrokenHandshake(
            "there must be a key", "/tts/websocket", headers: [version], status: 401, ("title", "Unauthorized"),
            isComplaint: false),
        BrokenHandshake(
            "there must be a version", "/tts/websocket", headers: [key], status: 400, ("title", "Invalid version"),
            isComplaint: true),
        BrokenHandshake(
            "the version must be one that there was", "/tts/websocket?cartesia_version=2027-01-01", headers: [key, version],
            status: 400, ("title", "Invalid version"), isComplaint: true),
        BrokenHandshake(
            "speech is at /tts/websocket", "/tts/socket", headers: [key, version], status: 404, ("title", "Not found"),
            isComplaint: true),
    ]

    @Test(arguments: handshakes)
    func `is refused at the handshake`(_ broken: BrokenHandshake) async throws {
        try await withServices { server in
            let reply = try broken.check(server.addresses.cartesia, server)
            #expect(reply.headers["x-request-id"] == Fields(reply.body)?.text("request_id"))
        }
    }

    @Test func `is refused more sockets than ten for each context of the plan`() async throws {
        try await withServices(.echo()) {
            $0.limits.contexts = 1
        } _: { server in
            var sockets: [RawWebSocket] = []
            for _ in 0..<10 { sockets.append(try server.speech()) }
            #expect(sockets.allSatisfy { $0.handshake.status == 101 })
            let refused = try server.speech().handshake
            #expect(refused.status == 429 && Fields(refused.body)?.text("error_code") == "concurrency_limited")
            #expect(server.log.complaints == [])
        }
    }

    // MARK: Messages

    private static func says(
        _ text: String, context: String = "turn-1", isContinued: Bool = true, _ replaced: String = "", with: String = "",
        more: String = ""
    ) -> BrokenRule.Act {
        let request =
            #"{"context_id":"\#(context)","model_id":"sonic-3.5","transcript":"\#(text)","continue":\#(isContinued),"#
            + #""language":"en","voice":{"mode":"id","id":"f786b574-daa5-4673-aa0c-cbe3e8534c02"},"#
            + #""output_format":{"container":"raw","encoding":"pcm_s16le","sample_rate":24000},"#
            + #""add_timestamps":true,"max_buffer_delay_ms":0\#(more)}"#
        return .text(replaced.isEmpty ? request : request.replacing(replaced, with: with))
    }

    private static func refused(
        _ rule: String, _ acts: [BrokenRule.Act], status: Int = 400, complaint: String?
    ) -> BrokenRule {
        BrokenRule(rule, acts, .message(["type": "error", "done": "true", "status_code": "\(status)"]), complaint: complaint)
    }

    private static func noted(_ rule: String, _ acts: [BrokenRule.Act], complaint: String) -> BrokenRule {
        BrokenRule(rule, acts, .message(["type": "done"]), complaint: complaint)
    }

    private static let voice = #""voice":{"mode":"id","id":"f786b574-daa5-4673-aa0c-cbe3e8534c02"},"#
    private static let done = BrokenRule.Act.await(["type": "done"])
    private static let cancel = BrokenRule.Act.text(#"{"context_id":"turn-1","cancel":true}"#)

    private static let requests = [
        refused("messages are JSON", [.text("hello")], complaint: "no JSON object"),
        refused("messages are text", [.binary([1, 2])], complaint: "a binary frame"),
        refused(
            "context_id is required", [says("Hi.", #""context_id":"turn-1","#, with: "")], complaint: "context_id is required"),
        refused("model_id is required", [says("Hi.", #""model_id":"sonic-3.5","#, with: "")], complaint: "model_id is required"),
        refused("transcript is required", [says("Hi.", #""transcript":"Hi.","#, with: "")], complaint: "transcript is required"),
        refused("voice is required", [says("Hi.", voice, with: "")], complaint: "voice is required"),
        refused(
            "a voice has its version's shape", [says("Hi.", #""mode":"id","#, with: "")], complaint: "not the shape of version"),
        refused(
            "voices exist", [says("Hi.", "f786b574-daa5-4673-aa0c-cbe3e8534c02", with: "Susan")], status: 404, complaint: nil),
        refused("models exist", [says("Hi.", "sonic-3.5", with: "whisper")], status: 404, complaint: nil),
        refused("the container is raw", [says("Hi.", #""raw""#, with: #""wav""#)], complaint: "container must be raw"),
        refused("sample rates are few", [says("Hi.", "24000", with: "11025")], complaint: "sample_rate must be one of"),
        refused("encodings have names", [says("Hi.", "pcm_s16le", with: "s16")], complaint: "encoding must be"),
        refused(
            "flags are flags", [says("Hi.", #""continue":true"#, with: #""continue":"yes""#)], complaint: "must be true or false"),
        refused(
            "max_buffer_delay_ms is at most 5000", [says("Hi.", #"delay_ms":0"#, with: #"delay_ms":5001"#)],
            complaint: "max_buffer"),
        refused(
            "speed is at most 1.5", [says("Hi.", more: #","generation_config":{"speed":1.6}"#)],
            complaint: "generation_config.speed"),
        refused("old speeds have names", [says("Hi.", more: #","speed":"rapid""#)], complaint: "speed must be"),
        refused("a cancel is only a cancel", [.text(#"{"context_id":"a","cancel":true,"why":"x"}"#)], complaint: "nothing else"),
        refused("text is not endless", [says(String(repeating: "word ", count: 2100))], complaint: "characters wait"),
    ]

    private static let contexts = [
        refused(
            "fields stay the same in a context", [says("One. "), says("Two. ", "24000", with: "16000")],
            complaint: "other than the transcript has changed"),
        refused(
            "nothing follows continue:false", [says("One. ", isContinued: false), says("Two.")],
            complaint: "it got continue:false"),
        refused(
            "ids are not used again", [says("One.", isContinued: false), done, says("Two.", isContinued: false)],
            complaint: "it got continue:false"),
        refused("a cancelled context takes no text", [says("One. "), cancel, says("Two.")], complaint: "it was cancelled"),
        refused(
            "an expired context takes no text", [says("One. "), done, .wait(milliseconds: 300), says("Two.")],
            complaint: "it has expired"),
        refused(
            "an expired context takes no text, even if that was not known yet", [says("One. "), done, says("Two.")],
            complaint: nil),
        BrokenRule(
            "a cancel is for a context that there is", [.text(#"{"context_id":"none","cancel":true}"#)], .nothing,
            complaint: "never was"),
        BrokenRule(
            "a cancel is for a context that goes on", [says("One.", isContinued: false), done, cancel], .nothing,
            complaint: "a cancel of a context that is over"),
    ]

    private static let lint = [
        noted(
            "transcripts are joined verbatim", [says("Hello."), says("How are you?", isContinued: false)],
            complaint: "without a space"),
        noted("no markdown", [says("How are **you**?", isContinued: false)], complaint: "'**'"),
        noted("no addresses", [says("See https://example.org now.", isContinued: false)], complaint: "'https://'"),
        noted("no headings", [says("# Title", isContinued: false)], complaint: "'# '"),
        noted("no emoji", [says("Well done \u{1F389}", isContinued: false)], complaint: "emoji"),
        noted(
            "an empty text ends or flushes", [says(""), says("Hi.", isContinued: false)], complaint: "neither ends nor flushes"),
        noted("fields are known", [says("Hi.", isContinued: false, more: #","stream":true"#)], complaint: "'stream' is unknown"),
    ]

    @Test(arguments: requests + contexts + lint)
    func `is answered as Cartesia answers`(_ broken: BrokenRule) async throws {
        try await withServices(.echo()) {
            $0.limits.contextExpiryMilliseconds = 200
            $0.delays.audioChunkMilliseconds = 5
        } _: { server in
            try broken.check(try server.speech(), server)
        }
    }

    @Test func `reads errors in the shape of its version`() async throws {
        try await withServices { server in
            let old = try server.speech(version: "2025-04-16")
            try old.send(#"{"context_id":"a"}"#)
            let before = old.nextJSON()
            #expect(before?.text("error") == "Invalid request: transcript is required" && before?.has("title") == false)
            let new = try server.speech()
            try new.send(#"{"context_id":"a"}"#)
            let since = new.nextJSON()
            #expect(since?.text("title") == "Invalid request" && since?.text("message") == "transcript is required")
            #expect(since?.has("request_id") == true && since?.has("error") == false && since?.text("context_id") == "a")
        }
    }

    @Test func `A socket that nobody uses is closed as idle, with 1000`() async throws {
        try await withServices(.echo()) {
            $0.limits.speechIdleMilliseconds = 300
        } _: { server in
            let socket = try server.speech()
            #expect(socket.close() == .closed(code: 1000, reason: "connection idle timeout"))
            #expect(server.log.complaints == [])
        }
    }
}
