import Cloud
import Conversation
import Failures
import Synchronization

/// A whole answer, and how it failed if it did.
func collect(_ answer: AsyncThrowingStream<ModelEvent, any Error>) async -> (events: [ModelEvent], failure: Failure?) {
    var events: [ModelEvent] = []
    do {
        for try await event in answer { events.append(event) }
    } catch {
        return (events, error as? Failure)
    }
    return (events, nil)
}

extension [ModelEvent] {
    var spoken: String { compactMap { if case .text(let text) = $0 { text } else { nil } }.joined() }
    var calls: [ToolCall] { compactMap { if case .toolCall(let call) = $0 { call } else { nil } } }
    var fallBacks: [Failure.Subject] { compactMap { if case .fellBack(_, let to) = $0 { to } else { nil } } }
}

/// A model that does what the test says, answer by answer.
final class ScriptedModel: LanguageModel {
    enum Step: Sendable {
        case event(ModelEvent)
        case fail(Failure.Kind)
        /// Until the consumer is gone.
        case hang
    }

    let provider: Failure.Subject
    private let state: Mutex<State>
    private struct State: Sendable {
        var scripts: [[Step]]
        var requests: [ModelRequest] = []
        var warmings = 0
        var isHungUp = false
    }

    init(_ provider: Failure.Subject, _ scripts: [Step]...) {
        self.provider = provider
        state = Mutex(State(scripts: scripts))
    }

    var requests: [ModelRequest] { state.withLock { $0.requests } }
    var warmings: Int { state.withLock { $0.warmings } }
    var isHungUp: Bool { state.withLock { $0.isHungUp } }

    func warm() { state.withLock { $0.warmings += 1 } }

    func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let script = state.withLock { state -> [Step] in
            state.requests.append(request)
            return state.scripts.isEmpty ? [] : state.scripts.removeFirst()
        }
        return AsyncThrowingStream { inlet in
            inlet.onTermination = { [weak self] in
                if case .cancelled = $0 { self?.state.withLock { $0.isHungUp = true } }
            }
            for step in script {
                switch step {
                case .event(let event): inlet.yield(event)
                case .fail(let kind): return inlet.finish(throwing: Failure(self.provider, kind, "as scripted"))
                case .hang: return
                }
            }
            inlet.finish()
        }
    }
}
