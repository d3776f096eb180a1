/// A beam towards the talker: per bin the weights that let the talker's wave through as the reference microphone hears it and
/// take away as much of everything else as such weights can (MVDR).
///
///     w = R^-1 h  h_0 / (h^H R^-1 h)      h = C e_0 / tr C + g d conj(d_0) / M      R = N / tr N + (0.03 G + 0.005 I) / M
///
/// C and N are the covariances of the talker and of everything else as the mask divides them, G that of a diffuse field, d the
/// plane wave from the found direction and g = min(10 c, 1) / 2 by the finder's confidence c. h is the talker's way to the
/// microphones, relative to the reference: a column of a covariance of rank one is just that. Where C holds nothing but noise
/// the reference microphone passes, and so it does until something is learnt. Half of the bins learn in each frame, in turn,
/// and a third of those are solved. The reference is the first microphone that is well.
///
/// Sources: Capon 1969; Souden, Benesty and Affes 2010 (the column; ours is divided by h^H R^-1 h and not by the trace of
/// R^-1 C, so that no bin loses level); Gannot, Burshtein and Weinstein, "Signal enhancement using beamforming and
/// nonstationarity with applications to speech", 2001 (relative transfer function); Cox, Zeskind and Owen, "Robust adaptive
/// beamforming", 1987.
///
/// Formats: weights Q26 within +-8 (a row of four needs 4.5 at 344 Hz); R Q30 of a trace of about 1; h Q26, below 2^27; v = R^-1 h
/// below 2^28, its scale being free.
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

    /// Frames in which every bin is solved once; a multiple of the two in which every bin learns, so that what is solved has just learnt.
    private static var turns: Int { 6 }

    private let microphones: Int
    private let steering: SteeringVectors
    private let field: DiffuseField
    private let statistics: SpatialStatistics
    private let solver = HermitianSolver()
    private var finder: DirectionFinder
    private var health: MicrophoneHealth

    /// w Q26, [microphone][bin].
    private let weights: FixedArray<ComplexInt32>
    private let sumsRe = FixedArray<Int64>(count: Spectrum.binCount, repeating: 0)
    private let sumsIm = FixedArray<Int64>(count: Spectrum.binCount, repeating: 0)
    /// The microphones that are well, in order, `wellCount` of them.
    private let well = FixedArray<Int>(count: 8, repeating: 0)
    private var wellCount = 0
    private var active: UInt8 = 0
    /// By how much the mantissas of each of these are shifted right to the common exponent.
    private let shifts = FixedArray<Int32>(count: 8, repeating: 0)
    private let vector = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))
    /// Learnt since the microphones last changed, at most 300.
    private var frames: Int32 = 0
    /// 0 ..< `turns`.
    private var turn = 0

    public init(geometry: ArrayGeometry) {
        microphones = geometry.positions.count
        steering = SteeringVectors(geometry)
        field = DiffuseField(geometry, weightQ15: 983, loadingQ15: 164)
        statistics = SpatialStatistics(microphones: microphones)
        finder = DirectionFinder(steering)
        health = MicrophoneHealth(microphones: microphones)
        weights = FixedArray(count: microphones * Spectrum.binCount, repeating: ComplexInt32(re: 0, im: 0))
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
        let common = spectra.commonExponent()
        for i in 0..<wellCount {
            shifts.base[i] = Int32(truncatingIfNeeded: min(common &- spectra.exponent(well.base[i]), 29))
            let w = UnsafePointer(weights.base + well.base[i] &* Spectrum.binCount)
            add(spectra.bins(well.base[i]), w, Int64(shifts.base[i] &+ 2))
        }
        let limit: Int64 = 1 &<< 30 &- 1
        for k in 0..<Spectrum.binCount {
            beam.bins.base[k] = ComplexInt32(
                re: Int32(truncatingIfNeeded: max(min(roundingShift(sumsRe.base[k], 27), limit), 0 &- limit)),
                im: Int32(truncatingIfNeeded: max(min(roundingShift(sumsIm.base[k], 27), limit), 0 &- limit)))
            sumsRe.base[k] = 0
            sumsIm.base[k] = 0
        }
        beam.exponent = common &+ 3
    }

    /// Takes in what the mask says about the frame that `form` has just seen, for the frames to come.
    ///
    /// - Parameters:
    ///   - spectra: those that `form` had.
    ///   - maskQ15: the expected |S| / |Y| of each of the 257 bins, 0...32768.
    ///   - isEcho: whether the loudspeaker may be heard: then nothing is learnt.
    @_noAllocation @_noLocks
    public mutating func learn(_ spectra: borrowing ArraySpectra, maskQ15: UnsafePointer<Int32>, isEcho: Bool) {
        guard !isEcho else { return }
        learnHalf(spectra, maskQ15)
        finder.look(statistics, steering, well: UnsafePointer(well.base), count: wellCount)
        var k = 1 &+ turn
        while k < Spectrum.binCount &- 1 {
            solve(k)
            k &+= Self.turns
        }
        turn = (turn &+ 1) % Self.turns
    }

    /// Every second bin, with time constants of 0.4 s of speech and 3 s of everything else, shorter in the first three seconds.
    @_noAllocation @_noLocks
    private mutating func learnHalf(_ spectra: borrowing ArraySpectra, _ maskQ15: UnsafePointer<Int32>) {
        frames = min(frames &+ 1, 300)
        let visits = (frames &+ 1) &>> 1
        let noiseRate = 32_768 / visits
        let common = spectra.commonExponent()
        var k = 1 &+ turn & 1
        while k < Spectrum.binCount &- 1 {
            let exponent = gather(spectra, k, common)
            let share = (maskQ15[k] &* (maskQ15[k] &>> 1)) &>> 14
            statistics.learn(
                k, UnsafePointer(vector.base), wellCount, exponent: exponent, visits: min(visits, 50),
                talkerRateQ15: (maskQ15[k] &* 1_638) &>> 15,
                noiseRateQ15: ((32_768 &- share) &* (noiseRate &>> 1)) &>> 14)
            k &+= 2
        }
    }

    /// Starts anew with the microphones that are well.
    @_noAllocation @_noLocks
    private mutating func adopt() {
        active = ~health.deaf & (0xFF &>> UInt8(truncatingIfNeeded: 8 &- microphones))
        frames = 0
        wellCount = 0
        for m in 0..<microphones where active & (1 &<< UInt8(truncatingIfNeeded: m)) != 0 {
            well.base[wellCount] = m
            wellCount &+= 1
        }
        statistics.clear()
        for index in 0..<weights.count {
            let isReference = index / Spectrum.binCount == well.base[0]
            weights.base[index] = ComplexInt32(re: isReference ? 1 &<< 26 : 0, im: 0)
        }
    }

    /// conj(w) x of one microphone to the sums, Q27 of an eighth of the common unit: below 2^61 before it is shifted and 2^59 after.
    @_noAllocation @_noLocks
    private func add(_ x: UnsafePointer<ComplexInt32>, _ w: UnsafePointer<ComplexInt32>, _ shift: Int64) {
        for k in 0..<Spectrum.binCount {
            let (re, im) = (Int64(x[k].re), Int64(x[k].im))
            sumsRe.base[k] &+= (Int64(w[k].re) &* re &+ Int64(w[k].im) &* im) &>> shift
            sumsIm.base[k] &+= (Int64(w[k].re) &* im &- Int64(w[k].im) &* re) &>> shift
        }
    }

    /// `vector` from one bin of the microphones that are well, the largest part in 2^13 ..< 2^14; its exponent.
    @_noAllocation @_noLocks
    private func gather(_ spectra: borrowing ArraySpectra, _ k: Int, _ common: Int) -> Int {
        let bins = spectra.bins(0) + k
        var bits: Int32 = 0
        for i in 0..<wellCount {
            let x = bins[well.base[i] &* Spectrum.binCount]
            let value = ComplexInt32(re: x.re &>> shifts.base[i], im: x.im &>> shifts.base[i])
            vector.base[i] = value
            bits |= magnitudeBits(value.re) | magnitudeBits(value.im)
        }
        // To the left until nothing is free, then back: one loop for loud and quiet.
        let free = headroom(bits)
        let left = Int32(truncatingIfNeeded: free)
        for i in 0..<wellCount {
            vector.base[i].re = (vector.base[i].re &<< left) &>> 17
            vector.base[i].im = (vector.base[i].im &<< left) &>> 17
        }
        return common &+ 17 &- free
    }

    /// New weights for one bin.
    @_noAllocation @_noLocks
    private func solve(_ k: Int) {
        gatherTalker(k)
        let (v, h) = (solver.solution.base, solver.right.base)
        guard h[0].re > 0 else { return }
        gatherNoise(k)
        solver.solve(wellCount)
        var power: Int64 = 0
        for i in 0..<wellCount {
            power &+= Int64(h[i].re) &* Int64(v[i].re) &+ Int64(h[i].im) &* Int64(v[i].im)
        }
        guard power > 1 &<< 40 else { return }
        // h_0 / (h^H v) Q57, below 2^33: then products with v stay below 2^61.
        let gain = min((Int64(h[0].re) &<< 30) / (power &>> 27), 1 &<< 33)
        for i in 0..<wellCount {
            weights.base[well.base[i] &* Spectrum.binCount &+ k] = ComplexInt32(
                re: weightQ26(Int64(v[i].re) &* gain), im: weightQ26(Int64(v[i].im) &* gain))
        }
    }

    /// R into the solver.
    @_noAllocation @_noLocks
    private func gatherNoise(_ k: Int) {
        let (noise, prior) = (statistics.noise(k), field.triangle(k))
        let scale = (1 &<< 47) / max(statistics.trace(noise, wellCount), 1 &<< 17)
        let target = solver.matrix.base
        var index = 0
        for i in 0..<wellCount {
            let row = prior + (well.base[i] &* (well.base[i] &+ 1)) &>> 1
            for j in 0...i {
                let re = (Int64(noise[index].re) &* scale) &>> 17
                let im = (Int64(noise[index].im) &* scale) &>> 17
                target[index].re = Int32(truncatingIfNeeded: re) &+ row[well.base[j]]
                target[index].im = Int32(truncatingIfNeeded: im)
                index &+= 1
            }
        }
    }

    /// h into the solver.
    @_noAllocation @_noLocks
    private func gatherTalker(_ k: Int) {
        let talker = statistics.talker(k)
        let trace = statistics.trace(talker, wellCount)
        let scale = (1 &<< 47) / max(trace, 1 &<< 21)
        // g / M in Q15 x 8.
        let weight = finder.index < 0 ? 0 : min(Int32(finder.confidenceQ15) &* 40, 131_072) / Int32(truncatingIfNeeded: wellCount)
        for i in 0..<wellCount {
            let element = talker[(i &* (i &+ 1)) &>> 1]
            var re = (Int64(element.re) &* scale) &>> 21
            var im = (Int64(element.im) &* scale) &>> 21
            if weight > 0 {
                let lead = steering.leadsQ32(well.base[i])[finder.index] &- steering.leadsQ32(well.base[0])[finder.index]
                let wave = steering.phasorQ14(bin: k, leadQ32: lead)
                re &+= (Int64(wave.re) &* Int64(weight)) &>> 6
                im &+= (Int64(wave.im) &* Int64(weight)) &>> 6
            }
            solver.right.base[i] = ComplexInt32(re: Int32(truncatingIfNeeded: re), im: Int32(truncatingIfNeeded: im))
        }
    }
}

/// Q57 to Q26, within +-8.
@_noAllocation @_noLocks @inline(__always)
private func weightQ26(_ product: Int64) -> Int32 {
    Int32(truncatingIfNeeded: max(min(product &>> 31, 1 &<< 29), -(1 &<< 29)))
}
