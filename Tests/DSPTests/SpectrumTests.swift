import DSP
import Testing

@Suite struct SpectrumTests {
    @Test(arguments: [Int16(1), 300, 32_767])
    func `an unmodified spectrum gives the samples back, 10 ms later`(peak: Int16) {
        var noise = SeededNoise(seed: 21)
        let samples = noise.samples(16_000, peak: peak)
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var synthesizer = SpectrumSynthesizer()
        var output = [Int16](repeating: 0, count: samples.count)
        output.withUnsafeMutableBufferPointer { output in
            for start in stride(from: 0, to: samples.count, by: 160) {
                analyzer.process(Array(samples[start..<start + 160]), into: &spectrum)
                synthesizer.process(spectrum, into: output.baseAddress! + start)
            }
        }
        let delay = SpectrumSynthesizer.delaySamples
        let differences = zip(output[(delay + 160)...], samples[160...]).map { abs(Int($0) - Int($1)) }
        // The Q15 windows overlap to 1 within 2^-14.
        #expect(differences.allSatisfy { $0 <= 1 + Int(peak) / 16_384 })
    }

    @Test func `the logarithms of the bins' powers are those of double precision`() {
        let samples = Reference.sine(hertz: 1_000, peak: 12_000, count: 640)
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        for start in stride(from: 0, to: 640, by: 160) {
            analyzer.process(Array(samples[start..<start + 160]), into: &spectrum)
        }
        let windowed = (0..<512).map { Double(samples[128 + $0]) * Reference.analysisWindow($0) }
        for (k, right) in Reference.spectrum(windowed).enumerated() where right.re * right.re + right.im * right.im > 1e6 {
            let octaves = Reference.octaves(right.re * right.re + right.im * right.im)
            #expect(abs(Double(spectrum.logPowerQ16[k]) / 65_536 - octaves) < 0.01, "bin \(k)")
        }
    }

    @Test func `logarithm and power are within their stated error`() {
        var noise = SeededNoise(seed: 4)
        for _ in 0..<20_000 {
            let value = noise.next() >> UInt64.random(in: 0...62, using: &noise) | 1
            #expect(abs(Double(Log2.ofQ16(value)) / 65_536 - Reference.octaves(Double(value))) < 5e-5)
            let log = Int32.random(in: 0..<31 * 65_536, using: &noise)
            let right = Reference.power(ofTwo: Double(log) / 65_536)
            #expect(abs(Double(Log2.power(log)) - right) <= 0.51 + right * 6e-5)
        }
        #expect(Log2.power(31 * 65_536) == .max)
        #expect(Log2.power(-65_537) == 0)
        #expect(Log2.ofQ16(0) == 0)
        #expect(Log2.ofQ16(.max) < 64 * 65_536)
    }

    @Test func `square roots are exact`() {
        var noise = SeededNoise(seed: 5)
        for _ in 0..<2_000 {
            let value = noise.next() >> UInt64.random(in: 0...63, using: &noise)
            let root = UInt64(squareRoot(value))
            #expect(root * root <= value)
            #expect(root == 0xFFFF_FFFF || (root + 1) * (root + 1) > value)
        }
    }

    @Test func `phasors lie on the unit circle where they should`() {
        for step in 0..<4_096 {
            let turns = UInt32(step) << 20 &+ 12_345
            let (cosine, sine) = Reference.phasor(turns: Double(turns) / 4_294_967_296)
            let phasor = phasorQ31(turnsQ32: turns)
            #expect(abs(Double(phasor.re) - min(cosine * 2_147_483_648, 2_147_483_647)) <= 1)
            #expect(abs(Double(phasor.im) - min(sine * 2_147_483_648, 2_147_483_647)) <= 1)
        }
    }
}
