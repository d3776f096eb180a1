/// A beam towards the talker: per bin the weights that let the talker's wave through as the reference microphone hears it and
/// take away as much of everything else as such weights can (MVDR).
///
///     v = R^-1 h      w = v conj(h_0) / (h^H v)      h = (C / 4 + d d^H / M) v      R = N + 0.1 G / M + 0.01 I / M
///
/// C and N are the covariances of the talker and of everything else as the mask divides them, G that of a diffuse field, d the
/// plane wave from the found direction. h is the talker's way to the microphones: one step per update of the power iteration for
/// the strongest eigenvector of R^-1 (C / 4 + d d^H / M), in which the plane wave counts four times as much as what was learnt.
/// Without anything learnt this is the super-directive beam; until a direction is found the reference microphone passes. An
/// eighth of the bins is solved in each frame, in turn, and every other bin learns. The reference is the first microphone that
/// is well.
///
/// Sources: Capon 1969; Souden, Benesty and Affes 2010; Markovich, Gannot and Cohen, "Multichannel eigenspace beamforming in a
/// reverberant noisy environment with multiple interfering speech signals", 2009 (covariance whitening); Cox, Zeskind and Owen,
/// "Robust adaptive beamforming", 1987.
///
/// Formats: weights Q27 within +-4; covariances Q30 of a trace of 1; v below 2^28, its scale being free; h below 2^27.
public struct Beamformer: ~Copyable {
    /// Bit m is microphone m being left out.
    public var deafMicrophones: UInt8 { health.deaf }
    /// The first microphone that is well: the beam passes the talker as this one hears it.
    public var referenceMicrophone: Int { well.base[0] }
    /// Where the talker is, degrees counter-clockwise from the x axis, 0...359, 0...180 on a line; -1 as long as nobody has
    /// spoken.
    public var directionDegrees: Int16 { finder.degrees }
    /// How sure that is, 0...32767.
    public var directionConfidenceQ15: Int16 { finder.confidenceQ15 }

    private static var turns: Int { 8 }

    private let microphones: Int
    private let steering: SteeringVectors
    private let field: DiffuseField
    private let statistics: SpatialStatistics
    private let solver = HermitianSolver()
    private var finder: DirectionFinder
    private var health: MicrophoneHealth

