import Audio
import Failures

/// What became of one call.
struct ToolOutcome: Sendable, Equatable {
    var call: ToolCall
    /// For the model, bounded and framed.
    var text: String
    var sources: [ToolSource] = []
    var failure: Failure?
    /// Who stood behind the tool; nil when there was none.
    var provider: Failure.Subject?
    var milliseconds = 0
}

/// Runs the calls of one answer side by side, each until its deadline. Whatever happens, every call has an outcome.
struct ToolRunner: Sendable {
    let tools: [any Tool]
    let timekeeper: any Timekeeper
    /// Who made the calls.
    let model: Failure.Subject

    /// Calls of one answer that are run; the others are told that they are too many.
    static let callBound = 4
    /// Size of a result as the model gets it, Unicode scalars.
    static let resultBound = 4_000
    private static let nameBound = 64

    /// Longest time that all of them together can take, milliseconds.
    func bound(of calls: [ToolCall]) -> Int {
        calls.prefix(Self.callBound).compactMap { tool(for: $0)?.deadlineMilliseconds }.max() ?? 0
    }

    /// - Returns: one outcome for each call, in their order. Returns at once when its task is cancelled.
    func outcomes(of calls: [ToolCall]) async -> [ToolOutcome] {
        await withTaskGroup(of: (Int, ToolOutcome).self) { group in
            for (index, call) in calls.enumerated() {
                group.addTask { (index, index < Self.callBound ? await outcome(of: call) : Self.tooMany(call)) }
            }
            var outcomes: [Int: ToolOutcome] = [:]
            for await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func tool(for call: ToolCall) -> (any Tool)? { tools.first { $0.description.name == call.name } }

    private func outcome(of call: ToolCall) async -> ToolOutcome {
        let name = UntrustedText.line(call.name, bound: Self.nameBound)
        guard let tool = tool(for: call) else {
            return refused(call, "There is no tool \(name).", "called for a tool that is not there: \(name)")
        }
        guard let arguments = call.arguments else {
            return refused(
                call, "The arguments of \(name) were no JSON object.", "called \(name) with arguments that are no JSON object")
        }
        let start = timekeeper.now()
        let result = await race(tool, arguments)
        let text =
            result.failure.map { "\(name) failed: \($0.spoken) \(Self.advice)" }
            ?? UntrustedText.framed(result.text, from: name, bound: Self.resultBound)
        return ToolOutcome(
            call: call, text: text, sources: result.sources, failure: result.failure, provider: tool.provider,
            milliseconds: Int(timekeeper.now().milliseconds(since: start)))
    }

    private static let advice = "Say so in one short sentence, or answer from what you know."

    private func refused(_ call: ToolCall, _ text: String, _ detail: String) -> ToolOutcome {
        ToolOutcome(call: call, text: "\(text) \(Self.advice)", failure: Failure(model, .malformedAnswer, detail))
    }

    private static func tooMany(_ call: ToolCall) -> ToolOutcome {
        ToolOutcome(call: call, text: "Not run: at most \(callBound) calls at once. Answer with what the others gave.")
    }

    /// The tool against its deadline; neither that nor a cancellation depends on the tool's heeding it.
    private func race(_ tool: any Tool, _ arguments: ToolArguments) async -> ToolResult {
        let limit = tool.deadlineMilliseconds
        let (results, inlet) = AsyncStream<ToolResult>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let work = Task { inlet.yield(await tool.run(arguments)) }
        let deadline = Task {
            guard (try? await timekeeper.sleep(milliseconds: limit)) != nil else { return }
            inlet.yield(Self.failed(Failure(tool.provider, .timedOut, "\(tool.description.name): no result within \(limit) ms")))
        }
        defer {
            work.cancel()
            deadline.cancel()
        }
        for await result in results { return result }
        return Self.failed(Failure(tool.provider, .cancelled, "\(tool.description.name) was cancelled"))
    }

    private static func failed(_ failure: Failure) -> ToolResult { ToolResult(text: "", failure: failure) }
}
