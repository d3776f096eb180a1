import Audio
import CPlatform
import Failures
import Glibc
import Synchronization

/// A board behind libgpiod: one button line with edges debounced and stamped by the kernel, up to four lights and a ring of them,
/// on one thread.
public final class GPIOBoard: Board, @unchecked Sendable {  // its thread owns the lines; the rest is locked or set once
    public enum Bias: Sendable { case pullUp, pullDown, disabled, asIs }

    public struct Settings: Sendable {
        /// Device path, name or label of the chip.
        public var chip: String
        /// Nil for a board without a button.
        public var buttonLine: UInt32?
        public var buttonIsActiveLow = true
        public var bias = Bias.pullUp
        /// 0...100.
        public var debounceMilliseconds = 5
        public var lights: [LightPattern.Light: UInt32] = [:]
        /// At most 16, evenly around the box, counter-clockwise from the array's x axis.
        public var ring: [UInt32] = []
        public var lightsAreActiveLow = false

        public init(chip: String, buttonLine: UInt32?) {
            self.chip = chip
            self.buttonLine = buttonLine
        }
    }

    public let events: AsyncStream<BoardEvent>
    private let continuation: AsyncStream<BoardEvent>.Continuation
    private var button: GPIOButtonLine?
    private var lights: GPIOLightLines?
    private var lightOrder: [LightPattern.Light] = []
    private var ring: GPIOLightLines?
    private var isDown = false
    private let look = Mutex(Look())
    private let stopping = Atomic<Bool>(false)
    private let wake: Int32
    private let thread = OwnThread()

    /// Takes the lines and starts the thread.
    /// - Throws: `.absent` (no such chip), `.unsupported` (no such line, or no such bias), `.busy` (taken by another program),
    ///   `.forbidden` (not in the group gpio).
    public convenience init(_ settings: Settings) throws(Failure) {
        self.init()
        if let line = settings.buttonLine { button = try GPIOButtonLine(settings, line: line) }
        lightOrder = settings.lights.keys.sorted { $0.rawValue < $1.rawValue }
        if !lightOrder.isEmpty { lights = try GPIOLightLines(lightOrder.compactMap { settings.lights[$0] }, of: settings) }
        if !settings.ring.isEmpty { ring = try GPIOLightLines(settings.ring, of: settings) }
        try start()
    }

    /// A board whose kernel is a test.
    /// - Parameter buttonDescriptor: yields `struct gpio_v2_line_event`; stays open until after ``close()``.
    package convenience init(buttonDescriptor: Int32) throws(Failure) {
        self.init()
        button = GPIOButtonLine(standIn: buttonDescriptor)
        try start()
    }

    private init() {
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    }

    deinit { closeDescriptor() }

    private func closeDescriptor() { _ = Glibc.close(wake) }

    /// What the lights are to say.
    private struct Look: Equatable {
        var pattern = LightPattern.idle
        var directionDegrees: Int?
    }

    public func show(_ pattern: LightPattern) { change { $0.pattern = pattern } }

    public func point(at directionDegrees: Int?) { change { $0.directionDegrees = directionDegrees } }

    private func change(_ edit: (inout Look) -> Void) {
        look.withLock { edit(&$0) }
        ln_eventfd_signal(wake)
    }

    public func close() {
        stopping.store(true, ordering: .releasing)
        ln_eventfd_signal(wake)
        thread.join()
        continuation.finish()
    }

    // MARK: The thread

    private func start() throws(Failure) {
        guard thread.start(name: "linnet-board", priority: 0, body: { self.run() }) else {
            throw Failure(.board, .unknown, "no thread for the board")
        }
    }

    private func run() {
        var shown = LightPattern.idle
        var began = ln_monotonic_ns()
        while !stopping.load(ordering: .acquiring) {
            let wanted = look.withLock { $0 }
            if wanted.pattern != shown { (shown, began) = (wanted.pattern, ln_monotonic_ns()) }
            let elapsed = Int((ln_monotonic_ns() - began) / 1_000_000)
            lights?.set { shown.rhythm(of: lightOrder[$0]).isLit(afterMilliseconds: elapsed) }
            let nearest = shown.ringLight(directionDegrees: wanted.directionDegrees, of: ring?.count ?? 0)
            ring?.set { $0 == nearest }
            let isReadable = sleep(milliseconds: pauseMilliseconds(shown, elapsed))
            if isReadable { readEdge() }
        }
        lights?.set { _ in false }
        ring?.set { _ in false }
    }

    /// Until the next blink, at most a second.
    private func pauseMilliseconds(_ pattern: LightPattern, _ elapsed: Int) -> Int {
        LightPattern.Light.allCases.reduce(1000) { pause, light in
            guard case .blinking(let half) = pattern.rhythm(of: light) else { return pause }
            return min(pause, half - elapsed % half)
        }
    }

    /// - Returns: whether an edge waits.
    private func sleep(milliseconds: Int) -> Bool {
        var waited = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: button?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waited, 2, Int32(milliseconds))
        _ = ln_eventfd_drain(wake)
        return waited[1].revents != 0
    }

    /// A button that is lost is said so once; the lights go on.
    private func readEdge() {
        do throws(Failure) {
            if let edge = try button?.read() { pass(edge) }
        } catch {
            button = nil
            continuation.yield(.failed(error))
        }
    }

    /// Only changes: whoever holds the button down while the daemon starts releases what was never pressed.
    private func pass(_ edge: GPIOButtonLine.Edge) {
        guard edge.isDown != isDown else { return }
        isDown = edge.isDown
        continuation.yield(isDown ? .pressed(at: edge.time) : .released(at: edge.time))
    }
}
