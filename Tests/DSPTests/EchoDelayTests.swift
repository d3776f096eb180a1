import DSP
import Testing

/// An echo that comes late: a loudspeaker behind HDMI, Bluetooth or a deep buffer.
@Suite struct EchoDelayTests {
    /// The voice of the box and its echo `delay` ms later, at the demo's levels.
    private func run(
        seed: UInt64, seconds: Int, echo: (inout EchoRoom, [Double]) -> [Double]
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

    @Test func `when the loudspeaker is suddenly much later, the canceller follows`() {
        let (echo, _, run) = run(seed: 42, seconds: 16) { room, far in
            let early = EchoRoom.filter(far, room.path(delayMilliseconds: 60, reverberationSeconds: 0.2, gainDecibels: -10))
            let late = EchoRoom.filter(far, room.path(delayMilliseconds: 360, reverberationSeconds: 0.2, gainDecibels: -10))
            return Array(early[..<(6 * 16_000)] + late[(6 * 16_000)...])
        }
        #expect(enhancement(echo, run.output, from: 4, to: 6) > 15)
        #expect(enhancement(echo, run.output, from: 12, to: 15.9) > 15)
        #expect(abs(Double(run.verdicts.last!.stages.echoDelayMilliseconds) - 360) <= 20)
    }

    @Test func `and when it is early again, it comes back`() {
        let (echo, _, run) = run(seed: 43, seconds: 22) { room, far in
            let late = EchoRoom.filter(far, room.path(delayMilliseconds: 400, reverberationSeconds: 0.2, gainDecibels: -10))
            let early = EchoRoom.filter(far, room.path(delayMilliseconds: 60, reverberationSeconds: 0.2, gainDecibels: -10))
            return Array(late[..<(7 * 16_000)] + early[(7 * 16_000)...])
        }
        #expect(enhancement(echo, run.output, from: 5, to: 7) > 15)
        #expect(enhancement(echo, run.output, from: 17, to: 21.9) > 15)
    }

    @Test func `a person who talks while nothing echoes never moves the far end`() {
        let (_, _, run) = run(seed: 44, seconds: 20) { room, far in room.voice(far.count, rms: 1_036, pitchHz: 190) }
        // Found would be a delay from which an echo could be missed; the little that words have in common must not suffice.
        #expect(run.verdicts.allSatisfy { $0.stages.echoDelayMilliseconds == -1 })
    }
}
