import Cloud
import Conversation
import Failures
import Rehearsal
import Testing

/// Whole turns over real sockets, with the strict stand-ins at the other end.
@Suite struct StandInTests {
    private static let news = "What is in the news today?"
    private let keys = RehearsalOptions.Keys()

    private struct Stage {
        let server: RehearsalServer
        let groq: GroqModel
        let gemini: GeminiModel
        let tool: WebSearchTool
        var both: FallbackModel { FallbackModel(first: groq, second: gemini) }
    }

    private func stage(
        groqKey: String? = RehearsalOptions.Keys().groq, geminiKey: String? = RehearsalOptions.Keys().gemini,
        groqModel: String = "openai/gpt-oss-120b", model: String = "gemini-3.5-flash", deadline: Int = 5_000,
        _ change: (inout RehearsalOptions) -> Void = { _ in }
    ) async throws -> Stage {
        var options = RehearsalOptions()
        options.recognizer = .echo()
        options.delays = .none
        change(&options)
        let server = try await RehearsalServer.start(options)
        let transport = CloudTransport(TransportConfiguration(userAgent: "linnet/0"))
        let search = TavilySearch(
            transport: transport, settings: TavilySettings(url: server.addresses.tavily, apiKey: keys.tavily))
        return Stage(
            server: server,
            groq: GroqModel(
                transport: transport,
                settings: GroqSettings(
                    url: server.addresses.groq, apiKey: groqKey, model: groqModel, firstTokenDeadlineMilliseconds: deadline)),
            gemini: GeminiModel(
                transport: transport, settings: GeminiSettings(url: server.addresses.gemini, apiKey: geminiKey, model: model)),
            tool: WebSearchTool(search: search))
    }

