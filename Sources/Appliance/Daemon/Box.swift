import Audio
import Conversation
import Failures
import Hardware
import LocalEndpoint
import Synchronization

/// The box's own session and everything that it is wired to. Devices that are not there are waited for.
final class Box: Sendable {
    private let settings: Configuration
    private let clouds: Clouds
    private let board: any Board
    private let journal: Journal
    private let status: StatusBoard
    private let executor = ThreadExecutor(name: "linnet-session")
    private let pulse: Pulse
    private let wired = Mutex(Wired())

    private struct Wired {
        var cards: SoundCards?
        var session: Session?
        var waiting: String?
    }

    init(settings: Configuration, clouds: Clouds, board: any Board, journal: Journal, status: StatusBoard) {
        self.settings = settings
        self.clouds = clouds
        self.board = board
        self.journal = journal
        self.status = status
        pulse = Pulse(executor: executor)
    }

    var session: Session? { wired.withLock { $0.session } }

    /// One line for people: what it listens with, or what it waits for.
    var summary: String {
        wired.withLock { wired in
            guard let cards = wired.cards else { return wired.waiting.map { "waiting: \($0)" } ?? "opening the sound cards" }
            return "\(Self.text(cards.capture.format)) in, \(Self.text(cards.playback.format)) out"
        }
    }

    // MARK: Life

    /// Opens the devices and holds the conversation until it is cancelled.
    func run() async {
        clouds.warm()
        async let beating: Void = pulse.run()
        guard let cards = await openCards() else { return }
        let session = makeSession(cards)
        wired.withLock {
            $0.cards = cards
            $0.session = session
            $0.waiting = nil
        }
        cards.endpoint.start()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await session.run() }
            group.addTask { await self.passOnPresses(to: session) }
        }
        await beating
    }

    /// Returns when the devices are open, at the first failure to open them, or when the time is over.
    func opened(withinMilliseconds limit: Int) async {
        let deadline = ContinuousClock.now + .milliseconds(limit)
        while ContinuousClock.now < deadline, wired.withLock({ $0.session == nil && $0.waiting == nil }) {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    func stop() async {
        let cards = wired.withLock { wired in
            defer {
                wired.cards = nil
                wired.session = nil
            }
            return wired.cards
        }
        cards?.stop()
    }

    // MARK: Button

    /// The button, pressed by a program: through the simulated board where there is one, else straight to the session.
    func press(at time: MonotonicTime) {
        if let board = board as? SimulatedBoard { board.press(at: time) } else { session?.press(at: time) }
    }

    func release(at time: MonotonicTime) {
        if let board = board as? SimulatedBoard { board.release(at: time) } else { session?.release(at: time) }
    }

    private func passOnPresses(to session: Session) async {
        for await event in board.events {
            switch event {
            case .pressed(let time): session.press(at: time)
            case .released(let time): session.release(at: time)
            case .failed(let failure):
                journal.write(SessionJournal.entry(for: failure))
                status.failed(failure)
            }
        }
    }

    // MARK: What it shows

    /// The three clocks that the watchdog wants to see advance.
    func progress() -> Watchdog.Progress {
        let cards = wired.withLock { $0.cards }
        let progress = cards?.endpoint.progress
        return Watchdog.Progress(
            captureBlocks: UInt64(progress?.captureBlocks ?? 0), frontEndFrames: UInt64(progress?.frames ?? 0),
            eventLoopTurns: pulse.count, captureIsAway: cards.map { $0.captureIsAway } ?? true)
    }

    func fill(_ report: inout StatusReport) {
        report.board = settings.board.driver.rawValue
        report.lights = (board as? SimulatedBoard)?.shown.last?.rawValue ?? ""
        report.capture.name = settings.audio.capture
        report.playback.name = settings.audio.playback
        let (cards, waiting) = wired.withLock { ($0.cards, $0.waiting) }
        guard let cards else {
            report.capture.state = "waiting"
            report.playback.state = "waiting"
            if let waiting { report.troubles.append(waiting) }
            return
        }
        report.capture.state = cards.captureIsAway ? "waiting" : "running"
        report.playback.state = "running"
        report.capture.format = Self.text(cards.capture.format)
        report.playback.format = Self.text(cards.playback.format)
        report.frontEnd = StatusReport.FrontEndFigures(cards.endpoint)
        report.capture.xruns = cards.capture.counters.xruns
        report.playback.xruns = cards.playback.counters.underruns
    }

    private static func text(_ format: CaptureFormat) -> String {
        "\(format.channels) × \(format.rateHz) Hz, \(format.sampleBits) bits"
    }

    private static func text(_ format: PlaybackFormat) -> String {
        "\(format.channels) × \(format.rateHz) Hz, \(format.sampleBits) bits"
    }

    // MARK: Wiring

    private func openCards() async -> SoundCards? {
        var said: Failure?
        while !Task.isCancelled {
            do throws(Failure) {
                let cards = try SoundCards.open(settings.audio)
                if let said { recovered(said.subject) }
                reportScheduling(cards)
                return cards
            } catch {
                if error != said {
                    journal.write(SessionJournal.entry(for: error))
                    status.failed(error)
                }
                if let said, said.subject != error.subject { recovered(said.subject) }
                said = error
                wired.withLock { $0.waiting = "\(error.description). \(error.advice)" }
                board.show(.error)
            }
            try? await Task.sleep(for: .milliseconds(Daemon.reopenMilliseconds))
        }
        return nil
    }

    private func recovered(_ subject: Failure.Subject) {
        journal.write(SessionJournal.recovery(of: subject))
        status.recovered(subject)
    }

    private func reportScheduling(_ cards: SoundCards) {
        guard settings.audio.realTimePriority > 0, !cards.capture.isRealTime || !cards.playback.isRealTime else { return }
        journal.write(
            JournalEntry(.ordinaryScheduling, .warning, "The audio threads have no real-time priority: the kernel refused it"))
    }

    private func makeSession(_ cards: SoundCards) -> Session {
        let observers = Observers(all: [
            status, Lights(board: board), SessionJournal(journal, settings: settings.journal) { cards.xruns },
        ])
        return Session(
            identity: SessionIdentity(conversationID: randomUUID(), sessionID: randomUUID()), endpoint: cards.endpoint,
            recognizer: clouds.recognizer, model: clouds.model, synthesizer: clouds.synthesizer,
            settings: SessionSettings(settings),
            timekeeper: SystemTimekeeper(), observer: observers, executor: executor)
    }
}
