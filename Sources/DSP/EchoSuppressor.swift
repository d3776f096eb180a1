/// Takes out of a spectrum what the canceller left of the echo; the near end first.
///
/// Per bin a Wiener gain against the expected residual echo R, with the decision-directed rule in powers:
///
///     P = a |G' E'|^2 + (1 - a) max(|E|^2 - o R, 0)         G = P / (P + o R)
///
/// (E' and G' of the frame before; P / (o R) is the a-priori ratio.) While nobody but the loudspeaker talks the weight o is 4.8 and
/// a 0.85; o is 3.4 as soon as something speaks for a talker (`EchoResidual.suspicionQ15`), and the surer the near end
/// (`certaintyQ15`), the gentler, down to 0.1 and 0.7. What is taken away is
/// replaced by `ComfortNoise`, so that echo ends in the room's own hush and not in holes.
/// Source: Ephraim and Malah, "Speech enhancement using a minimum mean-square error short-time spectral amplitude estimator", 1984;
/// the weight's course is ours.
///
/// Headroom: |E|^2 is at most 2^47, o R below 2^60.
public struct EchoSuppressor: ~Copyable {
    private let gains = FixedArray<Int32>(count: 257, repeating: 32_768)
    /// |G' E'|^2.
    private let clean = FixedArray<Int64>(count: 257, repeating: 0)
    private var comfort = ComfortNoise()

    public init() {}

    /// Gain of each bin in the newest frame, Q15 (32768 is 1); 257 values.
    public var gainsQ15: UnsafePointer<Int32> { UnsafePointer(gains.base) }

    /// Renews `gainsQ15`.
    ///
    /// - Parameter residual: has seen the frame.
    @_noAllocation @_noLocks
    public mutating func process(_ residual: borrowing EchoResidual) {
        // 2^(2.25 - 0.5 suspicion - 5.07 certainty), Q8.
        let weightQ8 = Int64(Log2.power(671_744 &- residual.suspicionQ15 &- multiplyQ15(332_000, residual.certaintyQ15)))
        let memoryQ8 = Int64(218 &- (39 &* residual.certaintyQ15) &>> 15)
        for band in 0..<EchoBands.count {
            let (factorQ14, spread) = residual.expectation(band, weightQ8: weightQ8)
            for bin in residual.map.edges.base[band]..<residual.map.edges.base[band &+ 1] {
                let echo = wholeSteps(residual.model.base[bin], factorQ14) &+ spread
                let heard = residual.power.base[bin]
                let prior = (memoryQ8 &* clean.base[bin] &+ (256 &- memoryQ8) &* max(heard &- echo, 0)) &>> 8 &+ 1
                let gain = (prior &<< 15) / (prior &+ echo)
                gains.base[bin] = Int32(truncatingIfNeeded: gain)
                clean.base[bin] = (heard &* ((gain &* gain) &>> 15)) &>> 15
            }
        }
    }

    /// Multiplies the frame by the gains and fills up what they took from the noise.
    ///
    /// - Parameters:
    ///   - spectrum: the frame; its logarithms stay as they were.
    ///   - noise: the noise in it.
    @_noAllocation @_noLocks
    public mutating func apply(to spectrum: inout Spectrum, _ noise: borrowing NoiseEstimator) {
        comfort.aim(spectrum.exponent, noise)
        let bins = spectrum.bins.base
        for bin in 0..<Spectrum.binCount {
            let gain = gains.base[bin]
            let (value, added) = (bins[bin], comfort.next(bin, gainQ15: gain))
            bins[bin] = ComplexInt32(
                re: multiplyQ15(value.re, gain) &+ added.re, im: multiplyQ15(value.im, gain) &+ added.im)
        }
    }
}
