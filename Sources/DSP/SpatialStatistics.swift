/// How the microphones of an array move together, per bin: one covariance of the talker, one of everything else.
///
/// Each frame adds x x^H / |x|^2 to both, weighted by the mask and by what the mask leaves: phases and level differences count,
/// loudness does not, so a door that slams is one frame among many and no format ever changes. A covariance starts at zero
/// and approaches a trace of 1, which is thus a measure of how much has been seen.
/// Source: Souden, Benesty and Affes, "On optimal frequency-domain multichannel linear filtering for noise reduction", 2010;
/// Heymann, Drude and Haeb-Umbach, "Neural network based spectral mask estimation for acoustic beamforming", 2016.
///
/// Formats: Q30, below 1 + 2^-10 in size. A triangle is packed by rows: element (i, j <= i) = x_i conj(x_j) stands at
/// i (i + 1) / 2 + j.
struct SpatialStatistics: ~Copyable {
    let packedCount: Int
    private let microphones: Int
    private let talker: FixedArray<ComplexInt32>
    private let noise: FixedArray<ComplexInt32>

    init(microphones: Int) {
        self.microphones = microphones
        packedCount = microphones * (microphones + 1) / 2
        talker = FixedArray(count: packedCount * Spectrum.binCount, repeating: ComplexInt32(re: 0, im: 0))
        noise = FixedArray(count: packedCount * Spectrum.binCount, repeating: ComplexInt32(re: 0, im: 0))
    }

    /// The talker's triangle at one bin.
    @_noAllocation @_noLocks @inline(__always)
    func talker(_ bin: Int) -> UnsafePointer<ComplexInt32> { UnsafePointer(talker.base + bin &* packedCount) }

    /// The triangle of everything else.
    @_noAllocation @_noLocks @inline(__always)
    func noise(_ bin: Int) -> UnsafePointer<ComplexInt32> { UnsafePointer(noise.base + bin &* packedCount) }

    /// The sum of a triangle's diagonal, Q30.
    @_noAllocation @_noLocks @inline(__always)
    func trace(_ triangle: UnsafePointer<ComplexInt32>) -> Int64 {
        var sum: Int64 = 0
        for i in 0..<microphones {
            sum &+= Int64(triangle[(i &* (i &+ 3)) &>> 1].re)
        }
        return sum
    }

    /// Adds one frame's bin.
    ///
    /// - Parameters:
    ///   - x: one value per microphone, parts below 2^14, the largest at least 2^13 (then 2^47 / |x|^2 is at most 2^21).
    ///   - talkerRateQ15: the share of the new frame in the talker's covariance, 0...32768.
    ///   - noiseRateQ15: the same in the other one.
    @_noAllocation @_noLocks
    func learn(_ bin: Int, _ x: UnsafePointer<ComplexInt32>, talkerRateQ15: Int32, noiseRateQ15: Int32) {
        var power: Int64 = 0
        for i in 0..<microphones { power &+= x[i].power }
        guard power > 0 else { return }
        let unit = (1 &<< 47) / power
        let start = bin &* packedCount
        var (inTalker, inNoise) = (talker.base + start, noise.base + start)
        let (talkerRate, noiseRate) = (Int64(talkerRateQ15), Int64(noiseRateQ15))
        for i in 0..<microphones {
            let a = x[i]
            for j in 0...i {
                // |x_i x_j| is at most |x|^2, so the products stay below 2^47.
                let b = x[j]
                let re = ((Int64(a.re) &* Int64(b.re) &+ Int64(a.im) &* Int64(b.im)) &* unit) &>> 17
                let im = ((Int64(a.im) &* Int64(b.re) &- Int64(a.re) &* Int64(b.im)) &* unit) &>> 17
                approach(&inTalker[0], re, im, talkerRate)
                approach(&inNoise[0], re, im, noiseRate)
                inTalker += 1
                inNoise += 1
            }
        }
    }

    @_noAllocation @_noLocks @inline(__always)
    private func approach(_ element: inout ComplexInt32, _ re: Int64, _ im: Int64, _ rateQ15: Int64) {
        element.re &+= Int32(truncatingIfNeeded: ((re &- Int64(element.re)) &* rateQ15 &+ 16_384) &>> 15)
        element.im &+= Int32(truncatingIfNeeded: ((im &- Int64(element.im)) &* rateQ15 &+ 16_384) &>> 15)
    }
}
