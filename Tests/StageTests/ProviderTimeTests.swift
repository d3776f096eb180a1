import Rehearsal
import Stage
import Testing

@Suite struct `The providers' time` {
    /// An event at `milliseconds`.
    private func event(
        _ milliseconds: Int, _ kind: RehearsalEvent.Kind, _ context: String? = nil, text: String? = nil, answers: Bool? = nil,
        connection: Int = 1
    ) -> RehearsalEvent {
        var event = RehearsalEvent(.groq, kind, connection: connection, context: context, text: text, isFinalizeAnswer: answers)
        event.nanoseconds = Int64(milliseconds) * 1_000_000
        return event
    }

    private func milliseconds(_ log: [RehearsalEvent], from: Int64 = 0, to: Int64 = 1000) -> Int64 {
        ProviderTime(log).nanoseconds(from: from * 1_000_000, to: to * 1_000_000) / 1_000_000
    }

    @Test func `lies between a request and its own answer`() {
        let log = [
            event(100, .finalizeReceived), event(120, .finalSent, answers: false), event(150, .finalSent, answers: true),
        ]
        #expect(milliseconds(log) == 50)
        #expect(milliseconds(log, from: 130) == 20)
        #expect(milliseconds(log, to: 110) == 10)
    }

    @Test func `counts once where two providers work at the same time`() {
        let log = [
            event(100, .finalizeReceived), event(130, .modelRequested, "a", connection: 2),
            event(150, .finalSent, answers: true), event(180, .firstTokenSent, "a", connection: 2),
        ]
        #expect(milliseconds(log) == 80)
    }

    @Test func `of a model ends with the word that completes the first clause`() {
        let log = [
            event(100, .modelRequested, "a"), event(200, .firstTokenSent, "a"),
            event(240, .speechTextReceived, "s", text: "One two three.", connection: 2),
            event(260, .firstAudioSent, "s", connection: 2),
            event(300, .allTokensSent, "a", text: "One two three. Four five six."),
        ]
        // 100 to 250 for the model, 240 to 260 for the voice.
        #expect(milliseconds(log) == 160)
    }

    @Test func `of a model that was cancelled ends with its first token`() {
        #expect(milliseconds([event(100, .modelRequested, "a"), event(160, .firstTokenSent, "a")]) == 60)
    }
}
