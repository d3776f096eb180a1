/// How the microphones of an array move together, per bin: one covariance of the talker, one of everything else.
///
/// Each frame adds x x^H / max(p, |x|^2 / 8) to both, weighted by the mask and by what the mask leaves; p is |x|^2 smoothed over
/// a second. So the loud frames of a voice, which say most about its place, count most; but a door that slams counts at most
/// eight times as much as an ordinary frame, and no format ever changes.
/// Source: Souden, Benesty and Affes, "On optimal frequency-domain multichannel linear filtering for noise reduction", 2010;
/// Heymann, Drude and Haeb-Umbach, "Neural network based spectral mask estimation for acoustic beamforming", 2016.
///
/// Formats: Q27; a trace is about 1 and at most 8, so parts stay below 2^30 + 2^10. A triangle is packed by rows: element
/// (i, j <= i) = x_i conj(x_j) stands at i (i + 1) / 2 + j, microphones that are left out leaving no gap.
struct SpatialStatistics: ~Copyable {
    private let packedCount: Int
    private let talker: FixedArray<ComplexInt32>
    private let noise: FixedArray<ComplexInt32>
    /// p in squared sample steps, Q10, per bin.
    private let powers = FixedArray<Int64>(count: Spectrum.binCount, repeating: 0)

    init(microphones: Int) {
        packedCount = microphones * (microphones + 1) / 2
        talker = FixedArray(count: packedCount * Spectrum.binCount, repeating: ComplexInt32(re: 0, im: 0))
        noise = FixedArray(count: packedCount * Spectrum.binCount, repeating: ComplexInt32(re: 0, im: 0))
    }

    /// Forgets everything.
    @_noAllocation @_noLocks
    func clear() {
        talker.base.update(repeating: ComplexInt32(re: 0, im: 0), count: talker.count)
        noise.base.update(repeating: ComplexInt32(re: 0, im: 0), count: noise.count)
        powers.base.update(repeating: 0, count: powers.count)
    }

    /// The talker's triangle at one bin.
    @_noAllocation @_noLocks @inline(__always)
    func talker(_ bin: Int) -> UnsafePointer<ComplexInt32> { UnsafePointer(talker.base + bin &* packedCount) }

    /// The triangle of everything else.
    @_noAllocation @_noLocks @inline(__always)
    func noise(_ bin: Int) -> UnsafePointer<ComplexInt32> { UnsafePointer(noise.base + bin &* packedCount) }

    /// The sum of the diagonal of a triangle of `count` microphones, Q27.
    @_noAllocation @_noLocks @inline(__always)
    func trace(_ triangle: UnsafePointer<ComplexInt32>, _ count: Int) -> Int64 {
        var sum: Int64 = 0
        var index = 0
        for i in 0..<count {
            sum &+= Int64(triangle[index].re)
            index &+= i &+ 2
        }
        return sum
    }

    /// Adds one frame's bin.
    ///
    /// - Parameters:
    ///   - x: `count` values, parts below 2^14, the largest at least 2^13, so |x|^2 is in 2^26 ..< 2^32.
    ///   - exponent: `x` times 2^`exponent` is in sample steps.
    ///   - visits: how often this bin has been learnt, this time included, at most 50: p becomes the mean of so many.
    ///   - talkerRateQ15: the share of the new frame in the talker's covariance, 0...32768.
    ///   - noiseRateQ15: the same in the other one.
    @_noAllocation @_noLocks
    func learn(
        _ bin: Int, _ x: UnsafePointer<ComplexInt32>, _ count: Int, exponent: Int, visits: Int32, talkerRateQ15: Int32,
        noiseRateQ15: Int32
    ) {
        var power: Int64 = 0
        for i in 0..<count { power &+= x[i].power }
        guard power > 0 else { return }
        // 2^48 / |x|^2 times |x|^2 / max(p, |x|^2 / 8): products with x_i conj(x_j) stay below 2^51.
        let unit = ((1 &<< 50) / power &* loudnessQ12(bin, power, exponent, visits)) &>> 14
        var (inTalker, inNoise) = (talker.base + bin &* packedCount, noise.base + bin &* packedCount)
        let (talkerRate, noiseRate) = (Int64(talkerRateQ15), Int64(noiseRateQ15))
        for i in 0..<count {
            let a = x[i]
            for j in 0..<i {
                let b = x[j]
                let re = (Int64(a.re &* b.re &+ a.im &* b.im) &* unit) &>> 21
                let im = (Int64(a.im &* b.re &- a.re &* b.im) &* unit) &>> 21
                approach(&inTalker[j].re, re, talkerRate)
                approach(&inTalker[j].im, im, talkerRate)
                approach(&inNoise[j].re, re, noiseRate)
                approach(&inNoise[j].im, im, noiseRate)
            }
            let own = (Int64(a.re &* a.re &+ a.im &* a.im) &* unit) &>> 21
            approach(&inTalker[i].re, own, talkerRate)
            approach(&inNoise[i].re, own, noiseRate)
            inTalker += i &+ 1
            inNoise += i &+ 1
        }
    }

    /// Takes |x|^2 into p; |x|^2 / max(p, |x|^2 / 8).
    @_noAllocation @_noLocks @inline(__always)
    private func loudnessQ12(_ bin: Int, _ power: Int64, _ exponent: Int, _ visits: Int32) -> Int64 {
        let shift = Int64(truncatingIfNeeded: max(min(2 &* exponent &+ 10, 30), -63))
        let now = shift < 0 ? power &>> (0 &- shift) : power &<< shift
        let mean = powers.base[bin] &+ (now &- powers.base[bin]) / Int64(visits)
        powers.base[bin] = mean
        return min(now / max(mean &>> 12, 1), 8 &<< 12)
    }

    @_noAllocation @_noLocks @inline(__always)
    private func approach(_ part: inout Int32, _ value: Int64, _ rateQ15: Int64) {
        part &+= Int32(truncatingIfNeeded: ((value &- Int64(part)) &* rateQ15) &>> 15)
    }
}
