import Conversation
import Failures
import Testing

/// What the person hears while a tool is at work, and who answers in the end.
@Suite struct ToolSilenceStories {
    private let clock = ManualClock()

    private func tool(afterMilliseconds milliseconds: Int, deadlineMilliseconds: Int = 3_000) -> ScriptedTool {
        ScriptedTool(
            "web_search", clock, .answers(ToolStories.found, afterMilliseconds: milliseconds),
            deadlineMilliseconds: deadlineMilliseconds)
    }

    @Test func `a slow tool is bridged by words that are no part of the answer`() async {
        let scene = Scene(tools: [tool(afterMilliseconds: 2_500)], clock: clock, answers: ToolStories.searching())
        await scene.tap()
        await scene.say("What is new?")
        await scene.until { !scene.synthesizer.texts.isEmpty }
        #expect(scene.synthesizer.texts == ["One moment, let me check. "])
        await scene.until { scene.witness.states.last == .followUp }
        let record = scene.witness.records.first
        #expect(record?.heard == "The harbour bridge has opened." && record?.reply == "The harbour bridge has opened.")
        #expect(scene.endpoint.heardSamples == 320 + 5 * 3_200 + 320 + 5 * 3_200, "both were heard to their ends")
        let inOrder = TurnStamp.stages.dropFirst(4)
        for (earlier, later) in zip(inOrder, inOrder.dropFirst()) where earlier != .turnCommitted {
            #expect(record?.stamps.milliseconds(from: earlier, to: later) ?? -1 >= 0, "\(earlier) then \(later)")
        }
        await scene.end()
    }

    @Test func `a quick tool needs no such words`() async {
        let scene = Scene(tools: [tool(afterMilliseconds: 900)], clock: clock, answers: ToolStories.searching())
        let asked = scene.ask("What is new?")
        await scene.until { scene.witness.records.count == 1 }
        #expect(scene.synthesizer.texts == ["The harbour bridge has opened. "])
        #expect(scene.endpoint.signals == [.thinking])
        _ = try? await asked.value
        await scene.end()
    }

    @Test func `in a language without such words the thinking sound must do`() async {
        var settings = SessionSettings()
        settings.language = "ja"
        let scene = Scene(settings, tools: [tool(afterMilliseconds: 2_500)], clock: clock, answers: ToolStories.searching())
        let asked = scene.ask("What is new?")
        await scene.until { scene.witness.records.count == 1 }
        #expect(scene.synthesizer.texts == ["The harbour bridge has opened. "])
        _ = try? await asked.value
        await scene.end()
    }

    @Test func `what is said before a call is heard while the tool runs`() async {
        let tool = tool(afterMilliseconds: 2_800)
        let scene = Scene(tools: [tool], clock: clock, answers: ToolStories.searching(before: "Let me look"))
        let asked = scene.ask("What is new?")
        await scene.until { scene.witness.states.last == .speaking }
        #expect(scene.synthesizer.texts == ["Let me look "] && scene.model.requests.count == 1)
        await scene.until { scene.witness.states.last == .thinking }
        await scene.until { scene.witness.records.count == 1 }
        let record = try? await asked.value
        #expect(record?.heard == "Let me look The harbour bridge has opened.")
        #expect(record?.reply == "Let me look The harbour bridge has opened.")
        #expect(!scene.synthesizer.texts.contains("One moment, let me check. "), "something was said already")
        #expect(scene.endpoint.signals.contains(.thinking), "the silence after it is explained")
        await scene.end()
    }

