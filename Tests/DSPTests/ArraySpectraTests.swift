import DSP
import Testing

@Suite struct ArraySpectraTests {
    @Test func `each microphone's spectrum is bit for bit that of an analyzer of its own`() {
        var random = SeededNoise(seed: 41)
        var spectra = ArraySpectra(microphones: 3)
        var first = SpectrumAnalyzer()
        var last = SpectrumAnalyzer()
        var one = Spectrum()
        var other = Spectrum()
        for peak: Int16 in [3, 100, 32_767, 20, 0, 0, 0, 0, 5] {
            let channels = (0..<3).map { random.samples(160, peak: peak / Int16($0 + 1)) }
            spectra.process(channels.flatMap { $0 })
            first.process(channels[0], into: &one)
            last.process(channels[2], into: &other)
            #expect(spectra.exponent(0) == one.exponent && spectra.exponent(2) == other.exponent)
            #expect(
                (0..<257).allSatisfy {
                    spectra.bins(0)[$0] == one.bins[$0] && spectra.bins(2)[$0] == other.bins[$0]
                })
        }
    }

    @Test func `samples at full scale are counted`() {
        var spectra = ArraySpectra(microphones: 2)
        spectra.process(
            [Int16](repeating: 5, count: 160) + [.max, .min, .max] + [Int16](repeating: 0, count: 157))
        #expect(spectra.clippedSamples(0) == 0 && spectra.clippedSamples(1) == 3)
    }
}
