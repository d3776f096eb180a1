import Glibc
import Rehearsal
import Testing

@Suite("Deepgram's rules")
struct DeepgramRulesTests {
    @Test func `A wrong key is refused with 401, the reason in a header and in the body`() async throws {
        try await withServices { server in
            let socket = try server.listen(key: "wrong")
            #expect(socket.handshake.status == 401)
            #expect(socket.handshake.headers["dg-error"] != nil && socket.handshake.headers["dg-request-id"] != nil)
            #expect(Fields(socket.handshake.body)?.text("err_code") == "INVALID_AUTH")
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test(arguments: [
        "interim_results=True", "utterance_end_ms=999", "utterance_end_ms=1000&interim_results=false", "sample_rate=fast",
        "encoding=pcm_s16le", "endpointing=soon", "channels=0", "model=flux-general-en", "model=nova-2&keyterm=linnet", "model=",
    ])
    func `A value that does not parse is refused with 400 INVALID_QUERY_PARAMETER`(query: String) async throws {
        try await withServices { server in
            let names = query.split(separator: "&").map { $0.split(separator: "=")[0] }
            let rest = RehearsalServer.listenQuery.split(separator: "&").filter { !names.contains($0.split(separator: "=")[0]) }
            let socket = try RawWebSocket(
                server.addresses.deepgram, "/v1/listen?\(rest.joined(separator: "&"))&\(query)",
                headers: ["Authorization: Token rehearsal-deepgram-key"])
            #expect(socket.handshake.status == 400)
            #expect(Fields(socket.handshake.body)?.text("err_code") == "INVALID_QUERY_PARAMETER")
        }
    }

    @Test func `A client that keeps every rule hears its words settled and is complained about by nobody`() async throws {
        try await withServices { server in
            let socket = try server.listen("endpointing=300&utterance_end_ms=1000&vad_events=true&keyterm=two+words&language=en")
            #expect(socket.handshake.status == 101)
            try socket.send(sound: Sound.silence(seconds: 0.5) + Sound.babble(seconds: 1) + Sound.silence(seconds: 0.4))
            let first = socket.messages { $0.flag("speech_final") == true }
            #expect(first.first?.text("type") == "SpeechStarted")
            #expect(first.last?.transcript == "Hello there.")
            #expect(first.last?.count("channel.alternatives.0.words") == 2)
            try socket.send(#"{"type":"Finalize"}"#)
            let answer = socket.messages { $0.flag("from_finalize") == true }.last
            #expect(answer?.transcript == "" && answer?.flag("speech_final") == false)
            #expect(answer?.number("start") == (first.last?.number("start") ?? 0) + (first.last?.number("duration") ?? 0))
            try socket.send(sound: Sound.silence(seconds: 0.8))
            #expect(socket.messages { $0.text("type") == "UtteranceEnd" }.last?.has("last_word_end") == true)
            try socket.send(#"{"type":"CloseStream"}"#)
            #expect(socket.messages { $0.text("type") == "Metadata" }.last?.number("duration") == 2.7)
            #expect(socket.close() == .closed(code: 1000, reason: ""))
            #expect(server.log.complaints == [])
        }
    }

    @Test func `An empty binary frame ends the stream`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.silence(seconds: 0.1))
            try socket.send(binary: [])
            #expect(socket.close() == .closed(code: 1000, reason: ""))
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test func `A control message in a binary frame is taken for audio`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(binary: Array(#"{"type":"Finalize"}"#.utf8))
            #expect(socket.next(seconds: 0.3) == .nothing)
            #expect(server.log.complaints.contains { $0.contains("control message") })
        }
    }

    @Test func `A message that it does not know is answered by an error`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(#"{"type":"Flush"}"#)
            #expect(socket.nextJSON()?.text("variant") == "SchemaError")
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test func `An unmasked frame is a protocol error`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(opcode: 1, Array(#"{"type":"KeepAlive"}"#.utf8), isMasked: false)
            guard case .closed(let code, _) = socket.close() else {
                Issue.record("not closed")
                return
            }
            #expect(code == 1002)
        }
    }

    @Test func `A message may come in fragments with a ping between them`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(opcode: 1, Array(#"{"type":"Fin"#.utf8), isFinal: false)
            try socket.send(opcode: 9, [1, 2, 3])
            try socket.send(opcode: 0, Array(#"alize"}"#.utf8))
            #expect(socket.nextJSON()?.flag("from_finalize") == true)
            #expect(server.log.complaints == [])
        }
    }

    @Test func `Audio faster than 1.25 times real time is noted after a burst`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.silence(seconds: 2))
            try socket.send(#"{"type":"Finalize"}"#)
            _ = socket.nextJSON()
            #expect(server.log.complaints == [])
            try socket.send(sound: Sound.silence(seconds: 12))
            try socket.send(#"{"type":"Finalize"}"#)
            _ = socket.messages { $0.flag("from_finalize") == true }
            #expect(server.log.complaints == ["deepgram: audio comes faster than 1.25 times real time"])
        }
    }

    @Test func `A connection that says nothing is closed with NET-0001, and KeepAlive prevents it`() async throws {
        try await withServices(.echo()) {
            $0.limits.listenIdleMilliseconds = 2000
        } _: { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.silence(seconds: 0.1))
            for _ in 0..<9 {
                pause(milliseconds: 300)
                try socket.send(#"{"type":"KeepAlive"}"#)
            }
            #expect(server.log.complaints == [])
            guard case .closed(let code, let reason) = socket.close() else {
                Issue.record("not closed")
                return
            }
            #expect(code == 1011 && reason.contains("NET-0001"))
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test func `KeepAlive alone does not hold a connection that never got audio`() async throws {
        try await withServices(.echo()) {
            $0.limits.listenIdleMilliseconds = 2000
        } _: { server in
            let socket = try server.listen()
            for _ in 0..<5 {
                pause(milliseconds: 300)
                try socket.send(#"{"type":"KeepAlive"}"#)
            }
            guard case .closed(let code, _) = socket.close() else {
                Issue.record("not closed")
                return
            }
            #expect(code == 1011)
        }
    }

    @Test func `Without endpointing nothing is settled until Finalize`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.babble(seconds: 1) + Sound.silence(seconds: 1.5))
            let early = socket.messages(seconds: 0.5) { $0.flag("is_final") == true }
            #expect(!early.contains { $0.flag("is_final") == true })
            try socket.send(#"{"type":"Finalize"}"#)
            let answer = socket.messages { $0.flag("from_finalize") == true }.last
            #expect(answer?.transcript == "Hello there.")
            let finals = server.log.events.filter { $0.kind == .finalSent }
            #expect(finals.map(\.isFinalizeAnswer) == [true])
        }
    }

    @Test func `Words of two Finalizes in a row come in order and once`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.babble(seconds: 1))
            try socket.send(#"{"type":"Finalize"}"#)
            try socket.send(#"{"type":"Finalize"}"#)
            var answers: [String] = []
            while answers.count < 2, let message = socket.nextJSON() {
                if message.flag("from_finalize") == true { answers.append(message.transcript) }
            }
            #expect(answers == ["Hello there.", ""])
        }
    }
}
