import Glibc
import Rehearsal
import Testing

@Suite("Deepgram's rules")
struct DeepgramRulesTests {
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

    @Test func `A message may come in fragments with a ping between them`() async throws {
        try await withServices { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.silence(seconds: 0.1))
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
            $0.limits.listenIdleMilliseconds = 1000
        } _: { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.silence(seconds: 0.1))
            for _ in 0..<5 {
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

    @Test func `Configure changes the terms after a moment, and null keeps them`() async throws {
        try await withServices { server in
            let socket = try server.listen("keyterm=linnet")
            try socket.send(#"{"type":"Configure","keyterms":null,"features":{"numerals":true}}"#)
            let kept = socket.nextJSON()
            #expect(kept?.text("type") == "ConfigureSuccess" && kept?.text("keyterms.0") == "linnet")
            try socket.send(#"{"type":"Configure","keyterms":["one","two words"]}"#)
            #expect(socket.nextJSON()?.text("keyterms.1") == "two words")
            #expect(server.log.complaints == [])
        }
    }

    @Test func `linear32 is heard as floating point`() async throws {
        try await withServices { server in
            let socket = try RawWebSocket(
                server.addresses.deepgram, "/v1/listen?model=nova-3&encoding=linear32&sample_rate=16000&smart_format=true",
                headers: ["Authorization: Token rehearsal-deepgram-key"])
            let sound = (Sound.babble(seconds: 1) + Sound.silence(seconds: 0.2)).map { Float($0) / 32_768 }
            for start in stride(from: 0, to: sound.count, by: 320) {
                let frame = sound[start..<min(start + 320, sound.count)].flatMap { sample in
                    withUnsafeBytes(of: sample.bitPattern.littleEndian) { Array($0) }
                }
                try socket.send(binary: frame)
            }
            #expect(socket.messages { $0.flag("speech_final") == true }.last?.transcript == "Hello there.")
            #expect(server.log.complaints == [])
        }
    }

    @Test func `A Finalize may stay unanswered when everything was settled`() async throws {
        try await withServices {
            $0.quirks.answersEveryFinalize = false
        } _: { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.silence(seconds: 0.3))
            try socket.send(#"{"type":"Finalize"}"#)
            #expect(socket.next(seconds: 0.3) == .nothing)
            #expect(server.log.complaints == [])
        }
    }
}
