import Cloud
import Conversation
import Failures
import Testing

@Suite struct FallbackTests {
    private let question = ModelRequest(instructions: "Be brief.", messages: [.user("Hi?")])
    private static let hello: [ScriptedModel.Step] = [
        .event(.requested), .event(.text("Hello.")), .event(.finished(.complete, nil)),
    ]

    @Test func `while the first model answers, nobody asks the second`() async {
        let (groq, gemini) = (ScriptedModel(.groq, Self.hello), ScriptedModel(.gemini, Self.hello))
        let model = FallbackModel(first: groq, second: gemini)
        let (events, failure) = await collect(model.answer(question))
        #expect(events == [.requested, .text("Hello."), .finished(.complete, nil)] && failure == nil)
        #expect(groq.requests == [question] && gemini.requests.isEmpty)
        #expect(model.provider == .groq)
    }

    @Test(arguments: [Failure.Kind.overloaded, .timedOut, .keyMissing, .keyRefused, .modelGone, .nameNotResolved, .badRequest])
    func `a first model that fails before a word is answered for by the second`(kind: Failure.Kind) async {
        let groq = ScriptedModel(.groq, [.event(.requested), .fail(kind)])
        let gemini = ScriptedModel(.gemini, Self.hello)
        let (events, failure) = await collect(FallbackModel(first: groq, second: gemini).answer(question))
        let fellBack = ModelEvent.fellBack(Failure(.groq, kind, "as scripted"), to: .gemini)
        #expect(events == [.requested, fellBack, .requested, .text("Hello."), .finished(.complete, nil)])
        #expect(failure == nil && gemini.requests == [question])
    }

    @Test(arguments: [
        ModelEvent.text("Well"), .toolCall(ToolCall(id: "a", name: "time", argumentsJSON: "{}")),
    ])
    func `after a word or a call nobody begins again with a second voice`(begun: ModelEvent) async {
        let groq = ScriptedModel(.groq, [.event(.requested), .event(begun), .fail(.connectionLost)])
        let gemini = ScriptedModel(.gemini, Self.hello)
        let (events, failure) = await collect(FallbackModel(first: groq, second: gemini).answer(question))
        #expect(events == [.requested, begun])
        #expect(failure?.kind == .connectionLost && failure?.subject == .groq)
        #expect(gemini.requests.isEmpty)
    }

    @Test(arguments: [
        (Failure.Kind.serverError, Failure.Subject.gemini, Failure.Kind.serverError),
        (.keyMissing, .groq, .overloaded),
    ])
    func `when both fail there is one failure, and a second model that was never set up is not to blame`(
        second: Failure.Kind, subject: Failure.Subject, thrown: Failure.Kind
    ) async {
        let groq = ScriptedModel(.groq, [.fail(.overloaded)])
        let gemini = ScriptedModel(.gemini, [.fail(second)])
        let (events, failure) = await collect(FallbackModel(first: groq, second: gemini).answer(question))
        #expect(events.fallBacks == [.gemini])
        #expect(failure?.subject == subject && failure?.kind == thrown)
        #expect(groq.requests.count == 1 && gemini.requests.count == 1)
    }

    @Test func `the answer to a tool's result comes from the one who asked for it, and from the other when that one fails`() async
    {
        let call = ToolCall(id: "a", name: "time", argumentsJSON: "{}", signature: "s", provider: .gemini)
        var request = question
        request.messages += [.toolCalls([call]), .toolResult(callID: "a", text: "noon")]
        let (groq, gemini) = (ScriptedModel(.groq, Self.hello), ScriptedModel(.gemini, Self.hello, [.fail(.overloaded)]))
        let model = FallbackModel(first: groq, second: gemini)
        let (events, _) = await collect(model.answer(request))
        #expect(events.spoken == "Hello." && events.fallBacks.isEmpty)
        #expect(groq.requests.isEmpty && gemini.requests == [request])
        let (others, failure) = await collect(model.answer(request))
        #expect(others.spoken == "Hello." && others.fallBacks == [.groq] && failure == nil)
        request.messages.append(.user("And now?"))
        _ = await collect(model.answer(request))
        #expect(groq.requests.last == request)
    }

    @Test func `letting go of an answer lets go of whoever is answering, and asks nobody else`() async throws {
        let groq = ScriptedModel(.groq, [.event(.requested), .hang], [.fail(.overloaded)])
        let gemini = ScriptedModel(.gemini, [.event(.requested), .hang])
        let model = FallbackModel(first: groq, second: gemini)
        for hung in [groq, gemini] {
            let answer = Task { await collect(model.answer(question)) }
            for _ in 0..<300 where hung.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            answer.cancel()
            _ = await answer.value
            for _ in 0..<300 where !hung.isHungUp { try await Task.sleep(for: .milliseconds(10)) }
            #expect(hung.isHungUp)
        }
        #expect(gemini.requests.count == 1)
    }

    @Test func `a daemon that is stopping does not ask a second model`() async {
        let groq = ScriptedModel(.groq, [.fail(.cancelled)])
        let gemini = ScriptedModel(.gemini, Self.hello)
        let (_, failure) = await collect(FallbackModel(first: groq, second: gemini).answer(question))
        #expect(failure?.kind == .cancelled && gemini.requests.isEmpty)
    }

    @Test func `both models are kept warm`() {
        let (groq, gemini) = (ScriptedModel(.groq), ScriptedModel(.gemini))
        FallbackModel(first: groq, second: gemini).warm()
        #expect(groq.warmings == 1 && gemini.warmings == 1)
    }
}
