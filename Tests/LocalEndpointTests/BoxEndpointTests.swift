import Audio
import CPlatform
import Conversation
import DSP
import Failures
import Hardware
import LocalEndpoint
import Testing

@Suite struct BoxEndpointTests {
    private let answer = UtteranceID(1)
    private let next = UtteranceID(2)

    private func at(_ milliseconds: Int) -> MonotonicTime { ScriptedPlayback.instant(milliseconds) }
    private func silence(milliseconds: Int) -> [Int16] { [Int16](repeating: 100, count: milliseconds * 16) }

    /// A started endpoint on scripted sound, and what it says.
    private final class Bench {
        let capture = ScriptedCapture()
        let playback: ScriptedPlayback
        let endpoint: BoxEndpoint
        private var events: AsyncStream<EndpointEvent>.Iterator

        init(bound: Int64 = 960_000) {
            playback = ScriptedPlayback(bound: bound)
            endpoint = BoxEndpoint(
                capture: capture, playback: playback, settings: BoxEndpointSettings(microphoneChannels: [0], realTimePriority: 0))
            events = endpoint.events.makeAsyncIterator()
            endpoint.start()
        }

        deinit { endpoint.stop() }

        /// The next event; the suite's time limit is the deadline.
        func event() async -> EndpointEvent? { await events.next() }

