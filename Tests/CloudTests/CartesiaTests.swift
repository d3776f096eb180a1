import Cloud
import Conversation
import Failures
import FoundationEssentials
import Testing

@Suite struct CartesiaTests {
    private let transport = CloudTransport(TransportConfiguration())

    private func synthesizer(_ server: PeerServer, key: String? = "secret", version: String = "2026-03-01") -> CartesiaSynthesizer
    {
        CartesiaSynthesizer(
            transport: transport, settings: CartesiaSettings(url: server.webSocketURL, apiKey: key, voice: "v", version: version))
    }

    /// What the client asks, as the server reads it.
    struct Asked: Decodable, Equatable {
        struct Voice: Decodable, Equatable {
            var mode: String?
            var id: String
        }
        struct Format: Decodable, Equatable {
            var container: String
            var encoding: String
            var sampleRate: Int
            enum CodingKeys: String, CodingKey {
                case container, encoding
                case sampleRate = "sample_rate"
            }
        }
        var contextID: String
        var transcript: String?
        var `continue`: Bool?
        var cancel: Bool?
        var modelID: String?
        var language: String?
        var voice: Voice?
        var outputFormat: Format?
        var addTimestamps: Bool?
        var maximumBufferDelay: Int?
        enum CodingKeys: String, CodingKey {
            case transcript, `continue`, cancel, language, voice
            case contextID = "context_id"
            case modelID = "model_id"
            case outputFormat = "output_format"
            case addTimestamps = "add_timestamps"
            case maximumBufferDelay = "max_buffer_delay_ms"
        }
    }

    private static func asked(_ peer: Peer) throws -> Asked {
        try JSONDecoder().decode(Asked.self, from: Data(try peer.readMessage().payload))
    }

