import DSP
import Testing

/// An echo that comes late: a loudspeaker behind HDMI, Bluetooth or a deep buffer.
@Suite struct EchoDelayTests {
    /// The voice of the box and its echo `delay` ms later, at the demo's levels.
    private func run(
        seed: UInt64, seconds: Int, tailMilliseconds: Int = 200, echo: (inout EchoRoom, [Double]) -> [Double]
    ) -> (echo: [Double], noise: [Double], run: FrontEndRun) {
        var room = EchoRoom(seed: seed)
        let far = room.voice(seconds * 16_000, rms: 3_277, pitchHz: 110)
        let echo = echo(&room, far)
        let noise = room.noise(echo.count, rms: 41)
        let run = FrontEndRun(
            [EchoRoom.quantized(mixed(echo, noise))], far: EchoRoom.quantized(far),
            change: {
                $0.suppressesResidualEcho = false
                $0.controlsGain = false
                $0.echoTailMilliseconds = tailMilliseconds
            })
        return (echo, noise, run)
    }

    /// How much of the echo the canceller took away, dB; the output stands 10 ms behind.
    private func enhancement(_ echo: [Double], _ output: [Double], from: Double, to: Double) -> Double {
        decibels(echo, over: Array(output[FrontEnd.delaySamples...]), from: from, to: to)
    }

    @Test(arguments: [20.0, 180, 320, 480])
    func `an echo is found and cancelled however late it comes`(delay: Double) {
        let (echo, _, run) = run(seed: 41, seconds: 9) { room, far in
            let path = room.path(delayMilliseconds: delay, reverberationSeconds: 0.25, gainDecibels: -10)
            return EchoRoom.filter(far, path)
        }
        let found = run.verdicts.map { Double($0.stages.echoDelayMilliseconds) }
        #expect(found[...50].allSatisfy { $0 == -1 })
        #expect(abs(found[350] - delay) <= 20)
        #expect(enhancement(echo, run.output, from: 6, to: 8.9) > 15)
    }

    /// Late again is found sooner than early again, which shows only by its absence.
    @Test(arguments: [(60.0, 360.0, 12.0), (400, 60, 17)])
    func `when the loudspeaker is suddenly much later or earlier, the canceller follows`(
        before: Double, after: Double, settled: Double
    ) {
        let seconds = Int(settled) + 4
        let (echo, _, run) = run(seed: 42, seconds: seconds) { room, far in
            let echoes = [before, after].map {
                EchoRoom.filter(far, room.path(delayMilliseconds: $0, reverberationSeconds: 0.2, gainDecibels: -10))
            }
            return Array(echoes[0][..<(7 * 16_000)] + echoes[1][(7 * 16_000)...])
        }
        #expect(enhancement(echo, run.output, from: 5, to: 7) > 15)
        #expect(enhancement(echo, run.output, from: settled, to: Double(seconds) - 0.1) > 15)
        #expect(abs(Double(run.verdicts.last!.stages.echoDelayMilliseconds) - after) <= 20)
    }

    @Test func `a canceller with a short tail is led to the echo too`() {
        let (echo, _, run) = run(seed: 45, seconds: 9, tailMilliseconds: 60) { room, far in
            EchoRoom.filter(far, room.path(delayMilliseconds: 70, reverberationSeconds: 0.05, gainDecibels: -10))
        }
        #expect(enhancement(echo, run.output, from: 6, to: 8.9) > 10)
    }

    @Test func `a person who talks while nothing echoes never moves the far end`() {
        let (_, _, run) = run(seed: 44, seconds: 20) { room, far in room.voice(far.count, rms: 1_036, pitchHz: 190) }
        // Found would be a delay from which an echo could be missed; the little that words have in common must not suffice.
        #expect(run.verdicts.allSatisfy { $0.stages.echoDelayMilliseconds == -1 })
    }

    /// While she talks the canceller seems to do little, as it would if the echo came at another time.
    @Test func `a person who talks over a cancelled echo for ten seconds moves nothing`() {
        var alone: [Double] = []
        let (_, _, run) = run(seed: 46, seconds: 20) { room, far in
            alone = EchoRoom.filter(far, room.path(delayMilliseconds: 40, reverberationSeconds: 0.2, gainDecibels: -10))
            var near = room.voice(far.count, rms: 3_277, pitchHz: 190)
            for n in near.indices where n < 6 * 16_000 || n >= 16 * 16_000 { near[n] = 0 }
            return mixed(alone, near)
        }
        #expect(run.verdicts[590...].allSatisfy { abs(Double($0.stages.echoDelayMilliseconds) - 40) <= 20 })
        #expect(enhancement(alone, run.output, from: 16.5, to: 17) > 15)
    }
}
