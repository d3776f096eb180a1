import Audio
import CPlatform
import Conversation

/// Answers what comes over the control socket.
struct ControlDesk: Sendable {
    let box: Box
    let status: StatusBoard
    let reloader: Reloader
    let started: MonotonicTime

    func answer(_ request: ControlRequest) async -> ControlReply {
        if request.command == .status { return ControlReply(status: await report()) }
        if request.command == .reload { return ControlReply(reload: await reloader.reload()) }
        guard let session = box.session else { return ControlReply(error: "not listening yet: \(box.summary)") }
        let now = MonotonicTime(nanoseconds: ln_monotonic_ns())
        switch request.command {
        case .press: box.press(at: now)
        case .release: box.release(at: now)
        case .mute: session.mute()
        case .unmute: session.unmute()
        case .stop: session.stop()
        case .ask: return await ask(request.text, session)
        case .say:
            guard let text = wanted(request.text) else { return ControlReply(error: "nothing to say; give it a text") }
            await session.say(text)
        case .status, .reload: break
        }
        return ControlReply()
    }

    private func ask(_ text: String?, _ session: Session) async -> ControlReply {
        guard let text = wanted(text) else { return ControlReply(error: "no question; give it a text") }
        do {
            let record = try await session.ask(text)
            return record.reply.isEmpty
                ? ControlReply(error: "no answer: \(record.outcome.rawValue)") : ControlReply(answer: record.reply)
        } catch {
            return ControlReply(error: "\(error)")
        }
    }

    private func wanted(_ text: String?) -> String? {
        guard let text, text.contains(where: { !$0.isWhitespace }) else { return nil }
        return text
    }

    private func report() async -> StatusReport {
        var report = StatusReport()
        report.uptimeSeconds = Int((ln_monotonic_ns() - started.nanoseconds) / 1_000_000_000)
        status.fill(&report)
        box.fill(&report)
        report.troubles += await reloader.troubles
        return report
    }
}
