import Rehearsal
import Testing

@Suite("The services' delays")
struct DelaysTests {
    @Test func `The published profile has the published median and 95th percentile, the same for the same seed`() {
        let published = RehearsalOptions.Delays.published
        let draws = (0..<4000).map { published.drawn($0).transcriptMilliseconds }.sorted()
        #expect(abs(draws[2000] - 247) <= 3)
        #expect(abs(draws[3800] - 298) <= 5)
        #expect(draws[0] > 150 && draws[3999] < 400)
        #expect(published.drawn(17) == published.drawn(17))
        var other = published
        other.seed = 2
        #expect((0..<20).contains { other.drawn($0).searchMilliseconds != published.drawn($0).searchMilliseconds })
    }

    @Test func `A delay without a tail is the same every time`() {
        var delays = RehearsalOptions.Delays()
        delays.firstTokenMilliseconds = 60
        #expect((0..<50).allSatisfy { delays.drawn($0).firstTokenMilliseconds == 60 })
        #expect(RehearsalOptions.Delays.none.drawn(1).firstTokenMilliseconds == 0)
    }

    @Test func `A transcript takes the service's time, the engine's part of it included`() async throws {
        try await withServices {
            $0.delays.transcriptMilliseconds = 300
        } _: { server in
            let socket = try server.listen()
            try socket.send(sound: Sound.babble(seconds: 0.6))
            try socket.send(#"{"type":"Finalize"}"#)
            #expect(socket.messages { $0.flag("from_finalize") == true }.last?.transcript == "Hello there.")
            let events = server.log.events
            let asked = events.first { $0.kind == .finalizeReceived }?.nanoseconds ?? 0
            let said = events.first { $0.kind == .finalSent }?.nanoseconds ?? 0
            #expect((300_000_000..<1_500_000_000).contains(said - asked))
        }
    }
}
