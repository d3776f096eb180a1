import DSP
import Testing

@Suite struct DenoiseTests {
    @Test func `the fixed-point suppressor is the double-precision suppressor`() {
        let scene = Scene(decibelsOverNoise: 5, seconds: 3)
        let output = Path().run(scene.samples).output
        let right = Reference.suppress(scene.samples)
        #expect(Reference.signalToNoise(output[1_600...].map(Double.init), Array(right[1_600...])) > 35)
    }

    @Test func `in pauses the noise falls by 8 dB or more, the voice stays what it was`() {
        let scene = Scene(decibelsOverNoise: 15, seconds: 6)
        let output = Path().run(scene.samples).output
        let pause = scene.quiet.lowerBound + 8_000..<scene.quiet.upperBound - 160
        let after = pause.lowerBound + 160..<pause.upperBound + 160
        #expect(Reference.decibels(Reference.power(scene.samples[pause]) / Reference.power(output[after])) > 8)
        let voiced = scene.spoken.lowerBound + 3_200..<scene.spoken.upperBound
        let delayed = voiced.map { Double(output[$0 + 160]) }
        let before = Reference.signalToNoise(voiced.map { Double(scene.samples[$0]) }, voiced.map { Double(scene.clean[$0]) })
        #expect(Reference.signalToNoise(delayed, voiced.map { Double(scene.clean[$0]) }) > before + 2)
    }

    @Test func `noise that grows by 12 dB is followed within four seconds`() {
        var noise = SeededNoise(seed: 31)
        let samples = noise.samples(32_000, peak: 300) + noise.samples(96_000, peak: 1_200)
        let output = Path().run(samples).output
        let early = Reference.power(output[32_800..<36_000])
        let late = Reference.power(output[96_000...])
        #expect(Reference.decibels(early / late) > 6)
    }

    @Test func `silence stays silence`() {
        let (output, probabilities) = Path().run([Int16](repeating: 0, count: 48_000))
        #expect(output.allSatisfy { $0 == 0 })
        #expect(probabilities.allSatisfy { $0 == 0 })
    }

    @Test(arguments: ["full-scale square", "stuck low", "random bits", "clicks", "full-scale sine", "silence, then full scale"])
    func `signals that break fixed point neither trap nor wrap`(name: String) {
        let samples = Self.extremes(name)
        let (output, probabilities) = Path().run(samples)
        #expect(probabilities.allSatisfy { $0 >= 0 })
        // A wrapped sample would jump by nearly the whole scale against a smooth input.
        if name == "full-scale sine" {
            #expect(zip(output[800...], output[801...]).allSatisfy { abs(Int($0) - Int($1)) < 8_000 })
        }
    }

    @Test(arguments: [1_000, 7_777, 20_003])
    func `what comes later changes nothing before`(instant: Int) {
        let scene = Scene(decibelsOverNoise: 10, seconds: 2)
        var altered = scene.samples
        var noise = SeededNoise(seed: 8)
        for n in instant..<altered.count {
            altered[n] = Int16(truncatingIfNeeded: noise.next())
        }
        let (first, second) = (Path().run(scene.samples), Path().run(altered))
        let frame = instant / 160
        #expect(first.output[..<(frame * 160)] == second.output[..<(frame * 160)])
        #expect(first.probabilities[..<frame] == second.probabilities[..<frame])
        #expect(first.output != second.output)
    }

    static func extremes(_ name: String) -> [Int16] {
        var noise = SeededNoise(seed: 77)
        return (0..<32_000).map { n in
            switch name {
            case "full-scale square": n / 80 % 2 == 0 ? .max : .min
            case "stuck low": .min
            case "random bits": Int16(truncatingIfNeeded: noise.next())
            case "clicks": n % 4_000 == 0 ? .max : 0
            case "full-scale sine": Int16(Reference.sine(300, at: Double(n) / 16_000, peak: 32_767))
            default: n < 16_000 ? 0 : n / 20 % 2 == 0 ? .max : .min
            }
        }
    }
}
