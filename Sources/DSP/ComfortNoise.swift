/// Noise like the room's own, for the bins of a spectrum from which a suppressor has taken something away.
///
/// A gain G leaves G^2 of the noise's power N; 1 - G^2 of it is added, with random real and imaginary parts. For sqrt(1 - G^2) stands
/// 1 - G^3, at most 1.3 dB off in the sum's power. So it comes and goes with the gain, and nothing is added where nothing was
/// taken. Frames that know nothing of each other lose 3.2 dB where the synthesizer overlaps them, which is made up for; the
/// whole stands 1 dB below N, because an estimate may be too high.
struct ComfortNoise: ~Copyable {
    private var random: UInt64 = 0x2545_F491_4F6C_DD1D
    /// What the parts of each bin's noise reach, sample steps in Q35: a quarter of them renewed per frame, for the noise changes slowly.
    private let amplitudes = FixedArray<Int64>(count: 257, repeating: 0)
    private var turn = 0
    /// From Q35 to the spectrum's unit.
    private var right: Int64 = 0

    init() {}

    /// A frame begins.
    ///
    /// - Parameters:
    ///   - exponent: the spectrum's.
    ///   - noise: the noise that is to be made up for.
    @_noAllocation @_noLocks
    mutating func aim(_ exponent: Int, _ noise: borrowing NoiseEstimator) {
        turn = (turn &+ 1) & 3
        for bin in stride(from: turn, to: 257, by: 4) {
            // 2.1 x 0.8, and 1.5 for parts spread evenly over -1...1: 1.333 octaves of power. And four octaves for Q4.
            amplitudes.base[bin] = Int64(Log2.power(noise.logNoiseQ16[bin] &>> 1 &+ 43_680 &+ 4 &* Log2.one)) &<< 31
        }
        right = Int64(max(min(35 &+ exponent, 62), 0))
    }

    /// What is added to one bin, mantissa within +-2^28.
    ///
    /// - Parameter gainQ15: G, 0...32768.
    @_noAllocation @_noLocks @inline(__always)
    mutating func next(_ bin: Int, gainQ15: Int32) -> ComplexInt32 {
        let amplitude = min(amplitudes.base[bin] &>> right, 1 &<< 28)
        let cubeQ15 = (((gainQ15 &* gainQ15) &>> 15) &* gainQ15) &>> 15
        let share = (amplitude &* Int64(32_768 &- cubeQ15)) &>> 15
        // A linear congruential generator (Knuth's MMIX); its high bits are the good ones.
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let (re, im) = (Int64(bitPattern: random) &>> 48, Int64(bitPattern: random &<< 16) &>> 48)
        return ComplexInt32(
            re: Int32(truncatingIfNeeded: (share &* re) &>> 15), im: Int32(truncatingIfNeeded: (share &* im) &>> 15))
    }
}
