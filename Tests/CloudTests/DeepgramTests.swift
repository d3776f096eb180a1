import Cloud
import Conversation
import Failures
import Testing

@Suite struct DeepgramTests {
    private let transport = CloudTransport(TransportConfiguration())

    private func recognizer(_ server: PeerServer, key: String? = "secret", keyterms: [String] = []) -> DeepgramRecognizer {
        DeepgramRecognizer(
            transport: transport, settings: DeepgramSettings(url: server.webSocketURL, apiKey: key, keyterms: keyterms))
    }

    private static func results(
        _ text: String, _ start: Double, _ duration: Double, final: Bool = true, finalize: Bool = false, speechFinal: Bool = false
    ) -> String {
        #"{"type":"Results","channel_index":[0,1],"start":\#(start),"duration":\#(duration),"is_final":\#(final),"#
            + #""speech_final":\#(speechFinal),"from_finalize":\#(finalize),"new_field":{"x":[1]},"#
            + #""channel":{"alternatives":[{"transcript":"\#(text)","confidence":0.9,"words":[]}]}}"#
    }

    /// Samples received until the next text message, and that message.
    private static func audio(_ peer: Peer, largest: Int = 4_000) throws -> (samples: Int, command: String) {
        var samples = 0
        while true {
            let frame = try peer.readMessage()
            if frame.opcode == 1 { return (samples, frame.text) }
            guard !frame.payload.isEmpty, frame.payload.count % 2 == 0, frame.payload.count / 2 <= largest else {
                throw ClientMistake(description: "a binary frame of \(frame.payload.count) bytes")
            }
            samples += frame.payload.count / 2
        }
    }

    private func speak(_ stream: any RecognitionStream, from first: Int64, frames: Int) {
        for i in 0..<frames { stream.hear([Int16](repeating: 5, count: 160), firstSample: first + Int64(i) * 160) }
    }

