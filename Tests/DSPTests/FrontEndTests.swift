import DSP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct FrontEndTests {
    @Test(arguments: [(21 as UInt64, 5.0, 0.2), (22, 12, 0.3), (23, 60, 0.4), (24, 30, 0.3)])
    func `the assistant's own voice is gone from the first reply on, and never taken for a person`(
        seed: UInt64, delay: Double, reverberation: Double
    ) {
        let scene = FrontEndScene(seed: seed, seconds: 9, delay: delay, reverberation: reverberation)
        let result = FrontEndRun(scene.microphones, far: EchoRoom.quantized(scene.far))
        let echo = average(scene.echo)
        #expect(decibels(echo, over: result.output, from: 0.3, to: 1.5) > 15)
        #expect(decibels(echo, over: result.output, from: 1.5, to: 9) > 20)
        #expect(result.triggers == [])
        let speech = result.speech
        #expect(Double(speech.filter { $0 > 0.3 }.count) / Double(speech.count) < 0.03)
        #expect(result.verdicts.filter(\.farEndActive).count > 500)
    }

    @Test(arguments: [(31 as UInt64, 0.0), (32, -5), (33, 0), (34, -5)])
    func `a person who talks over the assistant is found within a fifth of a second, and heard`(
        seed: UInt64, nearDecibels: Double
    ) {
        let scene = FrontEndScene(seed: seed, seconds: 9, nearDecibels: nearDecibels, nearFrom: 5)
        let result = FrontEndRun(scene.microphones, far: EchoRoom.quantized(scene.far))
        let first = result.triggers.first ?? 900
        // Syllables rise over 50 to 125 ms; eight frames are 80 ms.
        #expect(first > 500 && first < 525)
        let near = average(scene.near)
        let delayed = [Double](repeating: 0, count: 160) + near.dropLast(160)
        #expect(decibels(result.output, over: delayed, from: 5.1, to: 9) > -4)
        #expect(correlation(result.output, delayed, from: 5.1, to: 9) > 0.75)
    }

    @Test(.enabled(if: Recordings.areInstalled), arguments: [(35 as UInt64, 0.0), (36, -5)])
    func `recorded voices: the assistant alone is never a person, a person over it is found`(seed: UInt64, nearDecibels: Double) {
        let track = Recordings.track
        // The person speaks the second half of the prompts, from 9 s on, while the loudspeaker speaks the first.
        let count = min(track.clean.count / 2, 16 * 16_000) / 160 * 160
        let start = track.onsets.first { $0 * 160 > track.clean.count / 2 }! * 160
        let played = track.clean[24_000...].prefix(count).map(Double.init)
        var voice = [Double](repeating: 0, count: count)
        for n in 9 * 16_000..<count where start + n - 9 * 16_000 < track.clean.count {
            voice[n] = Double(track.clean[start + n - 9 * 16_000]) * Reference.ratio(decibels: nearDecibels - 10).squareRoot()
        }
        let result = FrontEndRun(
            FrontEndScene(seed: seed, played: played, voice: voice).microphones, far: EchoRoom.quantized(played))
        let first = result.triggers.first ?? 0
        #expect(first >= 900 && first < 930, "first trigger at frame \(first)")
    }

    @Test(arguments: [50.0, -50])
    func `a loudspeaker whose clock runs 50 ppm apart is cancelled for 20 s, with a jittering offset`(partsPerMillion: Double) {
        let scene = FrontEndScene(seed: 41, seconds: 20)
        // The loudspeaker's samples are those of the scene, read faster or slower; the microphones stay on their own clock.
        let ratio = 1 + partsPerMillion * 1e-6
        let played = EchoRoom.quantized(EchoRoom.resample(scene.far, ratio: 1 / ratio))
        var jitter = SeededNoise(seed: 42)
        let result = FrontEndRun(
            scene.microphones, far: played,
            offset: { Double($0 * 160) * (ratio - 1) - 32 + Double.random(in: -0.03...0.03, using: &jitter) })
        let echo = average(scene.echo)
        #expect(decibels(echo, over: result.output, from: 1, to: 10) > 20)
        #expect(decibels(echo, over: result.output, from: 10, to: 20) > 20)
        #expect(result.triggers == [])
        let drift = Double(result.verdicts.last!.driftPartsPerMillionQ8) / 256
        #expect(abs(drift - partsPerMillion) < 10)
    }

    @Test func `without a far end the canceller changes nothing`() {
        let scene = FrontEndScene(seed: 51, seconds: 4, nearDecibels: 0, nearFrom: 1, farFrom: 4)
        let silence = [Int16](repeating: 0, count: 64_000)
        let with = FrontEndRun(scene.microphones, far: silence)
        let without = FrontEndRun(scene.microphones, far: silence, change: { $0.cancelsEcho = false })
        #expect(with.output == without.output)
        #expect(with.verdicts.map(\.speechProbabilityQ15) == without.verdicts.map(\.speechProbabilityQ15))
        #expect(with.verdicts.allSatisfy { !$0.farEndActive })
    }

    @Test func `how much noise the recognizer is spared never changes what is detected`() {
        let scene = FrontEndScene(seed: 91, seconds: 5, nearDecibels: 0, nearFrom: 3)
        let far = EchoRoom.quantized(scene.far)
        let noisy = FrontEndRun(scene.microphones, far: far)
        let spared = FrontEndRun(scene.microphones, far: far, change: { $0.noiseFloorDecibels = -15 })
        #expect(noisy.speech == spared.speech)
        #expect(noisy.verdicts.map(\.nearEndQ15) == spared.verdicts.map(\.nearEndQ15))
        #expect(decibels(noisy.output, over: spared.output, from: 1, to: 3) > 3)
    }

    @Test(arguments: [0, -15])
    func `samples still to come never change what came before`(noiseFloorDecibels: Int) {
        let scene = FrontEndScene(seed: 61, seconds: 4, nearDecibels: 0, nearFrom: 2)
        let far = EchoRoom.quantized(scene.far)
        let whole = FrontEndRun(scene.microphones, far: far, change: { $0.noiseFloorDecibels = noiseFloorDecibels })
        var noise = SeededNoise(seed: 62)
        let cut = 16_000 * 3
        let altered = scene.microphones.map { $0[..<cut] + noise.samples(16_000, peak: 32_767) }.map(Array.init)
        let other = FrontEndRun(
            altered, far: Array(far[..<cut]) + noise.samples(16_000, peak: 32_767),
            change: { $0.noiseFloorDecibels = noiseFloorDecibels })
        #expect(whole.output[..<cut] == other.output[..<cut])
        #expect(whole.verdicts[..<300] == other.verdicts[..<300])
        #expect(whole.output[cut...] != other.output[cut...])
    }

    @Test func `a dead first microphone is left out, and the box does not take its own voice for a person's`() {
        var microphones = FrontEndScene(seed: 75, seconds: 8).microphones
        microphones[0] = [Int16](repeating: 0, count: microphones[0].count)
        let far = EchoRoom.quantized(FrontEndScene(seed: 75, seconds: 8).far)
        let result = FrontEndRun(microphones, far: far, change: { $0.geometry = .circular4 })
        #expect(result.verdicts[300...].allSatisfy { $0.deafMicrophones == 1 && $0.stages.microphoneLevel > 0 })
        #expect(result.triggers.filter { $0 >= 300 } == [])
    }

    @Test func `all stages off is the average, one frame later`() {
        var noise = SeededNoise(seed: 71)
        let microphones = (0..<2).map { _ in noise.samples(8_000, peak: 20_000) }
        var configuration = FrontEnd.Configuration(microphones: 2)
        configuration.filtersRumble = false
        configuration.cancelsEcho = false
        configuration.noiseFloorDecibels = 0
        configuration.suppressesResidualEcho = false
        configuration.controlsGain = false
        let result = FrontEndRun(microphones, far: noise.samples(8_000, peak: 20_000), change: { $0 = configuration })
        let right = zip(microphones[0], microphones[1]).map { (left: Int16, right: Int16) -> Double in
            Double((Int(left) + Int(right) + 1) >> 1)
        }
        // The windows of analysis and synthesis overlap to 1 within 2^-14.
        let differences = zip(result.output[160...], right[..<7_840]).map { abs($0 - $1) }
        #expect(differences.allSatisfy { $0 <= 3 }, "\(differences.max() ?? 0)")
        #expect(FrontEnd.delaySamples == 160)
    }

    @Test func `gain is applied and clipping is counted`() {
        let radians = 2 * Double.pi * 1_000 / 16_000
        let tone = (0..<16_000).map { (n: Int) -> Int16 in Int16(1_000 * sin(radians * Double(n))) }
        let silence = [Int16](repeating: 0, count: 16_000)
        let loud = FrontEndRun([tone], far: silence, change: { $0.microphoneGainDecibels = 20 })
        #expect(abs(Double(loud.verdicts[60].stages.microphoneLevel) - 7_071) < 50)
        let square = (0..<16_000).map { $0 / 8 % 2 == 0 ? Int16.max : -20_000 }
        let clipped = FrontEndRun([square], far: silence)
        #expect(clipped.verdicts[10].clippedSamples == 80)
    }

    @Test(arguments: [0, -15])
    func `nothing makes it trap`(noiseFloorDecibels: Int) {
        var noise = SeededNoise(seed: 81)
        let count = 160 * 150
        let square = (0..<count).map { $0 / 8 % 2 == 0 ? Int16.max : Int16.min }
        let signals: [[Int16]] = [
            square, [Int16](repeating: .min, count: count), [Int16](repeating: 0, count: count),
            noise.samples(count, peak: 32_767),
            (0..<count).map { $0 / 3_000 % 2 == 0 ? square[$0] : 0 }, noise.samples(count, peak: 1),
        ]
        for far in signals {
            for microphone in signals {
                let result = FrontEndRun(
                    [microphone, microphone], far: far,
                    change: { ($0.microphoneGainDecibels, $0.noiseFloorDecibels) = (36, noiseFloorDecibels) })
                #expect(result.verdicts.allSatisfy { $0.speechProbabilityQ15 >= 0 && $0.nearEndQ15 >= 0 })
            }
        }
        let silent = FrontEndRun([signals[2]], far: signals[2])
        #expect(silent.output.allSatisfy { $0 == 0 })
        #expect(silent.speech.allSatisfy { $0 < 0.5 })
    }
}
