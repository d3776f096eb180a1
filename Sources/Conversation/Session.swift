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
    let recognizer: any Recognizer
    let model: any LanguageModel
    let synthesizer: any Synthesizer
    let settings: SessionSettings
    let timekeeper: any Timekeeper
    let observer: any SessionObserver
    private let executor: (any SerialExecutor)?
    private let pool = Pool()

    private typealias Command = (kind: TurnEvent.Kind, time: MonotonicTime?)
    private nonisolated let commands: AsyncStream<Command>
    private nonisolated let commandInlet: AsyncStream<Command>.Continuation
    /// Commands that wait at most: more presses than a hand can do.
    private static let commandBound = 64

    private var machine: TurnMachine
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

    // Who waits for an outcome
    var newcomer: CheckedContinuation<TurnRecord, any Error>?
    var askers: [Int: CheckedContinuation<TurnRecord, any Error>] = [:]
    var announcers: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastAnnouncement = 0

    /// - Parameter executor: where the session runs; nil takes the shared pool.
    public init(
        identity: SessionIdentity, endpoint: any SpeechEndpoint, recognizer: any Recognizer, model: any LanguageModel,
        synthesizer: any Synthesizer, settings: SessionSettings, timekeeper: any Timekeeper, observer: any SessionObserver,
        executor: (any SerialExecutor)? = nil
    ) {
        self.identity = identity
        self.endpoint = endpoint
        self.recognizer = recognizer
        self.model = model
        self.synthesizer = synthesizer
        self.timekeeper = timekeeper
        self.observer = observer
        self.executor = executor
        var settings = settings
        settings.model = model.provider
        self.settings = settings
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
    public nonisolated func press(at time: MonotonicTime) { commandInlet.yield((.press, time)) }
    public nonisolated func release(at time: MonotonicTime) { commandInlet.yield((.release, time)) }
    public nonisolated func mute() { commandInlet.yield((.mute, nil)) }
    public nonisolated func unmute() { commandInlet.yield((.unmute, nil)) }
    /// Ends whatever is going on.
    public nonisolated func stop() { commandInlet.yield((.stop, nil)) }

    // MARK: Events in, effects out

    private func takeCommands() async {
        for await command in commands { handle(command.kind, at: command.time) }
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
    }

    func note(_ notice: SessionNotice) { observer.note(notice, of: identity, turn: turnNumber) }

    func warm() {
        recognizer.warm()
        model.warm()
        synthesizer.warm()
    }

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
