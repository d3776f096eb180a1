import DSP
import Testing

@Suite struct FFTTests {
    static let peaks: [Int16] = [1, 40, 3_000, 32_767]

    @Test(arguments: peaks)
    func `a spectrum in fixed point is the spectrum in double precision`(peak: Int16) {
        var noise = SeededNoise(seed: 512)
        let samples = noise.samples(FFT.size, peak: peak)
        var fft = FFT()
        var spectrum = [ComplexInt32](repeating: ComplexInt32(re: 0, im: 0), count: FFT.binCount)
        let unit = exponential(fft.forward(samples.map(Int32.init), into: &spectrum))
        let right = Reference.spectrum(samples.map(Double.init))
        let parts = spectrum.flatMap { [Double($0.re) * unit, Double($0.im) * unit] }
        #expect(Reference.signalToNoise(parts, right.flatMap { [$0.re, $0.im] }) > 125)
    }

    @Test(arguments: peaks)
    func `forth and back gives the samples again`(peak: Int16) {
        var noise = SeededNoise(seed: 7)
        let samples = noise.samples(FFT.size, peak: peak)
        var fft = FFT()
        var spectrum = [ComplexInt32](repeating: ComplexInt32(re: 0, im: 0), count: FFT.binCount)
        var result = [Int32](repeating: 0, count: FFT.size)
        let forward = fft.forward(samples.map(Int32.init), into: &spectrum)
        let backward = fft.inverse(spectrum, into: &result)
        let unit = exponential(forward + backward)
        #expect(Reference.signalToNoise(result.map { Double($0) * unit }, samples.map(Double.init)) > 125)
        #expect(result.map { scaled($0, byPowerOfTwo: forward + backward) } == samples.map(Int32.init))
    }

    @Test func `full-scale squares, steps and the most negative value do not trap or wrap`() {
        var fft = FFT()
        var spectrum = [ComplexInt32](repeating: ComplexInt32(re: 0, im: 0), count: 257)
        for period in [1, 2, 3, 4, 16, 64, 256, 512] {
            let square = (0..<512).map { $0 / period % 2 == 0 ? Int32.min : Int32.max }
            let unit = exponential(fft.forward(square, into: &spectrum))
            let right = Reference.spectrum(square.map(Double.init))
            let parts = spectrum.flatMap { [Double($0.re) * unit, Double($0.im) * unit] }
            #expect(Reference.signalToNoise(parts, right.flatMap { [$0.re, $0.im] }) > 125)
        }
    }

    @Test func `any bits as a spectrum transform back without a trap`() {
        var fft = FFT()
        var noise = SeededNoise(seed: 3)
        var result = [Int32](repeating: 0, count: 512)
        for _ in 0..<200 {
            let spectrum = (0..<257).map { _ in
                ComplexInt32(re: Int32(truncatingIfNeeded: noise.next()), im: Int32(truncatingIfNeeded: noise.next()))
            }
            _ = fft.inverse(spectrum, into: &result)
        }
        let silence = [ComplexInt32](repeating: ComplexInt32(re: 0, im: 0), count: 257)
        #expect(fft.inverse(silence, into: &result) == 0)
        #expect(result.allSatisfy { $0 == 0 })
    }

    private func exponential(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }
}
