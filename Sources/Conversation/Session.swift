import Audio
import Failures

/// One endpoint's conversation: takes what the person does, runs the ``TurnMachine``, and carries out what it says.
///
/// All decisions are the machine's; here are the streams, tasks and timers that it talks about. Everything that waits is
/// bounded: commands (64), pre-roll, held audio, history, one reply at a time.
public actor Session {
    /// Lends its executor to sessions that were given none.
    private actor Pool {}

    public nonisolated let identity: SessionIdentity
    let endpoint: any SpeechEndpoint
    let timekeeper: any Timekeeper
    let observer: any SessionObserver
    private let executor: (any SerialExecutor)?
    private let pool = Pool()

    private enum Command: Sendable {
        case event(TurnEvent.Kind, at: MonotonicTime?)
        case replace(SessionOutfit)
    }
    private nonisolated let commands: AsyncStream<Command>
    private nonisolated let commandInlet: AsyncStream<Command>.Continuation
    /// Commands that wait at most: more presses than a hand can do.
    private static let commandBound = 64

    /// Whom it works with, and how; and what takes their place at the next turn.
    var outfit: SessionOutfit
    var nextOutfit: SessionOutfit?

    var machine: TurnMachine
    private var inbox: [TurnEvent] = []
    private var isHandling = false
    var isRunning = false
    private var timers: [TurnTimer: Task<Void, Never>] = [:]
    private var timerGeneration = 0
    private var generations: [TurnTimer: Int] = [:]

    // The ears
    var endpointer: Endpointer
    var ears: Ears

    // The turn under way
    var turnNumber = 0
    var turn: TurnRecord?
    /// The reply being made or sounding, and the one whose audio may sound for the turn.
    var reply: Reply?
    var released: Reply?
    /// A turn that waits to learn how much of its answer was heard.
    var closing: ClosingTurn?
    /// A question that waits until the history is complete.
    var deferredQuestion: (id: UtteranceID, text: String, isSpeculative: Bool)?
    /// Where the reply stands while it is paused.
    var pausedPosition: HeardPosition?
    var history: History
    /// Who failed last time, and how; told when they serve again.
    var troubles: [Failure.Subject: Failure.Kind] = [:]

    // Who waits for an outcome
    var newcomer: CheckedContinuation<TurnRecord, any Error>?
    var askers: [Int: CheckedContinuation<TurnRecord, any Error>] = [:]
    var announcers: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastAnnouncement = 0

    /// - Parameters:
    ///   - tools: what the model may call; of two with one name the first counts.
    ///   - executor: where the session runs; nil takes the shared pool.
    public init(
        identity: SessionIdentity, endpoint: any SpeechEndpoint, recognizer: any Recognizer, model: any LanguageModel,
        synthesizer: any Synthesizer, tools: [any Tool] = [], settings: SessionSettings, timekeeper: any Timekeeper,
        observer: any SessionObserver, executor: (any SerialExecutor)? = nil
    ) {
        self.identity = identity
        self.endpoint = endpoint
        self.timekeeper = timekeeper
        self.observer = observer
        self.executor = executor
        outfit = SessionOutfit(
            recognizer: recognizer, model: model, synthesizer: synthesizer, tools: tools, settings: settings)
        let settings = outfit.settings
        machine = TurnMachine(settings: settings)
        endpointer = Endpointer(settings: settings)
        ears = Ears(settings: settings)
        history = History(turns: settings.historyTurns, bytes: settings.historyBound)
        (commands, commandInlet) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.commandBound))
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor?.asUnownedSerialExecutor() ?? pool.unownedExecutor
    }

    /// Holds the conversation until the endpoint is gone or the task is cancelled. Once.
    public func run() async {
        precondition(!isRunning, "a session runs once")
        isRunning = true
        warm()
        observer.note(.state(machine.visible), of: identity, turn: turnNumber)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.takeCommands() }
            group.addTask { await self.takeEndpointEvents() }
            await group.next()
            group.cancelAll()
        }
        shutDown()
    }

    /// The button went down, as seen by the board at this instant.
    public nonisolated func press(at time: MonotonicTime) { commandInlet.yield(.event(.press, at: time)) }
    public nonisolated func release(at time: MonotonicTime) { commandInlet.yield(.event(.release, at: time)) }
    public nonisolated func mute() { commandInlet.yield(.event(.mute, at: nil)) }
    public nonisolated func unmute() { commandInlet.yield(.event(.unmute, at: nil)) }
    /// Ends whatever is going on.
    public nonisolated func stop() { commandInlet.yield(.event(.stop, at: nil)) }

    /// Goes on with other providers, tools and settings: at once when nothing is going on, else from the next turn on that
    /// does not grow out of the one under way. What was replaced is let go then.
    public nonisolated func replace(
        recognizer: any Recognizer, model: any LanguageModel, synthesizer: any Synthesizer, tools: [any Tool],
        settings: SessionSettings
    ) {
        let outfit = SessionOutfit(
            recognizer: recognizer, model: model, synthesizer: synthesizer, tools: tools, settings: settings)
        commandInlet.yield(.replace(outfit))
    }

    // MARK: Events in, effects out

    private func takeCommands() async {
        for await command in commands {
            switch command {
            case .event(let kind, let time): handle(kind, at: time)
            case .replace(let outfit):
                nextOutfit = outfit
                changeOutfitIfQuiet()
            }
        }
    }

    /// Tells the machine, and does what it says. An event that comes up while effects are carried out waits for its turn.
    func handle(_ kind: TurnEvent.Kind, at time: MonotonicTime? = nil) {
        inbox.append(TurnEvent(kind, at: time ?? timekeeper.now()))
        guard !isHandling else { return }
        isHandling = true
        while !inbox.isEmpty {
            for effect in machine.handle(inbox.removeFirst()) { perform(effect) }
        }
        isHandling = false
        changeOutfitIfQuiet()
    }

    func note(_ notice: SessionNotice) { observer.note(notice, of: identity, turn: turnNumber) }

    // MARK: Time

    func start(_ timer: TurnTimer, milliseconds: Int) {
        timers[timer]?.cancel()
        timerGeneration += 1
        let generation = timerGeneration
        generations[timer] = generation
        timers[timer] = Task {
            guard (try? await self.timekeeper.sleep(milliseconds: milliseconds)) != nil else { return }
            // A timer that was restarted meanwhile has another generation.
            guard self.generations[timer] == generation else { return }
            self.generations[timer] = nil
            self.handle(.deadline(timer))
        }
    }

    func cancel(_ timer: TurnTimer) {
        timers.removeValue(forKey: timer)?.cancel()
        generations[timer] = nil
    }

    private func shutDown() {
        handle(.stop)
        settleClosing(samples: nil)
        isRunning = false
        for timer in TurnTimer.allCases { cancel(timer) }
        ears.hangUp()
        dropReply()
        commandInlet.finish()
    }
}
