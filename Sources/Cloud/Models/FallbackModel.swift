import Conversation
import Failures

/// Two models as one: the second answers when the first fails before a word or a tool call of its answer was passed on, its own
/// deadline for the first word and a missing key included. Never after a word: nobody shall hear two answers.
///
/// The answer to a tool's result comes from the one who asked for it, so that a turn stays with one model as long as it can.
public struct FallbackModel: LanguageModel {
    private let first: any LanguageModel
    private let second: any LanguageModel

    public init(first: any LanguageModel, second: any LanguageModel) {
        self.first = first
        self.second = second
    }

    /// The first one; ``ModelEvent/fellBack(_:to:)`` tells when another answers.
    public var provider: Failure.Subject { first.provider }

    public func warm() {
        first.warm()
        second.warm()
    }

    public func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let continues = request.openExchangeProvider.map { $0 == second.provider && $0 != first.provider } ?? false
        let (one, other) = continues ? (second, first) : (first, second)
        let relay = FallbackRelay(one.answer(request), from: one.provider, request, other: other)
        return AsyncThrowingStream(unfolding: { try await relay.next() })
    }
}

extension ModelRequest {
    /// Who made the calls whose results are the last messages; nil when the person spoke last.
    fileprivate var openExchangeProvider: Failure.Subject? {
        let last = messages.last {
            if case .toolResult = $0 { false } else { true }
        }
        guard case .toolCalls(let calls)? = last else { return nil }
        return calls.first?.provider
    }
}

/// One answer on its way to one consumer.
private final class FallbackRelay: @unchecked Sendable {  // safe: a stream asks for one event after the other
    private var source: AsyncThrowingStream<ModelEvent, any Error>.Iterator
    private var subject: Failure.Subject
    private let request: ModelRequest
    /// Nil once asked.
    private var other: (any LanguageModel)?
    private var firstFailure: Failure?
    private var hasBegun = false

    init(
        _ answer: AsyncThrowingStream<ModelEvent, any Error>, from subject: Failure.Subject, _ request: ModelRequest,
        other: any LanguageModel
    ) {
        source = answer.makeAsyncIterator()
        self.subject = subject
        self.request = request
        self.other = other
    }

    func next() async throws -> ModelEvent? {
        do {
            let event = try await source.next()
            switch event {
            case .text, .toolCall, .finished: hasBegun = true
            case .requested, .fellBack, nil: break
            }
            return event
        } catch {
            return try fallBack(error as? Failure ?? Failure(subject, .unknown, "\(error)"))
        }
    }

    private func fallBack(_ failure: Failure) throws -> ModelEvent {
        guard !hasBegun, failure.kind != .cancelled, !Task.isCancelled else { throw failure }
        guard let other else {
            // A second model that was never set up says nothing about why there is no answer.
            throw failure.kind == .keyMissing ? firstFailure ?? failure : failure
        }
        self.other = nil
        firstFailure = failure
        subject = other.provider
        source = other.answer(request).makeAsyncIterator()
        return .fellBack(failure, to: subject)
    }
}