    @Test func `talking into the silence after the first words interrupts`() async {
        let tool = ScriptedTool("web_search", clock, .hangs, deadlineMilliseconds: 20_000)
        let scene = Scene(tools: [tool], clock: clock) { newest in
            newest == "What is new?" ? [.text("Let me look."), .call(.to("web_search"))] : [.text("Yes.")]
        }
        await scene.tap()
        await scene.say("What is new?")
        await scene.until { scene.witness.states.last == .speaking }
        await scene.wait(1_500)
        await scene.say("Never mind that, tell me of Oslo.", milliseconds: 900)
        #expect(tool.cancelled == 1)
        await scene.until { scene.witness.records.count == 2 }
        #expect(scene.witness.records.map(\.outcome) == [.interrupted, .answered])
        #expect(scene.witness.records.map(\.heard) == ["Let me look.", "Yes."])
        let expected: [ChatMessage] = [
            .user("What is new?"), .assistant("Let me look."), .user("Never mind that, tell me of Oslo."),
        ]
        #expect(scene.model.requests.last?.messages == expected)
        await scene.end()
    }

    @Test func `a cough into that silence changes nothing`() async {
        let tool = tool(afterMilliseconds: 2_900)
        let scene = Scene(tools: [tool], clock: clock, answers: ToolStories.searching(before: "Let me look."))
        await scene.tap()
        await scene.say("What is new?")
        await scene.until { scene.witness.states.last == .speaking }
        await scene.wait(1_000)
        await scene.wait(120, isSpeech: true)
        await scene.until { scene.witness.states.last == .followUp }
        #expect(scene.witness.records.map(\.heard) == ["Let me look. The harbour bridge has opened."])
        await scene.end()
    }

    @Test func `half a minute of tool still plays the answer`() async {
        let tool = tool(afterMilliseconds: 30_000, deadlineMilliseconds: 31_000)
        let scene = Scene(tools: [tool], clock: clock, answers: ToolStories.searching())
        let asked = scene.ask("What is new?")
        await scene.until(within: 40_000) { scene.witness.records.count == 1 }
        #expect((try? await asked.value)?.heard == "The harbour bridge has opened.")
        await scene.end()
    }

    @Test func `a tool that fails is noted, and its return too`() async {
        let failure = Failure(.tavily, .serverError, "500")
        let broken = ScriptedTool("broken", clock, .answers(ToolResult(text: "", failure: failure), afterMilliseconds: 10))
        let whole = tool(afterMilliseconds: 10)
        let scene = Scene(tools: [broken, whole], clock: clock) { newest in
            switch newest {
            case "First?": [.call(.to("broken"))]
            case "Second?": [.call(.to("web_search"))]
            default: [.text("Well.")]
            }
        }
        let first = scene.ask("First?")
        await scene.until { scene.witness.records.count == 1 }
        #expect(scene.witness.failures == [failure] && scene.witness.recoveries == [])
        #expect(scene.model.requests.last?.messages.last?.isOfTool == true)
        let second = scene.ask("Second?")
        await scene.until { scene.witness.records.count == 2 }
        #expect(scene.witness.recoveries == [.tavily])
        _ = (try? await first.value, try? await second.value)
        await scene.end()
    }

    @Test func `when the first model fails the second answers, and the record says who`() async {
        let failure = Failure(.groq, .overloaded, "503")
        let scene = Scene { question in
            question == "First?" ? [.fellBack(failure, to: .gemini), .text("It is three.")] : [.text("Four.")]
        }
        let first = scene.ask("First?")
        await scene.until { scene.witness.records.count == 1 }
        #expect(scene.witness.records.last?.modelProvider == "gemini" && scene.witness.records.last?.outcome == .answered)
        #expect(scene.witness.failures == [failure] && scene.witness.recoveries == [])
        let second = scene.ask("Second?")
        await scene.until { scene.witness.records.count == 2 }
        #expect(scene.witness.records.last?.modelProvider == "groq" && scene.witness.recoveries == [.groq])
        _ = (try? await first.value, try? await second.value)
        await scene.end()
    }

    @Test func `a key that is missing is noted once and not at every turn`() async {
        let failure = Failure(.groq, .keyMissing, "no key")
        let scene = Scene { _ in [.fellBack(failure, to: .gemini), .text("It is three.")] }
        for turn in 1...3 {
            let asked = scene.ask("When?")
            await scene.until { scene.witness.records.count == turn }
            _ = try? await asked.value
        }
        #expect(scene.witness.failures == [failure])
        await scene.end()
    }
}
