import NIOCore
import NIOHTTP1

/// An answer that takes its time: in steps as a model makes its tokens, or whole. Its connection's event loop only.
final class TimedAnswer {
    /// What is noted in the log when a step is sent.
    struct Note {
        var kind: RehearsalEvent.Kind
        var text: String?
        var samples: Int?
    }

    struct Step {
        /// After the step before.
        var afterMilliseconds = 0
        var text: String
        var note: Note?
    }

    private let id: String
    private let responder: HTTPResponder
    private let log: ConnectionLog
    /// What is noted when the client hangs up first.
    private let cancelled: RehearsalEvent.Kind
    private var steps: ArraySlice<Step> = []
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(_ id: String, responder: HTTPResponder, log: ConnectionLog, cancelled: RehearsalEvent.Kind = .modelCancelled) {
        self.id = id
        self.responder = responder
        self.log = log
        self.cancelled = cancelled
    }

    /// - Parameter end: noted with the last step.
    func stream(_ steps: [Step], headers: [(String, String)], end: Note) {
        responder.begin(.ok, HTTPHeaders(headers))
        self.steps = steps[...]
        self.steps.append(Step(text: "", note: end))
        proceed()
    }

    func whole(_ answer: HTTPAnswer, afterMilliseconds: Int, notes: [Note]) {
        after(afterMilliseconds) { [self] in
            isDone = true
            for note in notes { self.note(note) }
            responder.answer(answer)
        }
    }

    /// The client has gone.
    func cancel() {
        timer?.cancel()
        guard !isDone else { return }
        isDone = true
        log.add(cancelled, context: id)
    }

    /// Sends what is due and waits for what is not.
    private func proceed() {
        while let step = steps.first {
            guard step.afterMilliseconds == 0 else {
                steps[steps.startIndex].afterMilliseconds = 0
                return after(step.afterMilliseconds) { [self] in proceed() }
            }
            steps.removeFirst()
            if let note = step.note { self.note(note) }
            if !step.text.isEmpty { responder.write(step.text) }
        }
        isDone = true
        responder.end()
    }

    private func note(_ note: Note) { log.add(note.kind, context: id, text: note.text, samples: note.samples) }

    private func after(_ milliseconds: Int, _ body: @escaping () -> Void) {
        timer = responder.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds)), body)
    }
}
