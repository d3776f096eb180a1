import DSP

#if canImport(Glibc)
    import Glibc
#endif

/// Plane waves over an array, in double precision.
struct ArrayScene {
    let geometry: ArrayGeometry
    var channels: [[Double]]
    var random: SeededNoise

    var count: Int { channels[0].count }

    init(_ geometry: ArrayGeometry, samples: Int, seed: UInt64) {
        self.geometry = geometry
        channels = Array(
            repeating: [Double](repeating: 0, count: samples), count: geometry.positions.count)
        random = SeededNoise(seed: seed)
    }

    /// White noise of the given root mean square.
    mutating func noise(rms: Double, samples: Int? = nil) -> [Double] {
        random.samples(samples ?? count, peak: 30_000).map { Double($0) * rms / 17_321 }
    }

    /// Adds a wave whose samples, at the origin, are `source`, `from` sample `start` on.
    mutating func add(
        _ source: [Double], degrees: Double, elevation: Double = 0, start: Int = 0, gain: Double = 1
    ) {
        let (x, y) = (
            cos(degrees * .pi / 180) * cos(elevation), sin(degrees * .pi / 180) * cos(elevation)
        )
        for (m, position) in geometry.positions.enumerated() {
            let lead =
                (Double(position.xMicrometres) * x + Double(position.yMicrometres) * y) / 343e6 * 16_000
            let taps = (-16...16).map { tap in
                let t = Double(tap) + lead
                let window = 0.5 + 0.5 * cos(.pi * max(-1, min(1, t / 17)))
                return gain * window * (abs(t) < 1e-9 ? 1 : sin(.pi * t) / (.pi * t))
            }
            channels[m].withUnsafeMutableBufferPointer { target in
                for n in 16..<source.count - 16 where start + n < target.count {
                    var sum = 0.0
                    for tap in -16...16 { sum += source[n - tap] * taps[tap + 16] }
                    target[start + n] += sum
                }
            }
        }
    }

    /// Adds noise from 24 directions all around, `rms` in sum.
    mutating func addDiffuse(rms: Double) {
        for i in 0..<24 {
            let height = 1 - (2 * Double(i) + 1) / 24
            let wave = noise(rms: rms / 24.0.squareRoot())
            add(wave, degrees: 137.508 * Double(i), elevation: asin(height))
        }
    }

    /// Adds an echo tail: 30 weaker copies of `source` from anywhere, 5 to 150 ms late, decaying like 0.3 s of reverberation.
    mutating func addReverberation(_ source: [Double], start: Int = 0) {
        for _ in 0..<30 {
            let delay = Double.random(in: 80...2_400, using: &random)
            let gain = 0.35 * exp(-6.9 * delay / 16_000 / 0.3) * (Bool.random(using: &random) ? 1 : -1)
            add(
                source, degrees: .random(in: 0...360, using: &random),
                elevation: .random(in: -0.7...0.7, using: &random),
                start: start + Int(delay), gain: gain)
        }
    }

    /// Syllables of a pulse train with overtones to 7 kHz, about 60 % of the time.
    static func voice(_ count: Int, rms: Double, seed: UInt64) -> [Double] {
        var random = SeededNoise(seed: seed)
        var (phase, low) = (0.0, 0.0)
        let raw = (0..<count).map { n -> Double in
            let seconds = Double(n) / 16_000
            phase += (140 + 40 * sin(2 * .pi * 1.3 * seconds)) / 16_000
            let pulse = phase >= 1 ? 1.0 : 0
            if phase >= 1 { phase -= 1 }
            let breath = Double(Int16.random(in: -100...100, using: &random)) / 2_000
            low = 0.7 * low + pulse + breath
            return low * max(0, sin(2 * .pi * 2.2 * seconds) + 0.25)
        }
        let level = (raw.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot()
        return raw.map { $0 * rms / level }
    }

    static func quantized(_ channel: [Double]) -> [Int16] {
        channel.map { Int16(max(min($0.rounded(), 32_767), -32_768)) }
    }
}

/// One frame's spectrum in double precision.
struct PlainSpectrum {
    var bins: [(re: Double, im: Double)]

    init(_ bins: UnsafePointer<ComplexInt32>, exponent: Int) {
        let unit = pow(2, Double(exponent))
        self.bins = (0..<257).map { (Double(bins[$0].re) * unit, Double(bins[$0].im) * unit) }
    }

    func power(_ range: Range<Int>) -> Double {
        bins[range].reduce(0) { $0 + $1.re * $1.re + $1.im * $1.im }
    }
}

/// A beamformer with what it needs, fed with frames.
struct BeamRig: ~Copyable {
    var spectra: ArraySpectra
    var beamformer: Beamformer
    var beam = Spectrum()
    private var planar: [Int16]

    init(_ geometry: ArrayGeometry) {
        spectra = ArraySpectra(microphones: geometry.positions.count)
        beamformer = Beamformer(geometry: geometry)
        planar = [Int16](repeating: 0, count: 160 * geometry.positions.count)
    }

    /// The beam of frame `t` of `channels`; learns when there is a mask.
    mutating func step(_ channels: [[Int16]], _ t: Int, mask: [Int32]?) -> PlainSpectrum {
        for m in channels.indices {
            for n in 0..<160 { planar[m * 160 + n] = channels[m][t * 160 + n] }
        }
        spectra.process(planar)
        beamformer.form(spectra, into: &beam)
        if let mask { beamformer.learn(spectra, maskQ15: mask, isEcho: false) }
        return PlainSpectrum(UnsafePointer(beam.bins.base), exponent: beam.exponent)
    }

    /// The reference microphone in the frame that `step` took last.
    func reference(_ microphone: Int = 0) -> PlainSpectrum {
        PlainSpectrum(spectra.bins(microphone), exponent: spectra.exponent(microphone))
    }
}

/// The ideal mask |S| / |Y| of the first microphone, frame by frame.
func idealMasks(voice: [Double], heard: [Double]) -> [[Int32]] {
    var clean = ArraySpectra(microphones: 1)
    var whole = ArraySpectra(microphones: 1)
    let (s, y) = (ArrayScene.quantized(voice), ArrayScene.quantized(heard))
    return (0..<s.count / 160).map { t in
        clean.process(Array(s[t * 160..<t * 160 + 160]))
        whole.process(Array(y[t * 160..<t * 160 + 160]))
        let (a, b) = (
            PlainSpectrum(clean.bins(0), exponent: clean.exponent(0)),
            PlainSpectrum(whole.bins(0), exponent: whole.exponent(0))
        )
        return (0..<257).map { k in
            let ratio = (a.power(k..<k + 1) / max(b.power(k..<k + 1), 1e-9)).squareRoot()
            return Int32(32_768 * min(ratio, 1))
        }
    }
}
