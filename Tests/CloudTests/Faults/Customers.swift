import Cloud
import Conversation
import Failures
import Rehearsal

/// How one of our clients fared: what it got, in words, or why not.
enum Fare: Sendable, Equatable {
    case served(String)
    case failed(Failure)
    /// It is still waiting.
    case stuck
}

/// A real client on its own transport, which asks a stand-in for the same small thing each time.
struct Customer: Sendable {
    let service: RehearsalService
    let use: @Sendable () async -> Fare

    init(of service: RehearsalService, _ addresses: RehearsalServer.Addresses) {
        let transport = CloudTransport(TransportConfiguration(caFile: addresses.authorityFile))
        let keys = RehearsalOptions.Keys()
        self.service = service
        switch service {
        case .deepgram:
            let settings = DeepgramSettings(url: addresses.deepgram, apiKey: keys.deepgram, finalizeMilliseconds: 6_000)
            let recognizer = DeepgramRecognizer(transport: transport, settings: settings)
            use = { await recognizer.hearSomething() }
        case .groq:
            let settings = GroqSettings(url: addresses.groq, apiKey: keys.groq, firstTokenDeadlineMilliseconds: 5_000)
            let model = GroqModel(transport: transport, settings: settings)
            use = { await model.answerSomething() }
        case .gemini:
            let settings = GeminiSettings(url: addresses.gemini, apiKey: keys.gemini, firstTokenDeadlineMilliseconds: 5_000)
            let model = GeminiModel(transport: transport, settings: settings)
            use = { await model.answerSomething() }
        case .tavily:
            let settings = TavilySettings(url: addresses.tavily, apiKey: keys.tavily, deadlineMilliseconds: 3_000)
            let search = TavilySearch(transport: transport, settings: settings)
            use = { await search.findSomething() }
        case .cartesia:
            let settings = CartesiaSettings(url: addresses.cartesia, apiKey: keys.cartesia)
            let synthesizer = CartesiaSynthesizer(transport: transport, settings: settings)
            use = { await synthesizer.saySomething() }
        }
    }

    /// - Parameter seconds: how long a person would wait at the very most.
    func use(withinSeconds seconds: Int) async -> Fare {
        await withTaskGroup(of: Fare.self) { group in
            group.addTask { await use() }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return .stuck
            }
            let first = await group.next() ?? .stuck
            group.cancelAll()
            return first
        }
    }
}

extension LanguageModel {
    fileprivate func answerSomething() async -> Fare {
        let request = ModelRequest(
            instructions: "Be brief.", messages: [.user("What is the capital of Spain?")], maximumTokens: 300)
        var text = ""
        do {
            for try await event in answer(request) { if case .text(let piece) = event { text += piece } }
            return .served(text)
        } catch {
            return .of(error)
        }
    }
}

extension WebSearch {
    fileprivate func findSomething() async -> Fare {
        do throws(Failure) {
            let findings = try await search(WebQuery(text: "today's news", topic: .news))
            return .served("\(findings.results.count) results")
        } catch {
            return .failed(error)
        }
    }
}

extension Recognizer {
    /// Half a second of something that an energy gate takes for speech, and what was heard in it.
    fileprivate func hearSomething() async -> Fare {
        let stream = open()
        defer { stream.close() }
        stream.hear(babble, firstSample: 0)
        stream.finalize()
        var text = ""
        for await event in stream.events {
            switch event {
            case .settled(let transcript, let answersFinalize, _):
                text += transcript.text
                if answersFinalize { return .served(text) }
            case .failed(let failure): return .failed(failure)
            default: break
            }
        }
        return .stuck
    }
}

/// Half a second: noise that comes and goes like syllables.
private let babble: [Int16] = {
    var state: UInt32 = 12_345
    return (0..<8_000).map { index in
        state = state &* 1_664_525 &+ 1_013_904_223
        let envelope = index / 1_000 % 2 == 0 ? 6_000 : 1_500
        return Int16(Int(state >> 16) % (2 * envelope + 1) - envelope)
    }
}()

extension Synthesizer {
    fileprivate func saySomething() async -> Fare {
        let context = open(rateHz: 16_000)
        context.speak("Madrid.", isLast: true)
        var samples = 0
        for await event in context.events {
            switch event {
            case .audio(let audio): samples += audio.count
            case .finished: return .served("\(samples) samples")
            case .failed(let failure): return .failed(failure)
            default: break
            }
        }
        return .stuck
    }
}

extension Fare {
    fileprivate static func of(_ error: any Error) -> Fare {
        (error as? Failure).map { .failed($0) } ?? .stuck
    }
}
