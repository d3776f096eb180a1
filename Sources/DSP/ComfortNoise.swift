/// Noise like the room's own, for the bins of a spectrum from which a suppressor has taken something away.
///
/// A gain G leaves G^2 of the noise's power N; 1 - G^2 of it is added, with random real and imaginary parts. For sqrt(1 - G^2) stands
/// 1 - G^3, at most 1.3 dB off in the sum's power. So it comes and goes with the gain, and nothing is added where nothing was
/// taken. Frames that know nothing of each other lose 3.2 dB where the synthesizer overlaps them, which is made up for; the
/// whole stands 1 dB below N, because an estimate may be too high.
struct ComfortNoise: ~Copyable {
    private var random: UInt32 = 0x2545_F491
    /// What brings half of log2 N to the parts' amplitude in the spectrum's unit, octaves in Q16.
    private var unitQ16: Int32 = 0

    init() {}

    /// A frame begins.
    ///
    /// - Parameter exponent: the spectrum's.
    @_noAllocation @_noLocks @inline(__always)
    mutating func aim(_ exponent: Int) {
        // 2.1 x 0.8, and 1.5 for parts spread evenly over -1...1: 1.333 octaves of power.
        unitQ16 = 43_680 &- Int32(truncatingIfNeeded: max(min(exponent, 60), -60)) &* Log2.one
    }

    /// What is added to one bin, mantissa within +-2^28.
    ///
    /// - Parameters:
    ///   - logNoiseQ16: log2 of N.
    ///   - gainQ15: G, 0...32768.
    @_noAllocation @_noLocks @inline(__always)
    mutating func next(logNoiseQ16: Int32, gainQ15: Int32) -> ComplexInt32 {
        let amplitude = min(Log2.power(logNoiseQ16 &>> 1 &+ unitQ16), 1 &<< 28)
        let cubeQ15 = (((gainQ15 &* gainQ15) &>> 15) &* gainQ15) &>> 15
        let share = multiplyQ15(amplitude, 32_768 &- cubeQ15)
        // A linear congruential generator; its high bits are the good ones.
        random = random &* 1_664_525 &+ 1_013_904_223
        let re = Int32(bitPattern: random) &>> 16
        random = random &* 1_664_525 &+ 1_013_904_223
        let im = Int32(bitPattern: random) &>> 16
        return ComplexInt32(re: multiplyQ15(share, re), im: multiplyQ15(share, im))
    }
}
