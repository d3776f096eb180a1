/// Takes out of a spectrum what the canceller left of the echo, down to somewhat below the noise; the near end first.
///
/// A Wiener gain per band, 1 - o R / E, with R from `EchoResidual`. The weight o is 4 while nobody but the loudspeaker talks and
/// falls to 1/2 as near-end speech shows. A band is never pushed more than 6 dB below the noise, so that echo ends in the
/// room's own hush and not in holes.
struct EchoSuppressor: ~Copyable {
    private let bandGains = FixedArray<Int32>(count: 20, repeating: 32_768)
    private let gains = FixedArray<Int32>(count: 257, repeating: 32_768)
    private let suppressed = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    private var synthesizer = SpectrumSynthesizer()
    /// `EchoResidual.nearEndQ15`, falling with a time constant of 0.16 s, so that the ends of words survive.
    private var heldNearEndQ15: Int64 = 0

    init() {}

    /// One frame, 160 samples out, `SpectrumSynthesizer.delaySamples` behind the input.
    ///
    /// - Parameters:
    ///   - analyzer: what the canceller left.
    ///   - residual: has seen the frame.
    ///   - moreGainsQ15: 257 factors on top, Q15, such as a noise suppressor's; nil for none.
    ///   - output: receives 160 samples.
    @_noAllocation @_noLocks
    mutating func process(
        _ analyzer: borrowing SpectrumAnalyzer, _ residual: borrowing EchoResidual, moreGainsQ15: UnsafePointer<Int32>?,
        into output: UnsafeMutablePointer<Int16>
    ) {
        heldNearEndQ15 = max(Int64(residual.nearEndQ15), (heldNearEndQ15 &* 15) &>> 4)
        let weightQ8 = 1_024 &- (896 &* heldNearEndQ15) &>> 15
        for band in 0..<EchoBands.count {
            let gain = Self.gain(
                residual: residual.smoothedResidual.base[band], expected: residual.expected.base[band],
                noise: residual.noise.base[band],
                weightQ8: weightQ8)
            bandGains.base[band] = max(gain, bandGains.base[band] &>> 1)
        }
        residual.spread(UnsafePointer(bandGains.base), into: gains.base)
        apply(analyzer, moreGainsQ15)
        synthesizer.process(UnsafePointer(suppressed.base), exponent: analyzer.exponent, into: output)
    }

    /// Lets a frame through unchanged; its first half is not complete unless the frame before was processed.
    @_noAllocation @_noLocks
    mutating func prime(
        _ analyzer: borrowing SpectrumAnalyzer, moreGainsQ15: UnsafePointer<Int32>?, into output: UnsafeMutablePointer<Int16>
    ) {
        bandGains.base.update(repeating: 32_768, count: bandGains.count)
        gains.base.update(repeating: 32_768, count: gains.count)
        apply(analyzer, moreGainsQ15)
        synthesizer.process(UnsafePointer(suppressed.base), exponent: analyzer.exponent, into: output)
    }

    @_noAllocation @_noLocks
    private func apply(_ analyzer: borrowing SpectrumAnalyzer, _ moreGainsQ15: UnsafePointer<Int32>?) {
        let source = analyzer.bins
        for bin in 0..<SpectrumAnalyzer.binCount {
            var gain = gains.base[bin]
            if let moreGainsQ15 { gain = (gain &* (moreGainsQ15[bin] &>> 1)) &>> 14 }
            suppressed.base[bin] = ComplexInt32(re: multiplyQ15(source[bin].re, gain), im: multiplyQ15(source[bin].im, gain))
        }
    }

    /// Amplitude gain of one band, Q15.
    @_noAllocation @_noLocks
    private static func gain(residual: Int64, expected: Int64, noise: Int64, weightQ8: Int64) -> Int32 {
        let echo = (min(expected, 1 &<< 52) &* weightQ8) &>> 8
        let heard = max(min(residual, 1 &<< 47), 1)
        let wiener = echo >= heard ? 0 : ((heard &- echo) &<< 15) / heard
        let belowNoise = Log2.ofQ16(UInt64(bitPattern: max(noise, 1))) &- Log2.ofQ16(UInt64(bitPattern: heard)) &- 2 &* Log2.one
        let floor = Log2.power(min(belowNoise, 0) / 2 &+ 15 &* Log2.one)
        return max(Int32(truncatingIfNeeded: wiener), floor)
    }
}
