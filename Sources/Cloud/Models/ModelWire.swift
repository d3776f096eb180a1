import Conversation
import Failures

/// What differs from one provider of language models to the next: how a question is written and how its answer is read.
/// Deadlines, retries and back-pressure are ``ModelAnswer``'s. Network thread only.
protocol ModelWire {
    var provider: Failure.Subject { get }
    var apiKey: String? { get }
    /// Longest wait for the first word or tool call, milliseconds.
    var firstTokenDeadlineMilliseconds: Int { get }
    /// A connection that was used within this time needs no warming, milliseconds.
    var warmMilliseconds: Int { get }

    /// - Throws: `key-missing`; `bad-request` when the request cannot be written; `configuration: unsupported` for the address.
    func post(_ request: ModelRequest) throws(Failure) -> HTTPRequest
    /// For one attempt.
    func reader() -> any AnswerReader
    /// What an answer to `sent` with a status other than 200 means.
    func refusal(of sent: HTTPRequest, _ head: HTTPHead, _ body: [UInt8]) -> AnswerFault
    /// A failure in the middle of an answer that began well; nil when `bytes` are none.
    func inBandFault(_ bytes: [UInt8]) -> AnswerFault?
    /// A cheap request that opens the connection; nil when there is nothing to gain.
    func warming() -> HTTPRequest?
}

extension ModelWire {
    func key() throws(Failure) -> String {
        guard let apiKey else { throw Failure(provider, .keyMissing, "there is no key for \(provider.rawValue)") }
        return apiKey
    }
}

/// Makes an answer's events into words and calls. A value: a new attempt begins with a new one.
protocol AnswerReader {
    mutating func read(_ event: ServerSentEvent) throws(AnswerFault) -> AnswerPiece
    /// The answer is over: what was held back. Its `finish` counts only where there was none before.
    mutating func conclude() -> AnswerPiece
}

/// What one event of an answer brought.
struct AnswerPiece: Equatable {
    /// To be spoken; never reasoning.
    var text = ""
    /// Whole ones.
    var calls: [ToolCall] = []
    /// Something of a word or a call has come, though perhaps nothing that can be passed on yet.
    var hasBegun = false
    var finish: Finish?
    var usage: ModelUsage?
    var requestID: String?
    /// Nothing that matters follows.
    var isLast = false

    struct Finish: Equatable {
        var kind: ModelFinish
        /// The provider's own word for it.
        var word: String
    }
}

/// Why an attempt failed, and what may help.
struct AnswerFault: Error, Equatable {
    var failure: Failure
    var remedy = Remedy.asUsual

    enum Remedy: Equatable {
        /// What the failure's `retry` says.
        case asUsual
        /// The same once more, whatever the failure's kind usually says.
        case again
        /// Once more without tools: the model cannot write a call that parses.
        case withoutTools
        /// Once more with earlier calls told as plain text: their signatures are not accepted.
        case withoutSignatures
        /// At once: the wire has found that another path is the right one, and will remember it.
        case otherPath
    }
}
