import Audio
import Conversation
import Failures
import Synchronization

/// Recognizes what the test says is being said: the words are settled when it is asked to.
final class ScriptedRecognizer: Recognizer, RecognitionStream {
    private struct State {
        var words = ""
        var sent: [(first: Int64, count: Int)] = []
        var settledTo: Int64 = 0
        var finalizes = 0
        var opened = 0
        var isClosed = false
        var answers = true
        var inlet: AsyncStream<RecognitionEvent>.Continuation?
    }
    private let state = Mutex(State())

    var events: AsyncStream<RecognitionEvent> {
        let (stream, inlet) = AsyncStream<RecognitionEvent>.makeStream()
        state.withLock { $0.inlet = inlet }
        return stream
    }

    var opened: Int { state.withLock { $0.opened } }
    var finalizes: Int { state.withLock { $0.finalizes } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    /// Where the audio of each run that was sent begins.
    var sent: [(first: Int64, count: Int)] { state.withLock { $0.sent } }
    var sentSamples: Int { state.withLock { $0.sent.reduce(0) { $0 + $1.count } } }

    func warm() {}
    func open() -> any RecognitionStream {
        state.withLock {
            $0.opened += 1
            $0.isClosed = false
        }
        return self
    }

    func willHear(_ words: String) { state.withLock { $0.words = words } }
    func stopAnswering() { state.withLock { $0.answers = false } }

    func interim(_ text: String) {
        state.withLock { state in
            let end = state.sent.last.map { $0.first + Int64($0.count) } ?? 0
            state.inlet?.yield(.interim(Transcript(text: text, firstSample: state.settledTo, endSample: end)))
        }
    }

    func fail(_ failure: Failure) { state.withLock { _ = $0.inlet?.yield(.failed(failure)) } }

    func hear(_ samples: [Int16], firstSample: Int64) {
        precondition(!samples.isEmpty, "never an empty piece")
        state.withLock { state in
            if let last = state.sent.last, last.first + Int64(last.count) == firstSample {
                state.sent[state.sent.count - 1].count += samples.count
            } else {
                state.sent.append((firstSample, samples.count))
            }
        }
    }

    func finalize() {
        state.withLock { state in
            state.finalizes += 1
            guard state.answers else { return }
            let end = state.sent.last.map { $0.first + Int64($0.count) } ?? 0
            let transcript = Transcript(text: state.words, firstSample: state.settledTo, endSample: end)
            state.words = ""
            state.settledTo = end
            state.inlet?.yield(.settled(transcript, answersFinalize: true, endsUtterance: false))
        }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.inlet?.finish()
        }
    }
}

/// Answers from a function of the newest message, be it the question or a tool's result; keeps what it was asked.
final class ScriptedModel: LanguageModel {
    enum Step: Sendable {
        case text(String)
        case call(ToolCall)
        case fellBack(Failure, to: Failure.Subject)
        case fail(Failure)
        /// Never another word.
        case hang
    }
    private struct State {
        var requests: [ModelRequest] = []
        var cancelled = 0
    }
    private let state = Mutex(State())
    private let script: @Sendable (String) -> [Step]
    let provider = Failure.Subject.groq

    init(_ script: @escaping @Sendable (String) -> [Step]) { self.script = script }

    var requests: [ModelRequest] { state.withLock { $0.requests } }
    var cancelled: Int { state.withLock { $0.cancelled } }

    func warm() {}
    func answer(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        state.withLock { $0.requests.append(request) }
        let question: String
        switch request.messages.last {
        case .user(let text), .toolResult(_, let text): question = text
        default: preconditionFailure("the last message is the person's or a tool's")
        }
        let (stream, inlet) = AsyncThrowingStream<ModelEvent, any Error>.makeStream()
        inlet.onTermination = { end in
            if case .cancelled = end { self.state.withLock { $0.cancelled += 1 } }
        }
        inlet.yield(.requested)
        for step in script(question) {
            switch step {
            case .text(let text): inlet.yield(.text(text))
            case .call(let call): inlet.yield(.toolCall(call))
            case .fellBack(let failure, let provider): inlet.yield(.fellBack(failure, to: provider))
            case .fail(let failure):
                inlet.finish(throwing: failure)
                return stream
            case .hang: return stream
            }
        }
        inlet.yield(.finished(.complete, nil))
        inlet.finish()
        return stream
    }
}

/// Speaks every word for 200 ms, after 100 ms of silence at the head, with word times.
final class ScriptedSynthesizer: Synthesizer {
    private struct State {
        var texts: [String] = []
        var cancelled = 0
        var failure: Failure?
    }
    private let state = Mutex(State())
    let endsContextsEarly: Bool

    init(endsContextsEarly: Bool = false) { self.endsContextsEarly = endsContextsEarly }

    var texts: [String] { state.withLock { $0.texts } }
    var cancelled: Int { state.withLock { $0.cancelled } }
    func fail(with failure: Failure) { state.withLock { $0.failure = failure } }

    func warm() {}
    func open(rateHz: Int) -> any SpeechContext { Context(self, rateHz: rateHz) }

    private final class Context: SpeechContext {
        private let voice: ScriptedSynthesizer
        private let rateHz: Int
        private let spoken = Mutex(0)
        private let inlet: AsyncStream<SpeechEvent>.Continuation
        let events: AsyncStream<SpeechEvent>

        init(_ voice: ScriptedSynthesizer, rateHz: Int) {
            self.voice = voice
            self.rateHz = rateHz
            (events, inlet) = AsyncStream.makeStream()
        }

        func speak(_ text: String, isLast: Bool) {
            let failure = voice.state.withLock { state in
                if !text.isEmpty { state.texts.append(text) }
                return state.failure
            }
            if let failure {
                _ = (inlet.yield(.failed(failure)), inlet.finish())
                return
            }
            let words = text.split(separator: " ")
            let first = spoken.withLock { count in
                defer { count += words.count }
                return count
            }
            if first == 0, !words.isEmpty {
                inlet.yield(.requested)
                inlet.yield(.audio([Int16](repeating: 0, count: rateHz / 10)))
            }
            for (index, word) in words.enumerated() {
                let start = 100 + (first + index) * 200
                inlet.yield(.words([SpokenWord(text: String(word), startMilliseconds: start, endMilliseconds: start + 200)]))
                inlet.yield(.audio([Int16](repeating: 2_000, count: rateHz / 5)))
            }
            guard isLast || voice.endsContextsEarly else { return }
            inlet.yield(.finished)
            inlet.finish()
        }

        func cancel() {
            voice.state.withLock { $0.cancelled += 1 }
            inlet.finish()
        }
    }
}

/// Keeps everything that a session tells.
final class Witness: SessionObserver {
    private let notices = Mutex<[(notice: SessionNotice, turn: Int)]>([])

    func note(_ notice: SessionNotice, of session: SessionIdentity, turn: Int) { notices.withLock { $0.append((notice, turn)) } }

    var all: [SessionNotice] { notices.withLock { $0.map(\.notice) } }

    var states: [VisibleState] {
        all.compactMap { notice in
            if case .state(let state) = notice { state } else { nil }
        }
    }

    var records: [TurnRecord] {
        all.compactMap { notice in
            if case .turnEnded(let record) = notice { record } else { nil }
        }
    }

    var failures: [Failure] {
        all.compactMap { notice in
            if case .failure(let failure) = notice { failure } else { nil }
        }
    }

    var recoveries: [Failure.Subject] {
        all.compactMap { notice in
            if case .recovered(let subject) = notice { subject } else { nil }
        }
    }

    var falseAlarms: Int { all.count { $0 == .falseAlarm } }
}
