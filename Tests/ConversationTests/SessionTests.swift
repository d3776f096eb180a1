import Audio
import Conversation
import Failures
import Testing

@Suite struct SessionTests {
    @Test func `a tapped question is answered, stamped, heard and remembered`() async {
        let scene = Scene()
        await scene.wait(200)
        await scene.tap()
        await scene.say("What time is it?")
        await scene.until { scene.witness.states.last == .followUp }
        let record = scene.witness.records.first
        #expect(record?.outcome == .answered && record?.startedBy == .tap && record?.number == 1)
        #expect(record?.transcript == "What time is it?")
        #expect(record?.reply == "It is three o'clock.")
        #expect(record?.heard == "It is three o'clock.")
        #expect(record?.endpointingMilliseconds == 350)
        #expect(record?.modelProvider == "groq")
        let times = TurnStamp.stages.map { record?.stamps[$0] }
        #expect(!times.contains(nil), "all twelve stamps: \(times)")
        #expect(scene.witness.states == [.idle, .listening, .thinking, .speaking, .followUp])
        let wait = record?.stamps.milliseconds(from: .speechEnd, to: .turnCommitted) ?? 0
        #expect(wait >= 350 && wait < 450)
        // The stages in the order in which they come when the model is asked ahead.
        let inOrder: [TurnStamp] = [
            .speechStart, .speechEnd, .finalizeSent, .transcriptFinal, .modelRequested, .firstToken, .firstClause,
        ]
        for (earlier, later) in zip(inOrder, inOrder.dropFirst()) {
            #expect(record?.stamps.milliseconds(from: earlier, to: later) ?? -1 >= 0, "\(earlier) then \(later)")
        }
        await scene.end()
    }

    @Test func `what was said before the press is not lost`() async {
        let scene = Scene()
        await scene.wait(1_000)
        await scene.wait(300, isSpeech: true)
        await scene.tap()
        await scene.say("What time is it?", milliseconds: 500)
        await scene.until { !scene.witness.records.isEmpty }
        // 1300 ms after the start came the press; the audio begins 600 ms before it.
        let firstSample: Int64 = 11_200
        #expect(scene.recognizer.sent.first?.first == firstSample)
        let start = scene.witness.records.first?.stamps[.speechStart]
        #expect(start == MonotonicTime(nanoseconds: 2_000_000_000), "the speech began where it was first heard")
        await scene.end()
    }

    @Test func `nothing sounds before the turn is sure, though the answer is ready`() async {
        let scene = Scene()
        await scene.tap()
        await scene.say("What time is it?")
        await scene.until { !scene.synthesizer.texts.isEmpty }
        #expect(scene.endpoint.heardSamples == 0)
        let commits = scene.witness.all.count {
            if case .stamp(.turnCommitted, _) = $0 { true } else { false }
        }
        #expect(commits == 0, "it is synthesized before the turn is committed")
        await scene.until { scene.endpoint.heardSamples > 0 }
        await scene.end()
    }

    @Test func `who goes on after a pause hears nothing of the speculation`() async {
        let scene = Scene { question in [.text(question == "What is the weather in Oslo?" ? "It rains." : "It is nice.")] }
        await scene.tap()
        await scene.say("What is the weather", milliseconds: 800)
        await scene.until { scene.model.requests.count == 1 }
        await scene.say("in Oslo?", milliseconds: 800)
        await scene.until { scene.witness.states.last == .followUp }
        #expect(scene.witness.records.map(\.heard) == ["It rains."])
        #expect(scene.model.requests.last?.messages == [.user("What is the weather in Oslo?")], "no trace in the history")
        await scene.end()
    }

