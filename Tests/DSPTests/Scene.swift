import DSP

/// Something like a voice in noise: 1.2 s of noise, then syllables of a gliding pulse train through three resonances, then noise.
struct Scene {
    var samples: [Int16]
    var clean: [Int16]
    var spoken: Range<Int>
    var quiet: Range<Int>

    /// - Parameter decibelsOverNoise: level of the syllables over the noise.
    init(decibelsOverNoise: Double, seconds: Int, noisePeak: Int16 = 300, seed: UInt64 = 1) {
        let count = seconds * 16_000
        spoken = 19_200..<count * 2 / 3
        quiet = count * 2 / 3..<count
        var noise = SeededNoise(seed: seed)
        let background = noise.samples(count, peak: noisePeak)
        let voice = Reference.voice(count: count, spoken: spoken)
        let level = Reference.power(background) * Reference.ratio(decibels: decibelsOverNoise)
        let loudness = voice[spoken].reduce(0) { $0 + $1 * $1 } / Double(spoken.count)
        let gain = (level / loudness).squareRoot()
        clean = voice.map { Int16(max(min($0 * gain, 32_767), -32_768)) }
        samples = zip(clean, background).map { saturatedInt16(Int32($0) + Int32($1)) }
    }
}

/// The spectral path as the front end runs it: one spectrum, noise estimate, suppressor and detector.
struct Path {
    func run(_ samples: [Int16]) -> (output: [Int16], probabilities: [Int16]) {
        var analyzer = SpectrumAnalyzer()
        var spectrum = Spectrum()
        var noise = NoiseEstimator()
        var suppressor = NoiseSuppressor()
        var detector = VoiceDetector()
        var synthesizer = SpectrumSynthesizer()
        var output: [Int16] = []
        var probabilities: [Int16] = []
        var cleaned = [Int16](repeating: 0, count: 160)
        for start in stride(from: 0, through: samples.count - 160, by: 160) {
            analyzer.process(Array(samples[start..<start + 160]), into: &spectrum)
            noise.process(spectrum.logPowerQ16)
            probabilities.append(detector.process(spectrum, noise))
            suppressor.process(spectrum, noise)
            synthesizer.process(spectrum, gainsQ15: suppressor.gainsQ15, into: &cleaned)
            output += cleaned
        }
        return (output, probabilities)
    }
}
