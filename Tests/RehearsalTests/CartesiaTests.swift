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

    @Test func `The plan's contexts are counted over all sockets`() async throws {
        try await withServices(.echo()) {
            $0.limits.contexts = 1
        } _: { server in
            let (one, other) = (try server.speech(), try server.speech())
            try one.send(request("One. ", isContinued: true))
            _ = one.messages { $0.text("type") == "chunk" }
            try other.send(request("Two."))
            #expect(other.nextJSON()?.number("status_code") == 429)
            try one.send(request(""))
            #expect(one.messages { $0.text("type") == "done" }.last?.text("type") == "done")
            try other.send(request("Two.", context: "turn-2"))
            #expect(other.messages { $0.text("type") == "done" }.last?.text("type") == "done")
            #expect(server.log.complaints == [])
        }
    }

    @Test func `A flush is answered, and the audio before and after it has its number`() async throws {
        try await withServices { server in
            let socket = try server.speech()
            func waiting(_ text: String, isContinued: Bool = true, more: String = "") -> String {
                request(text, isContinued: isContinued, more: more).replacing(
                    #""max_buffer_delay_ms":0"#, with: #""max_buffer_delay_ms":5000"#)
            }
            try socket.send(waiting("Hello you. "))
            try socket.send(waiting("", more: #","flush":true"#))
            var messages = socket.messages { $0.text("type") == "flush_done" }
            #expect(messages.last?.number("flush_id") == 1)
            #expect(messages.filter { $0.text("type") == "chunk" }.allSatisfy { $0.number("flush_id") == 1 })
            try socket.send(waiting("And you.", isContinued: false))
            messages = socket.messages { $0.text("type") == "done" }
            #expect(messages.first { $0.text("type") == "chunk" }?.number("flush_id") == 2)
            #expect(server.log.complaints == [])
        }
    }

    @Test func `What nobody verified can be had both ways`() async throws {
        try await withServices(.echo()) {
            $0.quirks.saysDoneOfCancelled = false
            $0.quirks.saysDoneOfExpired = false
            $0.quirks.saysFlushDoneUnasked = false
            $0.limits.contextExpiryMilliseconds = 100
        } _: { server in
            let socket = try server.speech()
            try socket.send(request("Hi. ", context: "a", isContinued: true))
            #expect(
                !socket.messages(seconds: 0.5) { _ in false }.contains {
                    $0.text("type") != "chunk" && $0.text("type") != "timestamps"
                })
            try socket.send(request("Too late.", context: "a", isContinued: true))
            #expect(socket.nextJSON()?.text("message")?.contains("expired") == true)
            #expect(server.log.complaints == [])
        }
    }
}
