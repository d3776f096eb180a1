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
    ///   - x: one value per microphone, parts below 2^14, the largest at least 2^13.
    ///   - talkerRateQ15: the share of the new frame in the talker's covariance, 0...32768.
    ///   - noiseRateQ15: the same in the other one.
    @_noAllocation @_noLocks
    func learn(_ bin: Int, _ x: UnsafePointer<ComplexInt32>, talkerRateQ15: Int32, noiseRateQ15: Int32) {
        var power: Int64 = 0
        for i in 0..<microphones { power &+= x[i].power }
        guard power > 0 else { return }
        let unit = (1 &<< 47) / power
        if talkerRateQ15 > 15 { add(x, unit, Int64(talkerRateQ15), talker.base + bin &* packedCount) }
        if noiseRateQ15 > 15 { add(x, unit, Int64(noiseRateQ15), noise.base + bin &* packedCount) }
    }

    /// `triangle` += rate (x x^H / |x|^2 - `triangle`); `unit` is 2^47 / |x|^2, at most 2^21.
    @_noAllocation @_noLocks @inline(__always)
    private func add(
        _ x: UnsafePointer<ComplexInt32>, _ unit: Int64, _ rateQ15: Int64, _ triangle: UnsafeMutablePointer<ComplexInt32>
    ) {
        var element = triangle
        let weight = unit &* rateQ15
        let keepQ15 = 32_768 &- rateQ15
        for i in 0..<microphones {
            let a = x[i]
            for j in 0...i {
                let b = x[j]
                let re = Int64(a.re) &* Int64(b.re) &+ Int64(a.im) &* Int64(b.im)
                let im = Int64(a.im) &* Int64(b.re) &- Int64(a.re) &* Int64(b.im)
                // |x_i x_j| is at most |x|^2, so the product stays below 2^62.
                element[0].re = Int32(truncatingIfNeeded: (Int64(element[0].re) &* keepQ15) &>> 15 &+ (re &* weight) &>> 32)
                element[0].im = Int32(truncatingIfNeeded: (Int64(element[0].im) &* keepQ15) &>> 15 &+ (im &* weight) &>> 32)
                element += 1
            }
        }
    }
}