    /// A question, the search that the model asks for, and what it makes of it.
    private func askTheNews(
        _ first: any LanguageModel, then second: (any LanguageModel)? = nil, _ stage: Stage
    ) async throws -> (asked: [ModelEvent], result: ToolResult, told: [ModelEvent]) {
        var request = ModelRequest(
            instructions: "Be brief.", messages: [.user(Self.news)], tools: [stage.tool.description], maximumTokens: 300)
        let (asked, failure) = await collect(first.answer(request))
        #expect(failure == nil)
        let call = try #require(asked.calls.first)
        #expect(call.name == WebSearchTool.name && asked.spoken.isEmpty)
        let result = await stage.tool.run(try #require(call.arguments))
        request.messages += [.toolCalls(asked.calls)] + asked.calls.map { .toolResult(callID: $0.id, text: result.text) }
        request.tools = []
        let (told, problem) = await collect((second ?? first).answer(request))
        #expect(problem == nil)
        return (asked, result, told)
    }

    private func question(_ text: String = "What is the capital of Portugal?") -> ModelRequest {
        ModelRequest(instructions: "Be brief.", messages: [.user(text)])
    }

    @Test(arguments: [false, true])
    func `Groq asks for a search, gets it and tells what was found`(callsInPieces: Bool) async throws {
        let stage = try await stage { $0.quirks.callsInPieces = callsInPieces }
        let (asked, result, told) = try await askTheNews(stage.groq, stage)
        #expect(asked.calls.first?.provider == .groq)
        #expect(result.failure == nil && !result.sources.isEmpty)
        #expect(!told.spoken.isEmpty && told.calls.isEmpty)
        #expect(stage.server.log.complaints == [])
        await stage.server.stop()
    }

    @Test(arguments: ["gemini-3.5-flash", "gemini-3.8-flash", "gemini-2.5-flash", "gemini-2.5-pro"])
    func `Gemini asks for a search, gets its signature back, and tells what was found`(model: String) async throws {
        let stage = try await stage(model: model)
        let (asked, result, told) = try await askTheNews(stage.gemini, stage)
        #expect(asked.calls.first?.provider == .gemini)
        #expect((asked.calls.first?.signature != nil) == !model.hasPrefix("gemini-2"))
        #expect(result.failure == nil && !result.sources.isEmpty)
        #expect(!told.spoken.isEmpty && told.calls.isEmpty)
        #expect(stage.server.log.complaints == [])
        await stage.server.stop()
    }

    @Test func `a v1 without tools is left for v1beta by itself`() async throws {
        let stage = try await stage { $0.quirks.refusesToolsAtV1 = true }
        let (_, _, told) = try await askTheNews(stage.gemini, stage)
        #expect(!told.spoken.isEmpty)
        #expect(stage.server.log.complaints.count == 1)
        await stage.server.stop()
    }

    @Test func `a search that one model asked for is told by the other when the first falls ill in between`() async throws {
        let stage = try await stage()
        let (_, _, byGemini) = try await askTheNews(stage.groq, then: stage.gemini, stage)
        let (_, _, byGroq) = try await askTheNews(stage.gemini, then: stage.groq, stage)
        #expect(!byGemini.spoken.isEmpty && !byGroq.spoken.isEmpty)
        #expect(stage.server.log.complaints == [])
        await stage.server.stop()
    }

    @Test(arguments: ["groq:503*always", "groq:401*always", "groq:404*always", "groq:429:30*always", "groq:reset@0*always"])
    func `Groq fails before a word, and Gemini answers`(fault: String) async throws {
        let stage = try await stage()
        await stage.server.plan(try Fault(parsing: fault))
        let (events, failure) = await collect(stage.both.answer(question()))
        #expect(failure == nil && events.fallBacks == [.gemini])
        #expect(events.spoken.contains("Lisbon"))
        await stage.server.stop()
    }

    @Test func `nobody listens at Groq's address, and Gemini answers`() async throws {
        let stage = try await stage()
        await stage.server.plan(try Fault(parsing: "groq:refused"))
        let (events, failure) = await collect(stage.both.answer(question()))
        #expect(failure == nil && events.fallBacks == [.gemini] && events.spoken.contains("Lisbon"))
        await stage.server.stop()
    }

    @Test func `Groq says nothing until its deadline, and Gemini answers`() async throws {
        let stage = try await stage(deadline: 300)
        await stage.server.plan(try Fault(parsing: "groq:stall@0*always"))
        let (events, failure) = await collect(stage.both.answer(question()))
        let fellBack = events.compactMap { if case .fellBack(let failure, _) = $0 { failure.kind } else { nil } }
        #expect(failure == nil && fellBack == [.timedOut] && events.spoken.contains("Lisbon"))
        await stage.server.stop()
    }

    @Test func `Groq breaks off after a word, and no second voice begins again`() async throws {
        // A model that does not think before its words; and a reset takes with it what was not read yet.
        let stage = try await stage(groqModel: "qwen/qwen3-32b") { $0.delays.tokenMilliseconds = 20 }
        await stage.server.plan(try Fault(parsing: "groq:reset@5*always"))
        let (events, failure) = await collect(stage.both.answer(question()))
        #expect(!events.spoken.isEmpty && events.fallBacks.isEmpty && failure?.subject == .groq)
        #expect(stage.server.log.events.allSatisfy { $0.service != .gemini || $0.kind != .modelRequested })
        await stage.server.stop()
    }

    @Test func `both fail, and there is one failure`() async throws {
        let stage = try await stage()
        await stage.server.plan(try Fault(parsing: "groq:503*always"))
        await stage.server.plan(try Fault(parsing: "gemini:403*always"))
        let (events, failure) = await collect(stage.both.answer(question()))
        #expect(events.spoken.isEmpty && failure?.subject == .gemini && failure?.kind == .forbidden)
        await stage.server.stop()
    }

    @Test func `without a key for Groq it is Gemini who answers, and without one for Gemini it is Groq who is to blame`()
        async throws
    {
        let keyless = try await stage(groqKey: nil)
        let (events, failure) = await collect(keyless.both.answer(question()))
        #expect(failure == nil && events.fallBacks == [.gemini] && events.spoken.contains("Lisbon"))
        await keyless.server.stop()
        let alone = try await stage(geminiKey: nil)
        await alone.server.plan(try Fault(parsing: "groq:503*always"))
        let (_, problem) = await collect(alone.both.answer(question()))
        #expect(problem?.subject == .groq && problem?.kind == .overloaded)
        await alone.server.stop()
    }
}
