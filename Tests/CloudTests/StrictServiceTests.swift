import Cloud
import Conversation
import Glibc
import Rehearsal
import Testing

/// The clients against stand-ins that note everything a client does wrong.
@Suite("A long day with strict services", .serialized)
struct StrictServiceTests {
    private let transport = CloudTransport(TransportConfiguration())

    private func withServices(
        _ change: (inout RehearsalOptions) -> Void = { _ in }, _ body: (RehearsalServer) async throws -> Void
    ) async throws {
        var options = RehearsalOptions()
        options.recognizer = .echo("Hello there.")
        options.delays = .none
        change(&options)
        let server = try await RehearsalServer.start(options)
        do { try await body(server) } catch { Issue.record(error) }
        await server.stop()
    }

    // MARK: Deepgram

    private func recognizer(_ server: RehearsalServer, keyterms: [String] = []) -> DeepgramRecognizer {
        DeepgramRecognizer(
            transport: transport,
            settings: DeepgramSettings(url: server.addresses.deepgram, apiKey: "rehearsal-deepgram-key", keyterms: keyterms))
    }

    /// Something that an energy gate takes for speech.
    private func babble(samples: Int) -> [Int16] {
        (0..<samples).map { Int16(6000 * sin(Double($0) * 0.3) * max(0, sin(Double($0) / 16_000 * 2 * .pi * 4))) }
    }

    /// Waits for `count` answers to `finalize`.
    private func answers(_ count: Int, _ events: inout AsyncStream<RecognitionEvent>.Iterator) async {
        var left = count
        while left > 0, let event = await events.next() {
            if case .settled(_, answersFinalize: true, _) = event { left -= 1 }
        }
    }

    @Test func `a hundred questions, asked twice, broken off, with mutes between, break no rule of Deepgram`() async throws {
        try await withServices { server in
            let recognizer = recognizer(server, keyterms: ["linnet"])
            recognizer.warm()
            var stream = recognizer.open()
            var events = stream.events.makeAsyncIterator()
            var sample: Int64 = 0
            for turn in 0..<100 {
                // Runs of any length: a stray 77 samples, a frame, a pre-roll.
                for count in [[160, 160, 77, 800], [1600], [320, 160]][turn % 3] {
                    stream.hear(babble(samples: count), firstSample: sample)
                    sample += Int64(count)
                }
                if turn % 4 == 3 { sample += 16_000 }
                let finalizes = turn % 5 == 0 ? 2 : turn % 5 == 1 ? 0 : 1
                for _ in 0..<finalizes { stream.finalize() }
                await answers(finalizes, &events)
                guard turn % 10 == 9 else { continue }
                stream.close()
                while await events.next() != nil {}
                if turn % 20 == 9 { recognizer.warm() }
                stream = recognizer.open()
                events = stream.events.makeAsyncIterator()
            }
            stream.close()
            while await events.next() != nil {}
            #expect(server.log.complaints == [])
            let finalizes = server.log.events.count { $0.kind == .finalizeReceived }
            #expect(finalizes > 60 && finalizes <= 80)
        }
    }

    @Test func `a stream that nobody holds any more says goodbye to Deepgram`() async throws {
        try await withServices { server in
            do {
                let stream = recognizer(server).open()
                stream.hear(babble(samples: 3200), firstSample: 0)
                var events = stream.events.makeAsyncIterator()
                while let event = await events.next(), event != .opened {}
            }
            for _ in 0..<100 where !server.log.events.contains(where: { $0.kind == .connectionClosed }) {
                try await Task.sleep(for: .milliseconds(30))
            }
            #expect(server.log.events.contains { $0.kind == .connectionClosed })
            #expect(server.log.complaints == [])
        }
    }

    @Test func `more key terms than Deepgram takes are left out`() async throws {
        try await withServices { server in
            let stream = recognizer(server, keyterms: Array(repeating: "antidisestablishmentarianism", count: 90)).open()
            var events = stream.events.makeAsyncIterator()
            #expect(await events.next() == .opened)
            #expect(server.log.complaints == [])
        }
    }

    // MARK: Cartesia

    private func synthesizer(_ server: RehearsalServer, version: String = "2026-03-01") -> CartesiaSynthesizer {
        CartesiaSynthesizer(
            transport: transport,
            settings: CartesiaSettings(url: server.addresses.cartesia, apiKey: "rehearsal-cartesia-key", version: version))
    }

    /// How an answer goes: spoken to its end, interrupted, given up before a sound, or with a model that stalls.
    private enum Course {
        case whole, interrupted, givenUp
        case stalled(milliseconds: Int)
    }

    private func answer(_ synthesizer: CartesiaSynthesizer, _ course: Course) async throws -> Int {
        let context = synthesizer.open(rateHz: 16_000)
        context.speak("The answer is short. ", isLast: false)
        if case .givenUp = course {
            context.cancel()
            return 0
        }
        var samples = 0
        var isFirst = true
        var rest: Task<Void, any Error>?
        for await event in context.events {
            guard case .audio(let new) = event else { continue }
            samples += new.count
            guard isFirst else { continue }
            isFirst = false
            switch course {
            case .interrupted: context.cancel()
            case .stalled(let milliseconds):
                rest = Task {
                    try await Task.sleep(for: .milliseconds(milliseconds))
                    context.speak("And here is the rest.", isLast: true)
                }
            case .whole, .givenUp:
                context.speak("And here is the rest. ", isLast: false)
                context.speak("", isLast: true)
            }
        }
        try await rest?.value
        return samples
    }

    @Test(arguments: ["2026-03-01", "2026-08-14"])
    func `two dozen answers, some interrupted, some stalled, break no rule of Cartesia's smallest plan`(version: String)
        async throws
    {
        try await withServices {
            $0.limits.contexts = 2
            $0.delays.audioChunkMilliseconds = 4
        } _: { server in
            let synthesizer = synthesizer(server, version: version)
            synthesizer.warm()
            let whole = try await answer(synthesizer, .whole)
            #expect(whole > 16_000)
            for turn in 0..<24 {
                let stalls = [7: 750, 14: 1000, 21: 1600]
                let usual = [Course.whole, .interrupted, .givenUp, .interrupted][turn % 4]
                let course = stalls[turn].map { Course.stalled(milliseconds: $0) } ?? usual
                let samples = try await answer(synthesizer, course)
                if case .stalled = course { #expect(abs(samples - whole) < 1600, "\(samples) of \(whole) samples") }
            }
            #expect(server.log.complaints == [])
            #expect(!server.log.events.contains { $0.kind == .speechRefused })
        }
    }

    @Test func `a Cartesia that does not say when a context is over is spoken to no worse`() async throws {
        try await withServices {
            $0.limits.contexts = 2
            $0.delays.audioChunkMilliseconds = 4
            $0.quirks.saysDoneOfCancelled = false
            $0.quirks.saysDoneOfExpired = false
            $0.quirks.saysFlushDoneUnasked = false
        } _: { server in
            let synthesizer = synthesizer(server)
            let whole = try await answer(synthesizer, .whole)
            for course in [Course.interrupted, .stalled(milliseconds: 1600), .givenUp, .stalled(milliseconds: 850), .whole] {
                let samples = try await answer(synthesizer, course)
                if case .stalled = course { #expect(abs(samples - whole) < 1600, "\(samples) of \(whole) samples") }
            }
            #expect(server.log.complaints == [])
        }
    }
}