    @Test func `a question is heard, settled at finalize, and tagged on the endpoint's clock; the next one uses the same stream`()
        async throws
    {
        let server = PeerServer { peer, _ in
            let request = try peer.upgrade(["dg-request-id: req-1"])
            let query = request.query
            guard request.path.hasPrefix("/v1/listen?"), request.headers["authorization"] == "Token secret",
                query["model"] == ["nova-3"], query["encoding"] == ["linear16"], query["sample_rate"] == ["16000"],
                query["interim_results"] == ["true"], query["keyterm"] == ["Linnet%20box", "caf%C3%A9"]
            else { throw ClientMistake(description: "\(request)") }
            let silence = try peer.readMessage()
            guard silence.opcode == 2, silence.payload.allSatisfy({ $0 == 0 }) else {
                throw ClientMistake(description: "no silence")
            }
            let lead = Double(silence.payload.count / 2) / 16_000
            var heard = lead
            for turn in 1...2 {
                let (samples, command) = try Self.audio(peer)
                guard samples == 8_080, command == #"{"type":"Finalize"}"# else {
                    throw ClientMistake(description: "\(samples) \(command)")
                }
                try peer.say(#"{"type":"SpeechStarted","channel":[0,1],"timestamp":0.1}"#)
                try peer.say(Self.results("wha", heard, 0.2, final: false))
                try peer.say(Self.results("what time", heard, 0.3))
                try peer.say(Self.results("is it \(turn)?", heard + 0.3, 0.205, finalize: true))
                heard += 0.505
            }
            let (_, command) = try Self.audio(peer)
            guard command == #"{"type":"CloseStream"}"# else { throw ClientMistake(description: command) }
            try peer.say(#"{"type":"Metadata","request_id":"req-1","duration":1.0,"channels":1}"#)
            try peer.hangUp(1000)
            peer.waitForEnd()
        }
        let recognizer = recognizer(server, keyterms: ["Linnet box", "café"])
        recognizer.warm()
        let stream = recognizer.open()
        var story: [RecognitionEvent] = []
        for await event in stream.events {
            story.append(event)
            switch event {
            case .opened:
                speak(stream, from: 32_000, frames: 50)
                stream.hear([Int16](repeating: 5, count: 80), firstSample: 40_000)
                stream.finalize()
            case .settled(_, answersFinalize: true, _) where story.count < 6:
                speak(stream, from: 64_000, frames: 50)
                stream.hear([Int16](repeating: 5, count: 80), firstSample: 72_000)
                stream.finalize()
            case .settled(_, answersFinalize: true, _): stream.close()
            default: break
            }
        }
        let turn = { (first: Int64, n: Int) -> [RecognitionEvent] in
            [
                .interim(Transcript(text: "wha", firstSample: first, endSample: first + 3_200)),
                .settled(
                    Transcript(text: "what time", firstSample: first, endSample: first + 4_800), answersFinalize: false,
                    endsUtterance: false),
                .settled(
                    Transcript(text: "is it \(n)?", firstSample: first + 4_800, endSample: first + 8_080), answersFinalize: true,
                    endsUtterance: false),
            ]
        }
        #expect(story == [.opened] + turn(32_000, 1) + turn(64_000, 2) + [.closed])
        #expect(server.complaints.isEmpty)
        #expect(server.connections == 1)
    }

    @Test func `audio from before the connection is kept and paced`() async throws {
        let server = PeerServer { peer, _ in
            peer.pause(milliseconds: 200)
            try peer.upgrade()
            let started = ContinuousClock.now
            let (samples, command) = try Self.audio(peer)
            let took = ContinuousClock.now - started
            guard samples == 32_000, command.contains("Finalize") else {
                throw ClientMistake(description: "\(samples) \(command)")
            }
            // 2 s of audio: 0.8 s at once, the rest at 1.25 times real time.
            guard took > .milliseconds(850), took < .milliseconds(2_500) else { throw ClientMistake(description: "in \(took)") }
            try peer.say(Self.results("all of it", 0, 2, finalize: true))
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        speak(stream, from: 0, frames: 200)
        stream.finalize()
        let event = await stream.events.next { if case .settled = $0 { true } else { false } }
        #expect(
            event
                == .settled(
                    Transcript(text: "all of it", firstSample: 0, endSample: 32_000), answersFinalize: true, endsUtterance: false)
        )
        #expect(server.complaints.isEmpty)
    }

    @Test func `when nothing answers finalize the interim words are settled in time, and come only once`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            while try Self.audio(peer).command != #"{"type":"Finalize"}"# {}
            try peer.say(Self.results("turn on", 0, 0.5, final: false))
            while try Self.audio(peer).command != #"{"type":"Finalize"}"# {}
            // Late news about the first, with a word that nobody had heard yet, and its answer; then the second's.
            try peer.say(Self.results("Turn on all", 0, 0.52, finalize: true))
            try peer.say(Self.results("the light", 0.52, 0.5, finalize: true))
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        var settled: [String] = []
        let clock = ContinuousClock()
        var asked = clock.now
        for await event in stream.events {
            switch event {
            case .opened:
                speak(stream, from: 0, frames: 50)
                asked = clock.now
                stream.finalize()
            case .settled(let transcript, answersFinalize: true, _):
                settled.append(transcript.text)
                if settled.count == 1 {
                    #expect((.milliseconds(900)...(.milliseconds(2_500))).contains(clock.now - asked))
                    speak(stream, from: 8_000, frames: 50)
                    stream.finalize()
                } else {
                    stream.close()
                }
            case .settled(let transcript, _, _): settled.append(transcript.text)
            default: break
            }
        }
        #expect(settled.filter { !$0.isEmpty } == ["turn on", "all", "the light"])
    }