    /// w Q27 and v, [bin][microphone].
    private let weights: FixedArray<ComplexInt32>
    private let eigenvectors: FixedArray<ComplexInt32>
    /// The microphones that are well, in order, `wellCount` of them.
    private let well = FixedArray<Int>(count: 8, repeating: 0)
    private var wellCount = 0
    private var active: UInt8 = 0
    private let vector = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))
    private let wave = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))
    /// By how much each microphone's mantissas are shifted to the common exponent.
    private let shifts = FixedArray<Int32>(count: 8, repeating: 0)
    /// Learnt since the microphones last changed, at most 200.
    private var frames: Int32 = 0
    /// The half that learns next.
    private var frame: UInt8 = 0
    private var turn = 0

    public init(geometry: ArrayGeometry) {
        microphones = geometry.positions.count
        steering = SteeringVectors(geometry)
        field = DiffuseField(geometry, weightQ15: 3_277, loadingQ15: 328)
        statistics = SpatialStatistics(microphones: microphones)
        finder = DirectionFinder(steering)
        health = MicrophoneHealth(microphones: microphones)
        let zero = ComplexInt32(re: 0, im: 0)
        weights = FixedArray(count: microphones * Spectrum.binCount, repeating: zero)
        eigenvectors = FixedArray(count: microphones * Spectrum.binCount, repeating: zero)
        adopt()
    }

    /// One frame: `beam` becomes the weighted sum of the microphones, not yet measured.
    ///
    /// - Parameter spectra: of the geometry's microphones.
    @_noAllocation @_noLocks
    public mutating func form(_ spectra: borrowing ArraySpectra, into beam: inout Spectrum) {
        assert(spectra.microphones == microphones)
        health.process(spectra)
        if health.deaf ^ active != 0xFF &>> UInt8(truncatingIfNeeded: 8 &- microphones) { adopt() }
        align(spectra)
        for k in 0..<Spectrum.binCount {
            beam.bins.base[k] = sum(spectra, k)
        }
        beam.exponent = spectra.commonExponent() &+ 3
    }

    /// Takes in what the mask says about the frame that `form` has just seen, for the frames to come.
    ///
    /// - Parameters:
    ///   - spectra: those that `form` had.
    ///   - maskQ15: the expected |S| / |Y| of each of the 257 bins, 0...32768.
    ///   - isEcho: whether the loudspeaker may be heard: then nothing is learnt.
    @_noAllocation @_noLocks
    public mutating func learn(_ spectra: borrowing ArraySpectra, maskQ15: UnsafePointer<Int32>, isEcho: Bool) {
        if !isEcho {
            learnHalf(spectra, maskQ15)
            finder.look(statistics, steering, active: active)
        }
        guard finder.index >= 0 else { return }
        var k = 1 &+ turn
        while k < Spectrum.binCount &- 1 {
            solve(k)
            k &+= Self.turns
        }
        turn = (turn &+ 1) % Self.turns
    }

    /// Every other bin, with time constants of 0.25 s of speech and 2 s of everything else, shorter in the first two seconds.
    @_noAllocation @_noLocks
    private mutating func learnHalf(_ spectra: borrowing ArraySpectra, _ maskQ15: UnsafePointer<Int32>) {
        frames = min(frames &+ 1, 200)
        let noiseRate = 65_536 / (frames &+ 1)
        var k = 1 &+ Int(truncatingIfNeeded: frame & 1)
        frame &+= 1
        while k < Spectrum.binCount &- 1 {
            gather(spectra, k)
            let share = (maskQ15[k] &* (maskQ15[k] &>> 1)) &>> 14
            statistics.learn(
                k, UnsafePointer(vector.base), talkerRateQ15: (share &* 2_621) &>> 15,
                noiseRateQ15: ((32_768 &- share) &* (noiseRate &>> 1)) &>> 14)
            k &+= 2
        }
    }

    /// Starts anew with the microphones that are well; what is known of the noise is soon replaced.
    @_noAllocation @_noLocks
    private mutating func adopt() {
        active = ~health.deaf & (0xFF &>> UInt8(truncatingIfNeeded: 8 &- microphones))
        frames = 0
        wellCount = 0
        for m in 0..<microphones where active & (1 &<< UInt8(truncatingIfNeeded: m)) != 0 {
            well.base[wellCount] = m
            wellCount &+= 1
        }
        let zero = ComplexInt32(re: 0, im: 0)
        for index in 0..<weights.count {
            let isReference = index % microphones == well.base[0]
            weights.base[index] = isReference ? ComplexInt32(re: 1 &<< 27, im: 0) : zero
            eigenvectors.base[index] = isReference ? ComplexInt32(re: 1 &<< 27, im: 0) : zero
        }
    }

    @_noAllocation @_noLocks
    private mutating func align(_ spectra: borrowing ArraySpectra) {
        let common = spectra.commonExponent()
        for m in 0..<microphones {
            shifts.base[m] = Int32(truncatingIfNeeded: min(common &- spectra.exponent(m), 31))
        }
    }

    /// The beam's bin, an eighth of the microphones' unit.
    @_noAllocation @_noLocks
    private func sum(_ spectra: borrowing ArraySpectra, _ k: Int) -> ComplexInt32 {
        let w = weights.base + k &* microphones
        var (re, im): (Int64, Int64) = (0, 0)
        for m in 0..<microphones {
            let x = spectra.bins(m)[k]
            let (real, imaginary) = (Int64((x.re &>> 2) &>> shifts.base[m]), Int64((x.im &>> 2) &>> shifts.base[m]))
            re &+= Int64(w[m].re) &* real &+ Int64(w[m].im) &* imaginary
            im &+= Int64(w[m].re) &* imaginary &- Int64(w[m].im) &* real
        }
        let limit: Int64 = 1 &<< 30 &- 1
        return ComplexInt32(
            re: Int32(truncatingIfNeeded: max(min(roundingShift(re, 28), limit), 0 &- limit)),
            im: Int32(truncatingIfNeeded: max(min(roundingShift(im, 28), limit), 0 &- limit)))
    }

    /// `vector` from one bin of all microphones, the largest part in 2^13 ..< 2^14.
    @_noAllocation @_noLocks
    private func gather(_ spectra: borrowing ArraySpectra, _ k: Int) {
        var bits: Int32 = 0
        for m in 0..<microphones {
            let x = spectra.bins(m)[k]
            let isWell = active & (1 &<< UInt8(truncatingIfNeeded: m)) != 0
            let value =
                isWell
                ? ComplexInt32(re: x.re &>> shifts.base[m], im: x.im &>> shifts.base[m]) : ComplexInt32(re: 0, im: 0)
            vector.base[m] = value
            bits |= magnitudeBits(value.re) | magnitudeBits(value.im)
        }
        let excess = 17 &- Int32(truncatingIfNeeded: headroom(bits))
        let (left, right) = (max(0 &- excess, 0), max(excess, 0))
        for m in 0..<microphones {
            vector.base[m].re = (vector.base[m].re &<< left) &>> right
            vector.base[m].im = (vector.base[m].im &<< left) &>> right
        }
    }

    /// New weights for one bin.
    @_noAllocation @_noLocks
    private func solve(_ k: Int) {
        gatherNoise(k)
        gatherTalker(k)
        solver.solve(wellCount)
        let (v, h) = (solver.solution.base, solver.right.base)
        var power: Int64 = 0
        for i in 0..<wellCount {
            power &+= Int64(h[i].re) &* Int64(v[i].re) &+ Int64(h[i].im) &* Int64(v[i].im)
        }
        guard power > 1 &<< 20 else { return }
        for i in 0..<wellCount {
            let index = k &* microphones &+ well.base[i]
            eigenvectors.base[index] = v[i]
            let re = Int64(v[i].re) &* Int64(h[0].re) &+ Int64(v[i].im) &* Int64(h[0].im)
            let im = Int64(v[i].im) &* Int64(h[0].re) &- Int64(v[i].re) &* Int64(h[0].im)
            weights.base[index] = ComplexInt32(re: ratioQ27(re, power), im: ratioQ27(im, power))
        }
    }

    /// R into the solver.
    @_noAllocation @_noLocks
    private func gatherNoise(_ k: Int) {
        let (noise, prior) = (statistics.noise(k), field.triangle(k))
        var target = solver.matrix.base
        for i in 0..<wellCount {
            let start = (well.base[i] &* (well.base[i] &+ 1)) &>> 1
            for j in 0...i {
                let element = start &+ well.base[j]
                target[0] = ComplexInt32(re: noise[element].re &+ prior[element], im: noise[element].im)
                target += 1
            }
        }
    }

    /// h into the solver: (C / 4 + d d^H / M) v / 16.
    @_noAllocation @_noLocks
    private func gatherTalker(_ k: Int) {
        let talker = statistics.talker(k)
        let v = eigenvectors.base + k &* microphones
        var (waveRe, waveIm): (Int64, Int64) = (0, 0)
        for i in 0..<wellCount {
            let m = well.base[i]
            let d = steering.phasorQ14(bin: k, leadQ32: steering.leadQ32(direction: finder.index, microphone: m))
            wave.base[i] = d
            waveRe &+= Int64(d.re) &* Int64(v[m].re) &+ Int64(d.im) &* Int64(v[m].im)
            waveIm &+= Int64(d.re) &* Int64(v[m].im) &- Int64(d.im) &* Int64(v[m].re)
        }
        waveRe /= Int64(wellCount)
        waveIm /= Int64(wellCount)
        for i in 0..<wellCount {
            var (re, im): (Int64, Int64) = (0, 0)
            for j in 0..<wellCount {
                let (row, column) = (well.base[max(i, j)], well.base[min(i, j)])
                let c = talker[(row &* (row &+ 1)) &>> 1 &+ column]
                let imaginary = i >= j ? c.im : 0 &- c.im
                let x = v[well.base[j]]
                re &+= Int64(c.re) &* Int64(x.re) &- Int64(imaginary) &* Int64(x.im)
                im &+= Int64(c.re) &* Int64(x.im) &+ Int64(imaginary) &* Int64(x.re)
            }
            let d = wave.base[i]
            let fromWaveRe = (waveRe &* Int64(d.re) &- waveIm &* Int64(d.im)) &>> 32
            let fromWaveIm = (waveRe &* Int64(d.im) &+ waveIm &* Int64(d.re)) &>> 32
            solver.right.base[i] = ComplexInt32(
                re: Int32(truncatingIfNeeded: re &>> 36 &+ fromWaveRe), im: Int32(truncatingIfNeeded: im &>> 36 &+ fromWaveIm))
        }
    }
}

/// `value` / `scale` in Q27, within +-4; `scale` is positive.
@_noAllocation @_noLocks
private func ratioQ27(_ value: Int64, _ scale: Int64) -> Int32 {
    let excess = 33 &- Int64(scale.leadingZeroBitCount)
    let (left, right) = (max(0 &- excess, 0), max(excess, 0))
    let numerator = max(min((value &<< left) &>> right, 1 &<< 34), -(1 &<< 34))
    let quotient = (numerator &<< 27) / max((scale &<< left) &>> right, 1)
    return Int32(truncatingIfNeeded: max(min(quotient, 1 &<< 29), -(1 &<< 29)))
}
