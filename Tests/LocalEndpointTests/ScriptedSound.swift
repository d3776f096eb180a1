import Audio
import CPlatform
import Hardware
import Synchronization

/// Microphones whose blocks a test writes.
final class ScriptedCapture: MicrophoneCapture {
    let format: CaptureFormat
    let ring: StampedRing
    let wake: Int32
    private let written = Atomic<Int64>(0)

    init(rateHz: Int = 16_000, channels: Int = 1) {
        format = CaptureFormat(rateHz: rateHz, channels: channels, blockFrames: rateHz / 100, sampleBits: 16)
        ring = StampedRing(blocks: 64, samplesPerBlock: rateHz / 100 * channels)
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    }

    deinit { close(wake) }

    var counters: CaptureCounters { CaptureCounters() }
    func stop() {}

    /// One block, all samples alike, captured at `time`.
    func deliver(sample: Int16 = 0, time: MonotonicTime) {
        let first = written.add(Int64(format.blockFrames), ordering: .relaxed).oldValue
        let block = [Int32](repeating: Int32(sample) << 16, count: ring.samplesPerBlock)
        _ = ring.write(stamp: FrameStamp(firstSample: first, time: time), samples: block)
        ln_eventfd_signal(wake)
    }
}

/// A loudspeaker whose converter moves when a test says so; it obeys commands at those moments, and at `obey()`.
final class ScriptedPlayback: LoudspeakerPlayback {
    let format = PlaybackFormat(rateHz: 16_000, channels: 1, periodFrames: 160, bufferFrames: 640, sampleBits: 16)
    let controls = PlaybackControls()
    let events = PlaybackEventRing()
    let farEnd = StampedRing(blocks: 64, samplesPerBlock: 160)
    var counters: PlaybackCounters { PlaybackCounters() }

    private struct State {
        var queued: Int64 = 0
        var heard: Int64 = 0
        var isPaused = false
        var milliseconds = 1000
        var chimes: [[Int16]] = []
    }

    private let state = Mutex(State())
    private let bound: Int64

    init(bound: Int64 = 960_000) { self.bound = bound }

    var enqueued: Int64 { state.withLock { $0.queued } }
    var chimes: [[Int16]] { state.withLock { $0.chimes } }
    func chime(_ samples: [Int16]) { state.withLock { $0.chimes.append(samples) } }
    func stop() {}

    func enqueue(_ samples: [Int16]) -> Int64? {
        state.withLock { state in
            guard state.queued - state.heard + Int64(samples.count) <= bound else { return nil }
            defer { state.queued += Int64(samples.count) }
            return state.queued
        }
    }

    /// Lets the converter play for a while.
    func play(milliseconds: Int) {
        obey()
        state.withLock { state in
            let end = state.isPaused ? state.heard : min(state.queued, state.heard + Int64(milliseconds) * 16)
            if end > state.heard {
                let time = Self.instant(state.milliseconds + Int(end - state.heard) / 16)
                events.push(.heard(from: state.heard, upTo: end, time: time))
            }
            state.heard = end
            state.milliseconds += milliseconds
        }
    }

    func obey() {
        var commands = controls.takeAll()
        while let command = commands.next() { state.withLock { obey(command, &$0) } }
    }

    private func obey(_ command: PlaybackCommand, _ state: inout State) {
        let now = Self.instant(state.milliseconds)
        switch command {
        case .duck, .reflexDuck: events.push(.ducked(time: now, requester: command.requester))
        case .unduck, .reflexUnduck: events.push(.unducked(time: now, requester: command.requester))
        case .pause, .reflexPause:
            state.isPaused = true
            events.push(.paused(heardUpTo: state.heard, time: now, requester: command.requester))
        case .resume:
            state.isPaused = false
            events.push(.resumed(time: now))
        case .drop:
            events.push(.dropped(heardUpTo: state.heard, forgottenUpTo: controls.dropPosition, time: now))
            state.heard = controls.dropPosition
            state.isPaused = false
        }
    }

    static func instant(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }
}
