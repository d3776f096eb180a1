import Conversation
import Failures
import Testing

/// A reload: other providers, tools and settings, without a word lost.
@Suite struct ReplacementStories {
    private let other = (
        recognizer: ScriptedRecognizer(), model: ScriptedModel { _ in [.text("From the other.")] }, voice: ScriptedSynthesizer()
    )

    private func replace(_ scene: Scene, tools: [any Tool] = [], _ settings: SessionSettings = SessionSettings()) {
        scene.session.replace(
            recognizer: other.recognizer, model: other.model, synthesizer: other.voice, tools: tools, settings: settings)
    }

    @Test func `when nothing is going on it happens at once`() async {
        var settings = SessionSettings()
        settings.followUpMilliseconds = 0
        let scene = Scene()
        await scene.askAndHear("What time is it?", milliseconds: 10)
        await scene.until { scene.witness.states.last == .followUp }
        #expect(!scene.recognizer.isClosed)
        replace(scene, tools: [WebSearchTool(search: ScriptedSearch())], settings)
        await scene.wait(20)
        #expect(scene.recognizer.isClosed, "nobody listens any more")
        other.recognizer.willHear("And now?")
        await scene.wait(800, isSpeech: true)
        await scene.until { scene.witness.records.count == 2 }
        #expect(scene.witness.records.last?.heard == "From the other." && scene.witness.records.last?.startedBy == .followUp)
        #expect(other.model.requests.last?.tools.count == 1 && other.model.requests.last?.messages.count == 3)
        #expect(scene.model.requests.count == 1 && other.voice.texts == ["From the other. "])
        await scene.until(within: 500) { scene.witness.states.last == .idle }
        await scene.end()
    }

    @Test func `a turn that is under way is finished as it began`() async {
        let scene = Scene { _ in [.text("One two three four five.")] }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 200)
        replace(scene)
        await scene.until { scene.witness.records.count == 1 }
        #expect(scene.witness.records.first?.heard == "One two three four five.")
        let asked = scene.ask("And now?")
        await scene.until { scene.witness.records.count == 2 }
        #expect((try? await asked.value)?.reply == "From the other.")
        await scene.end()
    }

    @Test func `a press over the answer begins a turn with the new ones`() async {
        let scene = Scene { _ in [.text("One two three four five six seven eight nine ten.")] }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 500)
        replace(scene)
        other.recognizer.willHear("And now?")
        await scene.tap()
        await scene.wait(800, isSpeech: true)
        await scene.until { scene.witness.records.count == 2 }
        #expect(scene.witness.records.map(\.outcome) == [.interrupted, .answered])
        #expect(scene.witness.records.last?.reply == "From the other.")
        await scene.end()
    }

    @Test func `an interruption is answered by those who heard it, the next turn by the others`() async {
        let scene = Scene { question in
            [.text(question.hasPrefix("Tell") ? "One two three four five six seven eight nine ten." : "Yes.")]
        }
        await scene.askAndHear("Tell me the numbers.", milliseconds: 500)
        replace(scene)
        await scene.say("No wait, letters please.", milliseconds: 900)
        await scene.until { scene.witness.records.count == 2 }
        #expect(scene.witness.records.last?.transcript == "No wait, letters please.")
        #expect(scene.witness.records.last?.reply == "Yes.")
        let asked = scene.ask("And now?")
        await scene.until { scene.witness.records.count == 3 }
        #expect((try? await asked.value)?.reply == "From the other.")
        await scene.end()
    }
}
