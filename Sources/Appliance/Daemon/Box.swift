import Audio
import Conversation
import Failures
import Hardware
import LocalEndpoint
import Synchronization

/// The box's own session and everything that it is wired to. Devices that are not there are waited for.
final class Box: Sendable {
    /// As at the start: what the devices were opened with.
    let settings: Configuration
    private let board: any Board
    let journal: Journal
    private let status: StatusBoard
    let echoPathFile: EchoPathFile?
    private let executor = ThreadExecutor(name: "linnet-session")
    private let pulse: Pulse
    let wired: Mutex<Wired>

    struct Wired {
        /// As last read; what sessions that begin from now on are made of.
        var settings: Configuration
        var clouds: Clouds
        var cards: SoundCards?
        var session: Session?
    }

    init(
        settings: Configuration, clouds: Clouds, board: any Board, journal: Journal, status: StatusBoard,
        echoPathFile: EchoPathFile?
    ) {
        self.settings = settings
        wired = Mutex(Wired(settings: settings, clouds: clouds))
        self.board = board
        self.journal = journal
        self.status = status
        self.echoPathFile = echoPathFile
        pulse = Pulse(executor: executor)
    }

    var session: Session? { wired.withLock { $0.session } }

    /// One line for people: what it listens and plays with, or what it waits for.
    var summary: String {
        guard let cards = wired.withLock({ $0.cards }) else { return "opening the sound cards" }
        let ears =
            cards.captureHealth.trouble.map { "microphones \($0.kind.rawValue)" } ?? "\(Self.text(cards.capture.format)) in"
        let mouth =
            cards.playbackHealth.trouble.map { "loudspeaker \($0.kind.rawValue)" } ?? "\(Self.text(cards.playback.format)) out"
        return "\(ears), \(mouth)"
    }

    // MARK: Life

    /// Opens the devices and holds the conversation until it is cancelled. Devices that are not there are waited for meanwhile.
    func run() async {
        wired.withLock { $0.clouds }.warm()
        async let beating: Void = pulse.run()
        guard let cards = openCards() else { return }
        let session = makeSession(cards)
        wired.withLock {
            $0.cards = cards
            $0.session = session
        }
        cards.endpoint.start()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await session.run() }
            group.addTask { await self.passOnPresses(to: session) }
            group.addTask { await cards.run() }
            group.addTask { await self.lookAfter(cards) }
        }
        await beating
    }

    /// Returns when the devices were tried and the session is there, or when the time is over.
    func opened(withinMilliseconds limit: Int) async {
        let deadline = ContinuousClock.now + .milliseconds(limit)
        while ContinuousClock.now < deadline, session == nil { try? await Task.sleep(for: .milliseconds(1)) }
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
        keep(cards?.endpoint.lastEchoPath())
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
            eventLoopTurns: pulse.count, captureIsAway: cards?.captureHealth.trouble != nil || cards == nil)
    }

    func fill(_ report: inout StatusReport) {
        report.board = settings.board.driver.rawValue
        report.lights = (board as? SimulatedBoard)?.shown.last?.rawValue ?? ""
        report.capture.name = settings.audio.capture
        report.playback.name = settings.audio.playback
        guard let cards = wired.withLock({ $0.cards }) else { return }
        report.capture.take(cards.captureHealth, format: Self.text(cards.capture.format))
        report.playback.take(cards.playbackHealth, format: Self.text(cards.playback.format))
        let (captured, played) = (cards.capture.counters, cards.playback.counters)
        (report.capture.xruns, report.capture.reopens) = (captured.xruns, captured.reopens)
        (report.playback.xruns, report.playback.reopens) = (played.underruns, played.reopens)
        report.frontEnd = StatusReport.FrontEndFigures(cards.endpoint)
    }

    private static func text(_ format: CaptureFormat) -> String {
        "\(format.channels) × \(format.rateHz) Hz, \(format.sampleBits) bits"
    }

    private static func text(_ format: PlaybackFormat) -> String {
        "\(format.channels) × \(format.rateHz) Hz, \(format.sampleBits) bits"
    }

    // MARK: Wiring

    private func openCards() -> SoundCards? {
        do throws(Failure) {
            let cards = try SoundCards(settings.audio, echoPath: rememberedEchoPath()) { [weak self] in self?.impaired($0, $1) }
            reportScheduling(cards)
            reportEchoPath(cards)
            return cards
        } catch {
            journal.write(SessionJournal.entry(for: error))
            status.failed(error)
            board.show(.error)
            return nil
        }
    }

    /// A device works, but not as it should (or does again): nothing that the person must hear of.
    private func impaired(_ subject: Failure.Subject, _ failure: Failure?) {
        if let failure {
            journal.write(SessionJournal.entry(for: failure))
            status.failed(failure)
        } else {
            journal.write(SessionJournal.recovery(of: subject))
            status.recovered(subject)
        }
    }

    private func reportScheduling(_ cards: SoundCards) {
        guard settings.audio.realTimePriority > 0, !cards.areRealTime else { return }
        journal.write(
            JournalEntry(.ordinaryScheduling, .warning, "The audio threads have no real-time priority: the kernel refused it"))
    }

    private func makeSession(_ cards: SoundCards) -> Session {
        let observers = Observers(all: [
            status, Lights(board: board) { [weak self] in self?.wired.withLock { $0.cards }?.endpoint.figures.directionDegrees },
            SessionJournal(journal, settings: { [weak self] in self?.journalSettings }) { cards.xruns },
        ])
        let (settings, clouds) = wired.withLock { ($0.settings, $0.clouds) }
        return Session(
            identity: SessionIdentity(conversationID: randomUUID(), sessionID: randomUUID()), endpoint: cards.endpoint,
            recognizer: clouds.recognizer, model: clouds.model, synthesizer: clouds.synthesizer, tools: clouds.tools,
            settings: SessionSettings(settings), timekeeper: SystemTimekeeper(), observer: observers, executor: executor)
    }
}
