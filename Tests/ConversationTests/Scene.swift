import Audio
import Conversation
import Failures
import Testing

/// A session with everything around it scripted, driven in steps of 10 ms of a clock of its own.
final class Scene {
    let clock: ManualClock
    let endpoint: ScriptedEndpoint
    let recognizer = ScriptedRecognizer()
    let model: ScriptedModel
    let synthesizer: ScriptedSynthesizer
    let witness = Witness()
    let session: Session
    private let running: Task<Void, Never>

    init(
        _ settings: SessionSettings = SessionSettings(), synthesizer: ScriptedSynthesizer = ScriptedSynthesizer(),
        tools: [any Tool] = [], clock: ManualClock = ManualClock(),
        answers: @escaping @Sendable (String) -> [ScriptedModel.Step] = { _ in [.text("It is three"), .text(" o'clock.")] }
    ) {
        self.clock = clock
        endpoint = ScriptedEndpoint(clock: clock)
        model = ScriptedModel(answers)
        self.synthesizer = synthesizer
        let session = Session(
            identity: SessionIdentity(conversationID: "c", sessionID: "s"), endpoint: endpoint, recognizer: recognizer,
            model: model, synthesizer: synthesizer, tools: tools, settings: settings, timekeeper: clock, observer: witness)
        self.session = session
        running = Task { await session.run() }
    }

    /// Time passes; somebody speaks or not.
    func wait(_ milliseconds: Int, isSpeech: Bool = false) async {
        for _ in 0..<milliseconds / 10 {
            clock.advance(milliseconds: 10)
            endpoint.step(isSpeech: isSpeech)
            await settle()
        }
    }

    /// Lets the session's tasks come to rest. Its actor is passed several times, since one message leads to another; the moment of
    /// real time is for tasks of the shared pool, which a busy machine runs late.
    func settle() async {
        for _ in 0..<6 {
            await Task.yield()
            await session.say("")
        }
        try? await Task.sleep(for: .microseconds(800))
        await session.say("")
    }

    /// Waits for something to come true, at most so long on the scene's clock.
    func until(
        within milliseconds: Int = 10_000, isSpeech: Bool = false, _ isTrue: () -> Bool,
        location: SourceLocation = #_sourceLocation
    ) async {
        for _ in 0..<milliseconds / 10 where !isTrue() { await wait(10, isSpeech: isSpeech) }
        #expect(isTrue(), "did not come within \(milliseconds) ms", sourceLocation: location)
    }

    func tap() async {
        // Taken in before the clock goes on: else a busy machine hears the press or the release a frame later.
        session.press(at: clock.now())
        await settle()
        await wait(100)
        session.release(at: clock.now())
        await settle()
        await wait(10)
    }

    func say(_ words: String, milliseconds: Int = 1_000) async {
        recognizer.willHear(words)
        await wait(milliseconds, isSpeech: true)
    }

    /// A question in writing, whose answer is waited for elsewhere. A session that does not run yet would refuse it.
    func ask(_ text: String) -> Task<TurnRecord, any Error> {
        let (session, witness) = (session, witness)
        return Task {
            while witness.states.isEmpty { await Task.yield() }
            return try await session.ask(text)
        }
    }

    /// Asks by tap and waits until the answer has sounded for a while.
    func askAndHear(_ words: String, milliseconds: Int) async {
        await tap()
        await say(words)
        await until { witness.states.last == .speaking }
        await wait(milliseconds)
    }

    func end() async {
        endpoint.send(.gone)
        await running.value
    }
}