        /// The first samples of the next so many frames.
        func frames(_ count: Int) async -> [Int64] {
            var found: [Int64] = []
            while found.count < count, let event = await event() {
                if case .frame(let frame) = event { found.append(frame.stamp.firstSample) }
            }
            return found
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an answer plays, is paused where it was heard, goes on there and has played`() async {
        let bench = Bench()
        #expect(bench.endpoint.play(silence(milliseconds: 100), utterance: answer))
        bench.endpoint.finish(utterance: answer)
        bench.playback.play(milliseconds: 40)
        #expect(await bench.event() == .playing(answer, at: at(1000)))
        bench.endpoint.pause()
        bench.playback.play(milliseconds: 500)
        let heard = HeardPosition(utterance: answer, samples: 640, time: at(1040))
        #expect(await bench.event() == .paused(speechStart: nil, heard: heard, at: at(1040)))
        bench.endpoint.resume()
        bench.playback.play(milliseconds: 60)
        #expect(await bench.event() == .resumed(at: at(1540)))
        #expect(await bench.event() == .played(HeardPosition(utterance: answer, samples: 1600, time: at(1600))))
    }

    @Test(.timeLimit(.minutes(1))) func `other microphones go on where the last ones stopped counting`() async throws {
        let bench = Bench()
        let now = MonotonicTime(nanoseconds: ln_monotonic_ns())
        for block in 0..<10 { bench.capture.deliver(time: now.advanced(byMilliseconds: 10 * block)) }
        let last = try #require(await bench.frames(10).last)
        let others = ScriptedCapture(rateHz: 48_000)
        bench.endpoint.join(
            capture: others, playback: bench.playback, settings: BoxEndpointSettings(microphoneChannels: [0], realTimePriority: 0)
        )
        for block in 0..<3 { others.deliver(time: now.advanced(byMilliseconds: 200 + 10 * block)) }
        let first = try #require(await bench.frames(1).first)
        #expect(first > last, "words of the new microphones must not look older than those of the old ones")
    }

    @Test(.timeLimit(.minutes(1))) func `what the canceller learned is there when the box is switched on again`() async throws {
        let bench = Bench()
        #expect(await bench.endpoint.learnedEchoPath() == nil, "nothing has sounded yet")
        bench.endpoint.stop()
        #expect(bench.endpoint.lastEchoPath() == nil)
        var settings = BoxEndpointSettings(microphoneChannels: [0], realTimePriority: 0)
        let made = FrontEnd(settings.frontEnd)
        var bytes = [UInt8](repeating: 0, count: made.echoPathStateBytes)
        made.saveEchoPath(into: &bytes)
        settings.echoPath = bytes
        let again = BoxEndpoint(capture: bench.capture, playback: bench.playback, settings: settings)
        #expect(again.echoPathRefusal == nil)
        again.join(
            capture: bench.capture, playback: bench.playback,
            settings: BoxEndpointSettings(microphoneChannels: [0], realTimePriority: 0))
        #expect(again.echoPathRefusal == nil, "another device goes on with what was learned")
        settings.echoPath?[100] ^= 1
        let damaged = BoxEndpoint(capture: bench.capture, playback: bench.playback, settings: settings)
        #expect(damaged.echoPathRefusal == .damaged)
        settings = BoxEndpointSettings(microphoneChannels: [0, 0], realTimePriority: 0)
        settings.frontEnd.geometry = .linear(count: 2, spacingMicrometres: 30_000)
        settings.echoPath = bytes
        let two = BoxEndpoint(capture: bench.capture, playback: bench.playback, settings: settings)
        #expect(two.echoPathRefusal == .otherArray)
    }

    @Test(.timeLimit(.minutes(1))) func `a drop ends all answers, and the next one plays from its start`() async {
        let bench = Bench()
        _ = bench.endpoint.play(silence(milliseconds: 100), utterance: answer)
        bench.playback.play(milliseconds: 30)
        _ = await bench.event()
        bench.endpoint.drop()
        _ = bench.endpoint.play(silence(milliseconds: 20), utterance: next)
        bench.endpoint.finish(utterance: answer)
        bench.endpoint.finish(utterance: next)
        bench.playback.play(milliseconds: 50)
        let heard = HeardPosition(utterance: answer, samples: 480, time: at(1030))
        #expect(await bench.event() == .dropped(heard: heard, at: at(1030)))
        #expect(await bench.event() == .playing(next, at: at(1030)))
        #expect(await bench.event() == .played(HeardPosition(utterance: next, samples: 320, time: at(1050))))
    }

    @Test(.timeLimit(.minutes(1))) func `a pause with nothing to silence says so`() async {
        let bench = Bench()
        bench.endpoint.pause()
        bench.playback.obey()
        #expect(await bench.event() == .paused(speechStart: nil, heard: nil, at: at(1000)))
    }

    @Test func `more than the bound is refused and nothing of it is taken`() {
        let bench = Bench(bound: 16_000)
        #expect(bench.endpoint.play(silence(milliseconds: 900), utterance: answer))
        #expect(!bench.endpoint.play(silence(milliseconds: 200), utterance: answer))
        #expect(bench.endpoint.play(silence(milliseconds: 100), utterance: answer))
        #expect(bench.playback.enqueued == 16_000)
    }

    @Test(.timeLimit(.minutes(1))) func `frames come one per block, on the microphones' clock, and progress is seen`()
        async throws
    {
        let bench = Bench()
        let start = ln_monotonic_ns()
        var frames: [CleanFrame] = []
        for n in 0..<20 {
            bench.capture.deliver(time: MonotonicTime(nanoseconds: start + Int64(n) * 10_000_000))
            if case .frame(let frame)? = await bench.event() { frames.append(frame) }
        }
        #expect(frames.count == 20)
        for (earlier, later) in zip(frames, frames.dropFirst()) {
            #expect(later.stamp.firstSample - earlier.stamp.firstSample == 160)
            #expect(abs(later.stamp.time.nanoseconds(since: earlier.stamp.time) - 10_000_000) < 1000)
        }
        #expect(frames.allSatisfy { $0.samples.count == SpeechFormat.frameSamples })
        // A frame is handed over before it is counted; one that never is counted runs into the time limit.
        while bench.endpoint.progress != BoxEndpointProgress(captureBlocks: 20, frames: 20) {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a consumer that sleeps loses old frames alone, and they are counted`() async {
        let bench = Bench()
        _ = bench.endpoint.play(silence(milliseconds: 10), utterance: answer)
        bench.playback.play(milliseconds: 10)
        for n in 0..<120 {
            bench.capture.deliver(time: at(2000 + 10 * n))
            while bench.endpoint.progress.frames <= n { await Task.yield() }
            // Far slower than the pump, far faster than a microphone.
            usleep(500)
        }
        usleep(50_000)
        #expect(await bench.event() == .playing(answer, at: at(1000)))
        let lost = bench.endpoint.figures.droppedFrames
        #expect(lost >= 70)
        guard case .frame(let oldest)? = await bench.event() else {
            Issue.record("a frame should come")
            return
        }
        #expect(oldest.stamp.time >= at(2000 + 10 * 60))
    }

    @Test(.timeLimit(.minutes(1))) func `a device that goes and comes back is reported`() async {
        let bench = Bench()
        let failure = Failure(.playback, .unplugged, "pulled")
        bench.endpoint.playbackChanged(.lost(failure))
        #expect(await bench.event() == .failed(failure))
        bench.endpoint.playbackChanged(.impaired(failure))
        bench.endpoint.playbackChanged(.recovered)
        #expect(await bench.event() == .recovered(.playback))
        bench.endpoint.captureChanged(.recovered)
        #expect(await bench.event() == .recovered(.capture))
    }

    @Test func `every earcon is a sound of less than half a second that begins and ends softly`() {
        let bench = Bench()
        for sound in Earcon.allCases { bench.endpoint.signal(sound) }
        #expect(bench.playback.chimes.count == Earcon.allCases.count)
        for chime in bench.playback.chimes {
            #expect(chime.count > 16 * 40 && chime.count < 16 * 500)
            #expect(abs(Int(chime.first ?? 1000)) < 100 && abs(Int(chime.last ?? 1000)) < 100)
            #expect(chime.map { abs(Int($0)) }.max() ?? 0 > 2000)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a stopped endpoint ends its events`() async {
        let bench = Bench()
        bench.endpoint.stop()
        #expect(await bench.event() == nil)
    }
}
