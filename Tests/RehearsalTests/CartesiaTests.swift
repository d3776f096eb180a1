import FoundationEssentials
import Rehearsal
import Testing

@Suite("Cartesia's rules")
struct CartesiaTests {
    private func request(
        _ text: String, context: String = "turn-1", isContinued: Bool = false, voice: String? = nil, rateHz: Int = 24_000,
        more: String = ""
    ) -> String {
        let voice = voice ?? #"{"mode":"id","id":"f786b574-daa5-4673-aa0c-cbe3e8534c02"}"#
        return #"{"context_id":"\#(context)","model_id":"sonic-3.5","transcript":"\#(text)","continue":\#(isContinued),"#
            + #""language":"en","voice":\#(voice),"#
            + #""output_format":{"container":"raw","encoding":"pcm_s16le","sample_rate":\#(rateHz)},"#
            + #""add_timestamps":true,"max_buffer_delay_ms":0\#(more)}"#
    }

    private func sampleCount(_ messages: [Fields]) -> Int {
        messages.filter { $0.text("type") == "chunk" }
            .compactMap { $0.text("data").flatMap { Data(base64Encoded: $0) } }
            .reduce(0) { $0 + $1.count / 2 }
    }

    @Test func `A sentence is spoken at the rate asked for, faster than real time, with the times of its words`() async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(request("Hello there, my friend."))
            let messages = socket.messages { $0.text("type") == "done" }
            let seconds = Double(sampleCount(messages)) / 24_000
            #expect(seconds > 0.9 && seconds < 3)
            let events = server.log.events
            let first = events.first { $0.kind == .firstAudioSent }?.nanoseconds ?? 0
            let done = events.first { $0.kind == .speechDone }?.nanoseconds ?? .max
            #expect(Double(done - first) / 1e9 < seconds)
            let words = messages.first { $0.text("type") == "timestamps" }
            #expect(words?.count("word_timestamps.words") == 4)
            #expect((words?.number("word_timestamps.end.3") ?? 99) < seconds)
            #expect(messages.contains { $0.text("type") == "flush_done" })
            #expect(server.log.complaints == [])
        }
    }

    @Test func `Pieces of one context are spoken in order and its words go on counting`() async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(request("One two. ", isContinued: true))
            try socket.send(request("Three four.", isContinued: true))
            try socket.send(request("", isContinued: false))
            let messages = socket.messages { $0.text("type") == "done" }
            let times = messages.filter { $0.text("type") == "timestamps" }
            #expect(times.map { $0.text("word_timestamps.words.0") } == ["One", "Three"])
            #expect((times.last?.number("word_timestamps.start.0") ?? 0) > (times.first?.number("word_timestamps.end.1") ?? 99))
            #expect(server.log.complaints == [])
        }
    }

    @Test func `A wrong key, a missing version and another path are refused at the handshake`() async throws {
        try await withServices { server in
            #expect(try server.speech(key: "wrong").handshake.status == 401)
            #expect(try server.speech(version: "2020-01-01").handshake.status == 400)
            let old = try server.speech(version: "2024-11-13", key: "wrong")
            #expect(old.handshake.body == "Unauthorized: the API key is not valid")
            let key = ["X-API-Key: rehearsal-cartesia-key"]
            let query = try RawWebSocket(
                server.addresses.cartesia, "/tts/websocket?cartesia_version=2026-08-14", headers: key)
            #expect(query.handshake.status == 101)
            #expect(try RawWebSocket(server.addresses.cartesia, "/tts/bytes", headers: key).handshake.status == 404)
        }
    }

    @Test func `The shape of a voice belongs to the version`() async throws {
        try await withServices { server in
            let id = "f786b574-daa5-4673-aa0c-cbe3e8534c02"
            let new = try server.speech(version: "2026-08-14")
            try new.send(request("Hi.", context: "a", voice: #""\#(id)""#))
            #expect(new.messages { $0.text("type") == "done" }.last?.text("type") == "done")
            try new.send(request("Hi.", context: "b"))
            #expect(new.nextJSON()?.text("type") == "error")
            let current = try server.speech()
            try current.send(request("Hi.", context: "a", voice: #""\#(id)""#))
            #expect(current.nextJSON()?.text("type") == "error")
        }
    }

    @Test(arguments: [
        #"{"transcript":"Hi."}"#,
        #"{"context_id":"a","model_id":"sonic-3.5","continue":false}"#,
        #"{"context_id":"a","cancel":true,"reason":"barge-in"}"#,
        "no JSON",
    ])
    func `A message without what is required is an error`(message: String) async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(message)
            let answer = socket.nextJSON()
            #expect(answer?.text("type") == "error" && answer?.number("status_code") == 400)
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test(arguments: [
        (#""sample_rate":24000"#, #""sample_rate":11025"#, 400.0), (#""container":"raw""#, #""container":"wav""#, 400),
        ("pcm_s16le", "s16", 400), ("sonic-3.5", "whisper", 404), ("f786b574-daa5-4673-aa0c-cbe3e8534c02", "Susan", 404),
        (#""max_buffer_delay_ms":0"#, #""max_buffer_delay_ms":9000"#, 400), (#""continue":false"#, #""continue":"no""#, 400),
    ])
    func `A value that is out of bounds is an error`(right: String, wrong: String, status: Double) async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(request("Hi.").replacing(right, with: wrong))
            let answer = socket.nextJSON()
            #expect(answer?.text("type") == "error" && answer?.number("status_code") == status)
        }
    }

    @Test func `A context whose fields change is ended by an error`() async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(request("One. ", isContinued: true))
            try socket.send(request("Two.", isContinued: true, rateHz: 16_000))
            let error = socket.messages { $0.text("type") == "error" }.last
            #expect(error?.text("type") == "error" && error?.text("context_id") == "turn-1")
            try socket.send(request("Three.", isContinued: true))
            #expect(socket.messages { $0.text("type") == "error" }.last?.text("message")?.contains("closed") == true)
        }
    }

    @Test func `A context expires after its last audio, and later text is an error`() async throws {
        try await withServices(.echo()) {
            $0.limits.contextExpiryMilliseconds = 200
        } _: { server in
            let socket = try server.speech()
            try socket.send(request("Hi. ", isContinued: true))
            #expect(socket.messages { $0.text("type") == "done" }.last?.text("type") == "done")
            #expect(server.log.complaints == [])
            try socket.send(request("There.", isContinued: true))
            #expect(socket.nextJSON()?.text("type") == "error")
            #expect(server.log.complaints.count == 1)
        }
    }

    @Test func `Cancelling drops what waits; what is being spoken goes on to its end`() async throws {
        try await withServices(.echo()) {
            $0.delays.audioChunkMilliseconds = 60
        } _: { server in
            let whole = try FliteVoice("slt").synthesize("This is the first sentence, and it takes a while. ").samples.count
            let socket = try server.speech()
            try socket.send(
                request("This is the first sentence, and it takes a while. ", isContinued: true, rateHz: 16_000))
            var messages = socket.messages { $0.text("type") == "chunk" }
            try socket.send(request("This one is never heard.", isContinued: true, rateHz: 16_000))
            try socket.send(#"{"context_id":"turn-1","cancel":true}"#)
            messages += socket.messages { $0.text("type") == "done" }
            #expect(sampleCount(messages) == whole)
            #expect(messages.filter { $0.text("type") == "timestamps" }.count == 1)
            try socket.send(request("Hello.", context: "turn-2"))
            #expect(socket.messages { $0.text("type") == "done" }.last?.text("context_id") == "turn-2")
            #expect(server.log.complaints == [])
            #expect(server.log.events.contains { $0.kind == .cancelReceived })
        }
    }

    @Test func `More contexts than the plan has are refused with 429`() async throws {
        try await withServices(.echo()) {
            $0.limits.contexts = 1
        } _: { server in
            let socket = try server.speech()
            try socket.send(request("One. ", context: "a", isContinued: true))
            try socket.send(request("Two. ", context: "b", isContinued: true))
            let error = socket.messages { $0.text("type") == "error" }.last
            #expect(error?.number("status_code") == 429 && error?.text("error_code") == "concurrency_limited")
        }
    }

    @Test func `Text waits in the buffer when it may`() async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(
                request("Hello you", isContinued: true).replacing(
                    #""max_buffer_delay_ms":0"#, with: #""max_buffer_delay_ms":2000"#))
            #expect(socket.next(seconds: 0.3) == .nothing)
            #expect(socket.messages { $0.text("type") == "chunk" }.last?.text("type") == "chunk")
        }
    }

    @Test func `Words that would run together, and marks that would be read aloud, are noted`() async throws {
        try await withServices { server in
            let socket = try server.speech()
            try socket.send(request("Hello.", isContinued: true))
            try socket.send(request("How are **you**?"))
            _ = socket.messages { $0.text("type") == "done" }
            #expect(server.log.complaints.count == 2)
        }
    }
}
