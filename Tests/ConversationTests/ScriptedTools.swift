import Conversation
import Failures
import Synchronization

/// A tool that takes its time on the scene's clock.
final class ScriptedTool: Tool {
    enum Manner: Sendable {
        case answers(ToolResult, afterMilliseconds: Int)
        /// Never ends by itself; ends when it is cancelled.
        case hangs
        /// Never ends, cancelled or not.
        case isDeaf
    }
    private struct State {
        var calls: [ToolArguments] = []
        var cancelled = 0
        var deaf: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    private let clock: ManualClock
    private let manner: Manner
    let description: ToolDescription
    let provider = Failure.Subject.tavily
    let deadlineMilliseconds: Int

    init(_ name: String, _ clock: ManualClock, _ manner: Manner, deadlineMilliseconds: Int = 3_000) {
        description = ToolDescription(name: name, purpose: "Tests.", parametersJSON: #"{"type":"object"}"#)
        self.clock = clock
        self.manner = manner
        self.deadlineMilliseconds = deadlineMilliseconds
    }

    var calls: [ToolArguments] { state.withLock { $0.calls } }
    var cancelled: Int { state.withLock { $0.cancelled } }

    /// Lets the deaf end, when the test is over.
    func letGo() {
        for sleeper in state.withLock({ $0.deaf }) { sleeper.resume() }
    }

    func run(_ arguments: ToolArguments) async -> ToolResult {
        state.withLock { $0.calls.append(arguments) }
        switch manner {
        case .answers(let result, let milliseconds):
            guard await sleep(milliseconds) else { return ToolResult(text: "too late") }
            return result
        case .hangs: _ = await sleep(.max / 1_000_000_000)
        case .isDeaf: await withCheckedContinuation { sleeper in state.withLock { $0.deaf.append(sleeper) } }
        }
        return ToolResult(text: "too late")
    }

    /// - Returns: false when it was cancelled.
    private func sleep(_ milliseconds: Int) async -> Bool {
        guard (try? await clock.sleep(milliseconds: milliseconds)) != nil else {
            state.withLock { $0.cancelled += 1 }
            return false
        }
        return true
    }
}

/// A web with one page, or one that fails.
final class ScriptedSearch: WebSearch {
    private let queries = Mutex<[WebQuery]>([])
    private let findings: Result<WebFindings, Failure>
    let provider = Failure.Subject.tavily

    init(_ findings: Result<WebFindings, Failure> = .success(WebFindings(results: [ScriptedSearch.page]))) {
        self.findings = findings
    }

    static let page = WebResult(
        title: "Harbour bridge opens", url: "https://www.coast-post.example/bridge",
        content: "The new harbour bridge opened today.",
        publishedDate: "2026-11-25")

    var asked: [WebQuery] { queries.withLock { $0 } }

    func warm() {}
    func search(_ query: WebQuery) async throws(Failure) -> WebFindings {
        queries.withLock { $0.append(query) }
        return try findings.get()
    }
}

extension ToolCall {
    /// As a client hands it over.
    static func to(_ name: String, id: String = "call_1", _ arguments: ToolArguments? = ["query": .text("news today")])
        -> ToolCall
    {
        ToolCall(id: id, name: name, argumentsJSON: "{}", arguments: arguments, provider: .groq)
    }
}
