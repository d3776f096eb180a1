import Audio
import Conversation
import Failures
import Synchronization

/// Time that passes only when the test says so.
final class ManualClock: Timekeeper {
    private struct Sleeper {
        var id: Int
        var due: Int64
        var continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var now: Int64 = 1_000_000_000
        var sleepers: [Sleeper] = []
        var nextID = 0
    }
    private let state = Mutex(State())

    let today = "Wednesday, 25 November 2026, 19:40"

    func now() -> MonotonicTime { MonotonicTime(nanoseconds: state.withLock { $0.now }) }

    func sleep(milliseconds: Int) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    guard milliseconds > 0, !Task.isCancelled else { return true }
                    let due = state.now + Int64(milliseconds) * 1_000_000
                    state.sleepers.append(Sleeper(id: id, due: due, continuation: continuation))
                    return false
                }
                if isOver { Task.isCancelled ? continuation.resume(throwing: CancellationError()) : continuation.resume() }
            }
        } onCancel: {
            for sleeper in wake({ $0.id == id }) { sleeper.resume(throwing: CancellationError()) }
        }
    }

    func advance(milliseconds: Int) {
        let now = state.withLock { state in
            state.now += Int64(milliseconds) * 1_000_000
            return state.now
        }
        for sleeper in wake({ $0.due <= now }) { sleeper.resume() }
    }

    private func wake(_ matches: (Sleeper) -> Bool) -> [CheckedContinuation<Void, any Error>] {
        state.withLock { state in
            let woken = state.sleepers.filter(matches)
            state.sleepers.removeAll(where: matches)
            return woken.map(\.continuation)
        }
    }
}

/// A person's room in 10 ms steps: frames with a scripted detector, and a loudspeaker that plays what it was given.
final class ScriptedEndpoint: SpeechEndpoint {
    static let rateHz = 16_000
    private struct State {
        var frame: Int64 = 0
        var queue: [(id: UtteranceID, samples: Int)] = []
        var heard: [UtteranceID: Int] = [:]
        var finished: Set<UtteranceID> = []
        var isPaused = false
        var reflex = Reflex.off
        var speechFrames = 0
        var isDucked = false
        var signals: [Earcon] = []
        var room = Int.max
    }
    private let state = Mutex(State())
    private let clock: ManualClock
    private let inlet: AsyncStream<EndpointEvent>.Continuation
    let events: AsyncStream<EndpointEvent>
    let capabilities = EndpointCapabilities(cleansItself: true, playbackRateHz: rateHz)

    init(clock: ManualClock) {
        self.clock = clock
        (events, inlet) = AsyncStream.makeStream()
    }

    var signals: [Earcon] { state.withLock { $0.signals } }
    /// Samples heard of all utterances together.
    var heardSamples: Int { state.withLock { $0.heard.values.reduce(0, +) } }
    var isPaused: Bool { state.withLock { $0.isPaused } }
    /// How many samples may wait.
    func setRoom(_ samples: Int) { state.withLock { $0.room = samples } }
    func send(_ event: EndpointEvent) { inlet.yield(event) }

    /// One step of 10 ms: what was played meanwhile, then the frame. Speech over the reply triggers the reflex.
    func step(isSpeech: Bool) {
        let now = clock.now()
        let events = state.withLock { state -> [EndpointEvent] in
            var events = Self.playOn(&state, now)
            events += Self.react(&state, isSpeech: isSpeech, now)
            let start = now.advanced(byMilliseconds: -10)
            let samples = [Int16](repeating: isSpeech ? 1_000 : 0, count: SpeechFormat.frameSamples)
            events.append(
                .frame(
                    CleanFrame(
                        stamp: FrameStamp(firstSample: state.frame, time: start), samples: samples,
                        speechProbabilityQ15: isSpeech ? 32_000 : 0, farEndActive: false)))
            state.frame += 160
            return events
        }
        for event in events { inlet.yield(event) }
    }

    private static func playOn(_ state: inout State, _ now: MonotonicTime) -> [EndpointEvent] {
        var events: [EndpointEvent] = []
        var left = state.isPaused ? 0 : 160
        while left > 0, !state.queue.isEmpty {
            let id = state.queue[0].id
            if state.heard[id] == nil { events.append(.playing(id, at: now)) }
            let count = min(left, state.queue[0].samples)
            state.heard[id, default: 0] += count
            state.queue[0].samples -= count
            left -= count
            if state.queue[0].samples == 0 { state.queue.removeFirst() }
        }
        for id in state.finished where !state.queue.contains(where: { $0.id == id }) {
            state.finished.remove(id)
            events.append(.played(HeardPosition(utterance: id, samples: Int64(state.heard[id] ?? 0), time: now)))
        }
        return events
    }

    private static func react(_ state: inout State, isSpeech: Bool, _ now: MonotonicTime) -> [EndpointEvent] {
        guard case .armed(let duck, let pause) = state.reflex, !state.queue.isEmpty, !state.isPaused else {
            state.speechFrames = 0
            return []
        }
        guard isSpeech else {
            state.speechFrames = 0
            defer { state.isDucked = false }
            return state.isDucked ? [.unducked(at: now)] : []
        }
        state.speechFrames += 1
        let start = now.advanced(byMilliseconds: -10 * state.speechFrames)
        if state.speechFrames * 10 >= pause {
            (state.isPaused, state.isDucked) = (true, false)
            return [.paused(speechStart: start, heard: position(state, now), at: now)]
        }
        guard !state.isDucked, state.speechFrames * 10 >= duck else { return [] }
        state.isDucked = true
        return [.ducked(speechStart: start, at: now)]
    }

    private static func position(_ state: State, _ now: MonotonicTime) -> HeardPosition? {
        state.queue.first.flatMap { first in
            state.heard[first.id].map { HeardPosition(utterance: first.id, samples: Int64($0), time: now) }
        }
    }

    func play(_ samples: [Int16], utterance: UtteranceID) -> Bool {
        state.withLock { state in
            guard state.queue.reduce(0, { $0 + $1.samples }) + samples.count <= state.room else { return false }
            state.queue.append((utterance, samples.count))
            return true
        }
    }

    func finish(utterance: UtteranceID) { state.withLock { _ = $0.finished.insert(utterance) } }
    func duck() {}

    func pause() {
        let now = clock.now()
        let heard = state.withLock { state in
            state.isPaused = true
            return Self.position(state, now)
        }
        inlet.yield(.paused(speechStart: nil, heard: heard, at: now))
    }

    func resume() {
        state.withLock { $0.isPaused = false }
        inlet.yield(.resumed(at: clock.now()))
    }

    func drop() {
        let now = clock.now()
        let heard = state.withLock { state in
            let heard = Self.position(state, now)
            state.queue = []
            state.finished = []
            state.isPaused = false
            return heard
        }
        inlet.yield(.dropped(heard: heard, at: now))
    }

    func setReflex(_ reflex: Reflex) { state.withLock { $0.reflex = reflex } }
    func signal(_ sound: Earcon) { state.withLock { $0.signals.append(sound) } }
}
