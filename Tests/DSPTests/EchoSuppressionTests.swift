import DSP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What is left of the assistant's own voice, of the person who talks over it, and of the room.
@Suite struct EchoSuppressionTests {
    /// One microphone, as loud as it came.
    private func hear(_ scene: FrontEndScene, change: (inout FrontEnd.Configuration) -> Void = { _ in }) -> FrontEndRun {
        FrontEndRun(
            [scene.microphones[0]], far: EchoRoom.quantized(scene.far),
            change: {
                $0.controlsGain = false
                change(&$0)
            })
    }

    private func delayed(_ samples: [Double]) -> [Double] { [Double](repeating: 0, count: 160) + samples.dropLast(160) }

    /// Levels of a signal in bands, dB: every two thirds of an octave from 200 Hz to 6.3 kHz.
    private func levels(_ samples: [Double], from: Double, to: Double) -> [Double] {
        let hertz = (0...8).map { 200 * exp2(Double($0) * 5 / 8) }
        var powers = [Double](repeating: 1e-9, count: hertz.count - 1)
        for start in stride(from: Int(from * 16_000), to: Int(to * 16_000) - 512, by: 512) {
            let spectrum = Reference.spectrum((0..<512).map { samples[start + $0] * sin(.pi * (Double($0) + 0.5) / 512) })
            for (bin, value) in spectrum.enumerated() {
                guard let band = hertz.lastIndex(where: { $0 <= Double(bin) * 31.25 }), band < powers.count else { continue }
                powers[band] += value.re * value.re + value.im * value.im
            }
        }
        return powers.map { 10 * log10($0) }
    }

    @Test(arguments: [(201 as UInt64, 0.0), (202, 5)])
    func `a person talks over the reply, and every band of the voice arrives as loud as it was`(
        seed: UInt64, nearDecibels: Double
    ) {
        let scene = FrontEndScene(seed: seed, seconds: 9, nearDecibels: nearDecibels, nearFrom: 5)
        let output = hear(scene).output
        let (heard, right) = (levels(output, from: 5.3, to: 9), levels(delayed(scene.near[0]), from: 5.3, to: 9))
        for (band, (level, wanted)) in zip(heard, right).enumerated() {
            #expect(abs(level - wanted) < 4, "band \(band): \(level - wanted) dB")
        }
        #expect(correlation(output, delayed(scene.near[0]), from: 5.3, to: 9) > 0.85)
    }

    @Test func `four in five people over the reply are found within 100 ms of their first sound, nine in ten within 250`() {
        let delays = (0..<40 as Range<UInt64>).map { index -> Int in
            let scene = FrontEndScene(seed: 260 + index, seconds: 7, nearDecibels: index % 2 == 0 ? 0 : -5, nearFrom: 5)
            let speech = hear(scene).speech.map { $0 > 0.5 }
            let first = speech.indices.first { $0 >= 2 && speech[$0 - 2...$0].allSatisfy { $0 } } ?? 700
            // Syllables begin at nothing: sound is what comes within 20 dB of the voice.
            let loudest = scene.near[0].map { $0 * $0 }.max()!
            return 10 * (first - scene.near[0].firstIndex { $0 * $0 > loudest / 100 }! / 160)
        }
        let ordered = delays.sorted()
        #expect(ordered[0] > -60 && ordered[31] <= 100 && ordered[35] <= 250, "\(delays) ms")
    }

    @Test(arguments: [(211 as UInt64, 12.0, 0.3), (212, 30, 0.2), (213, 60, 0.3)])
    func `while only the loudspeaker talks, the room's own noise is heard, in all bands and without holes`(
        seed: UInt64, delay: Double, reverberation: Double
    ) {
        let scene = FrontEndScene(seed: seed, seconds: 9, delay: delay, reverberation: reverberation)
        let output = hear(scene).output
        let (heard, room) = (levels(output, from: 1.5, to: 9), levels(delayed(scene.noise[0]), from: 1.5, to: 9))
        for (band, (level, wanted)) in zip(heard, room).enumerated() {
            #expect(abs(level - wanted) < 4, "band \(band): \(level - wanted) dB")
        }
        let frames = { (samples: [Double]) -> [Double] in
            stride(from: 24_000, to: samples.count - 320, by: 320)
                .map { 10 * log10(samples[$0..<$0 + 320].reduce(1e-9) { $0 + $1 * $1 }) }.sorted()
        }
        let (quiet, loud) = (frames(output), frames(scene.noise[0]))
        #expect(quiet[quiet.count / 50] > loud[loud.count / 50] - 4)
        #expect(quiet[quiet.count * 49 / 50] < loud[loud.count * 49 / 50] + 8)
    }

    @Test func `a loudspeaker that is carried across the table is quiet again within a second, and nobody's voice`() {
        let (before, after) = (FrontEndScene(seed: 221, seconds: 10), FrontEndScene(seed: 221, seconds: 10, delay: 25))
        let microphone = before.microphones[0][..<80_000] + after.microphones[0][80_000...]
        let result = FrontEndRun([Array(microphone)], far: EchoRoom.quantized(before.far), change: { $0.controlsGain = false })
        #expect(decibels(result.output, over: before.noise[0], from: 6, to: 10) < 4)
        #expect(result.triggers == [])
    }

    @Test func `when the reply is over the room is heard as it is`() {
        var scene = FrontEndScene(seed: 231, seconds: 6)
        for n in 3 * 16_000..<scene.far.count { scene.far[n] = 0 }
        scene.echo[0] = EchoRoom.filter(scene.far, [(192, 0.3)])
        let (with, without) = (hear(scene).output, hear(scene, change: { $0.suppressesResidualEcho = false }).output)
        #expect(with[..<48_000] != without[..<48_000])
        // 200 ms of echo, half a second of mistrust, a frame of overlap.
        #expect(with[60_000...] == without[60_000...])
    }

    @Test func `a first reply in a silent room stays silent: comfort is no louder than what it stands for`() {
        var scene = FrontEndScene(seed: 241, seconds: 5)
        for microphone in scene.noise.indices { scene.noise[microphone] = scene.noise[microphone].map { $0 / 41 } }
        let output = hear(scene).output
        #expect(decibels(output, over: scene.noise[0], from: 1, to: 5) < 12)
    }

    @Test func `suppressing noise as well leaves no hiss behind the reply`() {
        let scene = FrontEndScene(seed: 251, seconds: 9)
        let spared = hear(scene, change: { $0.noiseFloorDecibels = -15 }).output
        #expect(decibels(spared, over: scene.noise[0], from: 2, to: 9) < -8)
    }
}