    private static func chunk(_ id: String, _ bytes: [UInt8]) -> String {
        #"{"type":"chunk","context_id":"\#(id)","data":"\#(Base64.encode(bytes))","done":false,"step_time":1.5}"#
    }
    private static func done(_ id: String) -> String { #"{"type":"done","context_id":"\#(id)","done":true,"status_code":206}"# }
    private static func words(_ id: String, _ word: String, _ start: Double, _ end: Double) -> String {
        #"{"type":"timestamps","context_id":"\#(id)","done":false,"#
            + #""word_timestamps":{"words":["\#(word)"],"start":[\#(start)],"end":[\#(end)]}}"#
    }

    private func story(_ context: any SpeechContext) async -> [SpeechEvent] {
        var story: [SpeechEvent] = []
        for await event in context.events { story.append(event) }
        return story
    }

    @Test func `clauses go out verbatim over one context, and audio and words come back in order`() async throws {
        let server = PeerServer { peer, _ in
            let request = try peer.upgrade()
            guard request.path == "/tts/websocket", request.headers["cartesia-version"] == "2026-03-01",
                request.headers["authorization"] == "Bearer secret"
            else { throw ClientMistake(description: "\(request)") }
            let first = try Self.asked(peer)
            let expected = Asked(
                contextID: first.contextID, transcript: "Hello there, ", continue: true, modelID: "sonic-3.5", language: "en",
                voice: .init(mode: "id", id: "v"),
                outputFormat: .init(container: "raw", encoding: "pcm_s16le", sampleRate: 24_000),
                addTimestamps: true, maximumBufferDelay: 0)
            guard first == expected else { throw ClientMistake(description: "\(first)") }
            try peer.say(Self.chunk(first.contextID, [1, 0, 2]))  // half a sample is carried over
            try peer.say(Self.words(first.contextID, "Hello", 0, 0.25))
            try peer.say(
                #"{"type":"flush_done","context_id":"\#(first.contextID)","flush_id":1,"flush_done":true,"done":false}"#)
            let second = try Self.asked(peer)
            guard second.transcript == "friend.", second.continue == false, second.contextID == first.contextID else {
                throw ClientMistake(description: "\(second)")
            }
            try peer.say(Self.chunk("nobody", [9, 9]))
            try peer.say(Self.chunk(first.contextID, [0, 0xFF, 0xFF]))
            try peer.say(Self.done("nobody"))
            try peer.say(Self.done(first.contextID))
            peer.waitForEnd()
        }
        let context = synthesizer(server).open(rateHz: 24_000)
        context.speak("Hello there, ", isLast: false)
        context.speak("friend.", isLast: true)
        #expect(
            await story(context) == [
                .requested, .audio([1]), .words([SpokenWord(text: "Hello", startMilliseconds: 0, endMilliseconds: 250)]),
                .audio([2, -1]), .finished,
            ])
        #expect(server.complaints.isEmpty)
    }

    @Test func `an end without text closes the context, and the newer version's voice has no mode`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let first = try Self.asked(peer)
            guard first.voice == .init(mode: nil, id: "v") else { throw ClientMistake(description: "\(first)") }
            let end = try Self.asked(peer)
            guard end.transcript == "", end.continue == false else { throw ClientMistake(description: "\(end)") }
            try peer.say(Self.chunk(first.contextID, [1, 0]))
            try peer.say(Self.done(first.contextID))
            peer.waitForEnd()
        }
        let context = synthesizer(server, version: "2026-08-14").open(rateHz: 16_000)
        context.speak("Yes.", isLast: false)
        context.speak("", isLast: true)
        #expect(await story(context) == [.requested, .audio([1]), .finished])
        #expect(server.complaints.isEmpty)
    }

    @Test func `nothing to say needs no connection`() async {
        let server = PeerServer { peer, _ in peer.waitForEnd() }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("", isLast: true)
        #expect(await story(context) == [.finished])
    }

    @Test func `a cancelled answer is heard no more, and the next one shares the socket unharmed`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let old = try Self.asked(peer).contextID
            try peer.say(Self.chunk(old, [1, 0]))
            let cancel = try Self.asked(peer)
            guard cancel == Asked(contextID: old, cancel: true) else { throw ClientMistake(description: "\(cancel)") }
            let new = try Self.asked(peer).contextID
            guard new != old else { throw ClientMistake(description: "the same context again") }
            // Cartesia goes on with what it had begun.
            try peer.say(Self.chunk(old, [7, 0]))
            try peer.say(Self.done(old))
            try peer.say(Self.chunk(new, [2, 0]))
            try peer.say(Self.done(new))
            peer.waitForEnd()
        }
        let synthesizer = synthesizer(server)
        let first = synthesizer.open(rateHz: 16_000)
        first.speak("A long story. ", isLast: false)
        _ = await first.events.next { if case .audio = $0 { true } else { false } }
        first.cancel()
        #expect(await story(first).isEmpty)
        let second = synthesizer.open(rateHz: 16_000)
        second.speak("Sorry.", isLast: true)
        #expect(await story(second) == [.requested, .audio([2]), .finished])
        #expect(server.connections == 1)
        #expect(server.complaints.isEmpty)
    }

    @Test func `when the model stalls and the context expires the rest goes into a new one, words counted through`() async throws
    {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let first = try Self.asked(peer).contextID
            try peer.say(Self.chunk(first, [UInt8](repeating: 1, count: 3_200)))  // 100 ms
            try peer.say(Self.done(first))
            let second = try Self.asked(peer)
            guard second.contextID != first, second.transcript == "later.", second.continue == false else {
                throw ClientMistake(description: "\(second)")
            }
            try peer.say(Self.words(second.contextID, "later", 0.05, 0.2))
            try peer.say(Self.chunk(second.contextID, [2, 0]))
            try peer.say(Self.done(second.contextID))
            peer.waitForEnd()
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("Some time ", isLast: false)
        var story: [SpeechEvent] = []
        for await event in context.events {
            story.append(event)
            guard case .audio(let samples) = event, samples.count == 1_600 else { continue }
            try await Task.sleep(for: .milliseconds(100))
            context.speak("later.", isLast: true)
        }
        #expect(
            story.suffix(3) == [
                .words([SpokenWord(text: "later", startMilliseconds: 150, endMilliseconds: 300)]), .audio([2]), .finished,
            ])
        #expect(server.complaints.isEmpty)
    }

    @Test func `text that met a context which had just expired is spoken by a new one`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let first = try Self.asked(peer).contextID
            try peer.say(Self.chunk(first, [1, 0]))
            let lost = try Self.asked(peer)
            guard lost.contextID == first else { throw ClientMistake(description: "\(lost)") }
            try peer.say(
                #"{"type":"error","context_id":"\#(first)","status_code":400,"done":true,"#
                    + #""error_code":null,"title":"Bad request","message":"closed"}"#
            )
            let again = try Self.asked(peer)
            guard again.contextID != first, again.transcript == lost.transcript else {
                throw ClientMistake(description: "\(again)")
            }
            try peer.say(Self.chunk(again.contextID, [2, 0]))
            try peer.say(Self.done(again.contextID))
            peer.waitForEnd()
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("One, ", isLast: false)
        var story: [SpeechEvent] = []
        for await event in context.events {
            story.append(event)
            if event == .audio([1]) { context.speak("two.", isLast: true) }
        }
        #expect(story == [.requested, .audio([1]), .audio([2]), .finished])
        #expect(server.complaints.isEmpty)
    }

    @Test func `a context that is about to expire is not spoken to, and the next one's audio waits for its last`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let first = try Self.asked(peer).contextID
            try peer.say(Self.chunk(first, [1, 0]))
            let second = try Self.asked(peer)
            guard second.contextID != first, second.transcript == "three." else { throw ClientMistake(description: "\(second)") }
            try peer.say(Self.chunk(second.contextID, [3, 0]))
            try peer.say(Self.chunk(first, [2, 0]))
            try peer.say(Self.done(first))
            try peer.say(Self.done(second.contextID))
            peer.waitForEnd()
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("One, ", isLast: false)
        var samples: [Int16] = []
        for await event in context.events {
            guard case .audio(let new) = event else { continue }
            samples += new
            guard samples == [1] else { continue }
            try await Task.sleep(for: .milliseconds(800))
            context.speak("three.", isLast: true)
        }
        #expect(samples == [1, 2, 3])
        #expect(server.complaints.isEmpty)
    }

    @Test func `a socket closed for idleness is opened again when somebody speaks`() async throws {
        let server = PeerServer { peer, number in
            try peer.upgrade()
            if number == 0 { return try peer.hangUp(1000, "connection idle timeout") }
            let id = try Self.asked(peer).contextID
            try peer.say(Self.chunk(id, [4, 0]))
            try peer.say(Self.done(id))
            peer.waitForEnd()
        }
        let synthesizer = synthesizer(server)
        synthesizer.warm()
        for _ in 0..<100 where server.connections == 0 { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(server.connections == 1, "nobody speaks: no need to come back")
        let context = synthesizer.open(rateHz: 16_000)
        context.speak("Here.", isLast: true)
        #expect(await story(context) == [.requested, .audio([4]), .finished])
    }

    @Test func `a socket that breaks before a sound is replaced, unheard`() async throws {
        let server = PeerServer { peer, number in
            try peer.upgrade()
            let asked = try Self.asked(peer)
            if number == 0 { return peer.reset() }
            guard asked.transcript == "Here." else { throw ClientMistake(description: "\(asked)") }
            try peer.say(Self.chunk(asked.contextID, [4, 0]))
            try peer.say(Self.done(asked.contextID))
            peer.waitForEnd()
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("Here.", isLast: true)
        #expect(await story(context) == [.requested, .audio([4]), .finished])
        #expect(server.connections == 2)
        #expect(server.complaints.isEmpty)
    }

    @Test func `a socket that breaks in the middle of an answer fails it`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            try peer.say(Self.chunk(Self.asked(peer).contextID, [4, 0]))
            peer.pause(milliseconds: 50)
            peer.reset()
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("Here I am.", isLast: true)
        let story = await story(context)
        guard case .failed(let failure) = story.last else {
            Issue.record("\(story)")
            return
        }
        #expect(failure.kind == .connectionLost)
    }

    @Test(arguments: [
        (#""status_code":404,"error_code":"model_not_found","title":"No","message":"such model"}"#, Failure.Kind.modelGone, 1),
        (#""status_code":402,"error":"Payment: required"}"#, .paymentRequired, 1),
        (#""status_code":429,"error_code":"concurrency_limited","title":"Too many","message":"contexts"}"#, .rateLimited, 3),
        (#""status_code":500,"error":"Oops: secret"}"#, .serverError, 3),
    ])
    func `an error ends its context, in either shape, after as many tries as make sense`(
        rest: String, kind: Failure.Kind, tries: Int
    ) async throws {
        let asked = Notes<String>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            while true {
                let id = try Self.asked(peer).contextID
                asked.add(id)
                try peer.say(#"{"type":"error","done":true,"context_id":"\#(id)","request_id":"r","# + rest)
            }
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("Here.", isLast: true)
        let story = await story(context)
        guard case .failed(let failure) = story.last else {
            Issue.record("\(story)")
            return
        }
        #expect(failure.kind == kind && failure.requestID == "r" && !failure.detail.contains("secret"))
        #expect(Set(asked.all).count == tries)
        #expect(server.connections == 1)
    }

    @Test func `a refused key fails at once`() async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond(
                "401 Unauthorized", body: #"{"error_code":null,"title":"Unauthorized","message":"bad key","request_id":"r7"}"#)
            peer.waitForEnd()
        }
        let context = synthesizer(server).open(rateHz: 16_000)
        context.speak("Here.", isLast: true)
        let story = await story(context)
        guard case .failed(let failure) = story.last else {
            Issue.record("\(story)")
            return
        }
        #expect(failure.kind == .keyRefused && failure.requestID == "r7")
        #expect(server.connections == 1)
    }

    @Test func `audio that nobody takes fails its context and not the socket`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let flooded = try Self.asked(peer).contextID
            let second = [UInt8](repeating: 0, count: 16_000)
            for _ in 0..<140 { try peer.say(Self.chunk(flooded, second)) }
            while true {
                let asked = try Self.asked(peer)
                guard asked.contextID != flooded else { continue }
                try peer.say(Self.chunk(asked.contextID, [6, 0]))
                try peer.say(Self.done(asked.contextID))
            }
        }
        let synthesizer = synthesizer(server)
        let flooded = synthesizer.open(rateHz: 8_000)
        flooded.speak("On and on.", isLast: true)
        try await Task.sleep(for: .milliseconds(500))
        let quiet = synthesizer.open(rateHz: 8_000)
        quiet.speak("Me too.", isLast: true)
        #expect(await story(quiet) == [.requested, .audio([6]), .finished])
        guard case .failed(let failure) = await story(flooded).last else {
            Issue.record("no failure")
            return
        }
        #expect(failure.kind == .queueFull)
        #expect(server.connections == 1)
    }

    @Test func `without a key nothing is opened`() async {
        let server = PeerServer { _, _ in }
        let context = synthesizer(server, key: nil).open(rateHz: 16_000)
        context.speak("Here.", isLast: true)
        #expect(await story(context) == [.failed(Failure(.cartesia, .keyMissing, "no key for Cartesia"))])
        #expect(server.connections == 0)
    }
}