    @Test func `an interrupted answer is remembered as far as it was heard`() async {
        let scene = Scene { question in
            [.text(question.hasPrefix("Tell") ? "One two three four five six seven eight nine ten. " : "Yes.")]
        }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 900)
        scene.recognizer.willHear("No wait, what about letters?")
        await scene.wait(300, isSpeech: true)
        #expect(scene.endpoint.isPaused, "the reflex has paused it")
        scene.recognizer.interim("no wait")
        await scene.until(isSpeech: true) { scene.witness.records.count == 1 }
        await scene.wait(500, isSpeech: true)
        await scene.until { scene.witness.records.count == 2 }
        let first = scene.witness.records.first
        #expect(first?.outcome == .interrupted)
        // 20 ms of head silence and 200 ms a word: five or six words by the pause.
        #expect(["One two three four five", "One two three four five six"].contains(first?.heard))
        #expect(first?.stamps[.interruptionHeard] != nil && first?.stamps[.ducked] != nil && first?.stamps[.paused] != nil)
        let second = scene.witness.records.last
        #expect(second?.startedBy == .bargeIn)
        #expect(second?.transcript == "No wait, what about letters?")
        let expected: [ChatMessage] = [
            .user("Tell me the numbers."), .assistant(first?.heard ?? ""), .user("No wait, what about letters?"),
        ]
        #expect(scene.model.requests.last?.messages == expected)
        await scene.end()
    }

    @Test func `after a cough the answer goes on from where it stopped`() async {
        let scene = Scene { _ in [.text("One two three four five six seven eight nine ten.")] }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 500)
        await scene.wait(200, isSpeech: true)
        #expect(scene.endpoint.isPaused)
        await scene.until(within: 600) { !scene.endpoint.isPaused }
        await scene.until { scene.witness.states.last == .followUp }
        #expect(scene.witness.falseAlarms == 1)
        let record = scene.witness.records.first
        #expect(record?.outcome == .answered)
        #expect(record?.heard == "One two three four five six seven eight nine ten.")
        #expect(scene.endpoint.heardSamples == 320 + 10 * 3_200, "not a sample lost or said twice")
        #expect(record?.stamps[.paused] == nil, "an interruption that was none leaves no stamp")
        await scene.end()
    }

    @Test func `a press during speech keeps what was heard, as the loudspeaker tells it`() async {
        let scene = Scene { _ in [.text("One two three four five six seven eight nine ten.")] }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 900)
        scene.session.press(at: scene.clock.now())
        await scene.wait(50)
        #expect(["One two three four five", "One two three four"].contains(scene.witness.records.first?.heard))
        #expect(scene.witness.states.last == .listening)
        await scene.end()
    }

    @Test func `a written question is answered in writing too`() async throws {
        let scene = Scene()
        await scene.wait(50)
        let answer = scene.ask("  What time is it? ")
        await scene.until { !scene.witness.records.isEmpty }
        let record = try await answer.value
        #expect(record.reply == "It is three o'clock." && record.startedBy == .text)
        await #expect(throws: Failure.self) { _ = try await scene.session.ask("   ") }
        await #expect(throws: Failure.self) { _ = try await scene.session.ask(String(repeating: "x", count: 9_000)) }
        await scene.end()
        await #expect(throws: Failure.self) { _ = try await scene.session.ask("Too late?") }
    }

    @Test func `a written question that fails throws the reason, and the reason is spoken`() async {
        let failure = Failure(.groq, .serverError, "500")
        let scene = Scene { _ in [.fail(failure)] }
        await scene.wait(50)
        let answer = scene.ask("Why?")
        await scene.until { scene.witness.states.last == .error }
        await #expect(throws: failure) { _ = try await answer.value }
        await scene.until { scene.witness.states.last == .idle }
        #expect(scene.synthesizer.texts.joined() == failure.spoken + " ")
        #expect(scene.endpoint.signals == [.failed])
        #expect(scene.witness.failures == [failure])
        await scene.end()
    }

    @Test func `a model that breaks after its first clause is heard and explained`() async {
        let failure = Failure(.groq, .connectionLost, "reset")
        let scene = Scene { _ in [.text("The sun is a star. It is "), .fail(failure)] }
        await scene.wait(50)
        let answer = scene.ask("Why?")
        await scene.until { !scene.witness.records.isEmpty }
        #expect(scene.synthesizer.texts == ["The sun is a star. ", failure.spoken])
        #expect(scene.witness.records.first?.heard == "The sun is a star.")
        #expect(scene.witness.records.first?.outcome == .failed)
        await #expect(throws: failure) { _ = try await answer.value }
        await scene.end()
    }

    @Test func `a voice that fails is shown`() async {
        let scene = Scene()
        scene.synthesizer.fail(with: Failure(.cartesia, .serverError, "500"))
        await scene.tap()
        await scene.say("What time is it?")
        await scene.until { scene.witness.states.last == .error }
        #expect(scene.endpoint.signals.contains(.failed))
        await scene.until { scene.witness.states.last == .idle }
        await scene.end()
    }

    @Test func `a recognizer that fails in mid-question is told and replaced`() async {
        let scene = Scene()
        await scene.tap()
        await scene.wait(300, isSpeech: true)
        scene.recognizer.fail(Failure(.deepgram, .connectionLost, "reset"))
        await scene.until { scene.witness.states.last == .error }
        await scene.until { scene.witness.states.last == .idle }
        await scene.tap()
        await scene.say("What time is it?")
        await scene.until { scene.witness.records.last?.outcome == .answered }
        #expect(scene.recognizer.opened == 2)
        await scene.end()
    }

    @Test func `one stream serves many turns and is sent audio only while somebody listens`() async {
        let scene = Scene()
        for _ in 0..<3 {
            await scene.tap()
            await scene.say("What time is it?")
            await scene.until { scene.witness.states.last == .idle }
            await scene.wait(1_000)
        }
        #expect(scene.witness.records.map(\.outcome) == [.answered, .answered, .answered])
        #expect(scene.recognizer.opened == 1)
        #expect(scene.recognizer.sentSamples < 3 * 16 * 2_500)
        await scene.end()
    }

    @Test func `a full loudspeaker makes the voice wait and loses nothing`() async {
        let scene = Scene { _ in [.text("One two three four five six seven eight nine ten.")] }
        scene.endpoint.setRoom(8_000)
        await scene.tap()
        await scene.say("Tell me the numbers.")
        await scene.until(within: 20_000) { scene.witness.states.last == .followUp }
        #expect(scene.endpoint.heardSamples == 320 + 10 * 3_200)
        await scene.end()
    }

    @Test func `more speech than may be held makes the voice wait and loses nothing`() async {
        var settings = SessionSettings()
        settings.heldAudioMilliseconds = 300
        let scene = Scene(settings) { _ in [.text("One two three four five six seven eight nine ten.")] }
        await scene.tap()
        await scene.say("Tell me the numbers.")
        await scene.until { scene.witness.states.last == .followUp }
        #expect(scene.endpoint.heardSamples == 320 + 10 * 3_200)
        await scene.end()
    }

    @Test func `a voice that ends its context early is given another for the rest`() async {
        let scene = Scene(synthesizer: ScriptedSynthesizer(endsContextsEarly: true)) { _ in
            [.text("The sun is a star. "), .text("It is bright.")]
        }
        await scene.tap()
        await scene.say("Tell me.")
        await scene.until { scene.witness.states.last == .followUp }
        #expect(scene.witness.records.first?.heard == "The sun is a star. It is bright.")
        await scene.end()
    }

    @Test func `mute in mid-speech hangs up and lets nothing out`() async {
        let scene = Scene { _ in [.text("One two three four five six seven eight nine ten.")] }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 500)
        scene.session.mute()
        await scene.wait(50)
        #expect(scene.witness.states.last == .muted)
        #expect(scene.recognizer.isClosed)
        let sent = scene.recognizer.sentSamples
        let heard = scene.endpoint.heardSamples
        await scene.wait(2_000, isSpeech: true)
        #expect(scene.recognizer.sentSamples == sent && scene.endpoint.heardSamples == heard)
        scene.session.unmute()
        await scene.wait(1_000)
        await scene.tap()
        await scene.say("What time is it?")
        await scene.until { scene.witness.records.count == 2 }
        await scene.end()
    }

    @Test func `an announcement is spoken and waited for`() async {
        let scene = Scene()
        await scene.wait(50)
        let session = scene.session
        let announced = Task { await session.say("The tea is ready.") }
        await scene.until { scene.witness.states.last == .speaking }
        await scene.until { scene.witness.states.last == .idle }
        await announced.value
        #expect(scene.synthesizer.texts == ["The tea is ready. "])
        #expect(scene.witness.records.isEmpty, "it is no turn")
        await scene.end()
    }

    @Test func `a written question over an answer waits for what was heard of it`() async throws {
        let scene = Scene { question in
            [.text(question == "Why?" ? "Because." : "One two three four five six seven eight nine ten.")]
        }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 900)
        let answer = scene.ask("Why?")
        await scene.until { scene.witness.records.count == 2 }
        #expect(try await answer.value.reply == "Because.")
        let messages = scene.model.requests.last?.messages ?? []
        #expect(messages.count == 3 && messages.last == .user("Why?"))
        #expect(messages.dropFirst().first == .assistant(scene.witness.records.first?.heard ?? ""))
        await scene.end()
    }

    @Test func `when the endpoint goes in mid-turn the turn is closed and everybody is told`() async {
        let scene = Scene { _ in [.hang] }
        await scene.wait(50)
        let answer = scene.ask("Why?")
        await scene.until { scene.witness.states.last == .thinking }
        await scene.end()
        #expect(scene.witness.records.map(\.outcome) == [.stopped])
        #expect(scene.model.cancelled == 1)
        let outcome = try? await answer.value.outcome
        #expect(outcome == .stopped)
    }

    @Test func `a session can run on an executor of its own`() async {
        let executor = InlineExecutor()
        let clock = ManualClock()
        let endpoint = ScriptedEndpoint(clock: clock)
        let session = Session(
            identity: SessionIdentity(conversationID: "c", sessionID: "s"), endpoint: endpoint, recognizer: ScriptedRecognizer(),
            model: ScriptedModel { _ in [] }, synthesizer: ScriptedSynthesizer(), settings: SessionSettings(), timekeeper: clock,
            observer: Witness(), executor: executor)
        let running = Task { await session.run() }
        endpoint.send(.gone)
        await running.value
        #expect(executor.jobs > 0)
    }
}