    @Test func `a connection that breaks while somebody speaks is opened again and hears the rest`() async throws {
        let server = PeerServer { peer, number in
            try peer.upgrade()
            if number == 0 {
                _ = try peer.readMessage()
                try peer.say(Self.results("first half", 0, 0.25))
                peer.pause(milliseconds: 50)
                return try peer.hangUp(1011, "NET-0000: no audio in time")
            }
            let (samples, command) = try Self.audio(peer)
            guard command.contains("Finalize") else { throw ClientMistake(description: command) }
            try peer.say(Self.results("second half", 0, Double(samples) / 16_000, finalize: true))
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        speak(stream, from: 1_000, frames: 50)
        var settled: [Transcript] = []
        for await event in stream.events {
            if case .settled(let transcript, let answers, _) = event {
                settled.append(transcript)
                if answers { break }
                stream.finalize()
            }
        }
        #expect(settled.map(\.text) == ["first half", "second half"])
        #expect(settled.last?.firstSample == 5_000)
        #expect(settled.last?.endSample == 9_000)
    }

    @Test(arguments: [
        (
            "401 Unauthorized", #"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"r"}"#,
            Failure.Kind.keyRefused, 1
        ),
        (
            "402 Payment Required", #"{"category":"ASR_PAYMENT_REQUIRED","message":"pay","details":"x","request_id":"r"}"#,
            .paymentRequired, 1
        ),
        ("403 Forbidden", "no", .forbidden, 1), ("400 Bad Request", #"{"err_msg":"secret is bad"}"#, .badRequest, 1),
        ("503 Unavailable", "", .overloaded, 4),
    ])
    func `a refusal is named, and tried again only where that can help`(
        status: String, body: String, kind: Failure.Kind, tries: Int
    ) async throws {
        let server = PeerServer { peer, _ in
            _ = try peer.readRequest()
            try peer.respond(status, ["dg-request-id: req-9", "dg-error: because"], body: body)
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        speak(stream, from: 0, frames: 10)
        let event = await stream.events.next { if case .failed = $0 { true } else { false } }
        guard case .failed(let failure) = event else {
            Issue.record("no failure")
            return
        }
        #expect(failure.kind == kind)
        #expect(failure.subject == .deepgram)
        #expect(failure.requestID == "req-9")
        #expect(failure.detail.contains("because") && !failure.detail.contains("secret"))
        #expect(server.connections == tries)
    }

    @Test func `audio that is not understood fails at once`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            _ = try peer.readMessage()
            try peer.hangUp(1008, "DATA-0000")
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        speak(stream, from: 0, frames: 10)
        let event = await stream.events.next { if case .failed = $0 { true } else { false } }
        guard case .failed(let failure) = event else {
            Issue.record("no failure")
            return
        }
        #expect(failure.kind == .badRequest && failure.detail.contains("DATA-0000"))
        #expect(server.connections == 1)
    }

    @Test func `a finalize after which nothing new was said is answered without waiting for anybody`() async throws {
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            let (samples, _) = try Self.audio(peer)
            try peer.say(Self.results("yes", 0, Double(samples) / 16_000, finalize: true))
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        speak(stream, from: 0, frames: 50)
        stream.finalize()
        var settled: [Transcript] = []
        for await event in stream.events {
            guard case .settled(let transcript, answersFinalize: true, _) = event else { continue }
            settled.append(transcript)
            if settled.count == 2 { break }
            stream.finalize()
        }
        #expect(settled.map(\.text) == ["yes", ""])
        #expect(settled.last?.endSample == 8_000)
    }

    @Test func `a server that has fallen silent is left for a fresh connection`() async throws {
        let server = PeerServer { peer, number in
            try peer.upgrade()
            if number == 0 { return peer.waitForEnd() }
            let (samples, command) = try Self.audio(peer)
            guard command.contains("Finalize") else { throw ClientMistake(description: command) }
            try peer.say(Self.results("again", 0.02, Double(samples - 320) / 16_000, finalize: true))
            peer.waitForEnd()
        }
        let settings = DeepgramSettings(url: server.webSocketURL, apiKey: "secret", finalizeMilliseconds: 300)
        let stream = DeepgramRecognizer(transport: transport, settings: settings).open()
        speak(stream, from: 0, frames: 50)
        stream.finalize()
        var texts: [String] = []
        for await event in stream.events {
            guard case .settled(let transcript, answersFinalize: true, _) = event else { continue }
            texts.append(transcript.text)
            if texts.count == 2 { break }
            try await Task.sleep(for: .milliseconds(2_600))
            speak(stream, from: 20_000, frames: 50)
            stream.finalize()
        }
        #expect(texts == ["", "again"])
        #expect(server.connections == 2)
    }

    @Test func `an idle connection is kept alive`() async throws {
        let commands = Notes<String>()
        let server = PeerServer { peer, _ in
            try peer.upgrade()
            commands.add(try Self.audio(peer).command)
            peer.waitForEnd()
        }
        let stream = recognizer(server).open()
        _ = await stream.events.next { $0 == .opened }
        try await Task.sleep(for: .milliseconds(5_500))
        #expect(commands.all == [#"{"type":"KeepAlive"}"#])
        stream.close()
    }

    @Test func `without a key nothing is opened`() async {
        let server = PeerServer { _, _ in }
        let stream = recognizer(server, key: nil).open()
        var story: [RecognitionEvent] = []
        for await event in stream.events { story.append(event) }
        #expect(story == [.failed(Failure(.deepgram, .keyMissing, "no key for Deepgram"))])
        #expect(server.connections == 0)
    }

    @Test func `closing a stream that never heard anything closes it`() async {
        let server = PeerServer { peer, _ in peer.waitForEnd() }
        let stream = recognizer(server).open()
        stream.close()
        var story: [RecognitionEvent] = []
        for await event in stream.events { story.append(event) }
        #expect(story == [.closed])
    }
}
