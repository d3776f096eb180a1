/// Turns modified spectra back into samples: the other half of `SpectrumAnalyzer`.
///
/// Only the newest 320 samples of each block are used, under a window whose product with the analysis window is a Hann window
/// of 320, two of which overlap to 1. The overlap is kept in Q8. Unmodified spectra give back the samples to within rounding,
/// `delaySamples` later.
public struct SpectrumSynthesizer: ~Copyable {
    /// Output sample n belongs to input sample n - 160 (10 ms).
    public static var delaySamples: Int { 160 }

    private var fft = FFT()
    private let windowQ15 = FixedArray<Int32>(count: 320, repeating: 0)
    private let block = FixedArray<Int32>(count: 512, repeating: 0)
    private let shaped = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    private let overlapQ8 = FixedArray<Int32>(count: 160, repeating: 0)

    public init() {
        for n in 0..<160 {
            // Hann / analysis while the Hann rises; its square root while it falls.
            let sineQ15 = roundingShift(Int64(phasorQ31(turns: n, over: 640).im), 16)
            windowQ15[n] = Int32(sineQ15 * sineQ15 / Int64(analysisWindowQ15(192 + n)))
            windowQ15[160 + n] = Int32(analysisWindowQ15(352 + n))
        }
    }

    /// - Parameters:
    ///   - spectrum: a frame of `SpectrumAnalyzer`, as it is or changed.
    ///   - output: receives 160 samples, saturated.
    @_noAllocation @_noLocks
    public mutating func process(_ spectrum: borrowing Spectrum, into output: UnsafeMutablePointer<Int16>) {
        synthesize(UnsafePointer(spectrum.bins.base), exponent: spectrum.exponent, into: output)
    }

    /// - Parameters:
    ///   - spectrum: a frame of `SpectrumAnalyzer`.
    ///   - gainsQ15: what each bin is multiplied by, 257 values in 0...32768 (1).
    ///   - output: receives 160 samples, saturated.
    @_noAllocation @_noLocks
    public mutating func process(
        _ spectrum: borrowing Spectrum, gainsQ15: UnsafePointer<Int32>, into output: UnsafeMutablePointer<Int16>
    ) {
        for k in 0..<Spectrum.binCount {
            let bin = spectrum.bins.base[k]
            shaped.base[k] = ComplexInt32(re: multiplyQ15(bin.re, gainsQ15[k]), im: multiplyQ15(bin.im, gainsQ15[k]))
        }
        synthesize(UnsafePointer(shaped.base), exponent: spectrum.exponent, into: output)
    }

    @_noAllocation @_noLocks
    private mutating func synthesize(
        _ bins: UnsafePointer<ComplexInt32>, exponent: Int, into output: UnsafeMutablePointer<Int16>
    ) {
        let unit = exponent &+ fft.inverse(bins, into: block.base)
        // Mantissa x window has Q15; the overlap wants Q8.
        let narrowing = Int64(max(min(7 &- unit, 62), 0))
        let newest = block.base + 192
        for n in 0..<160 {
            let fadeIn = roundingShift(Int64(newest[n]) &* Int64(windowQ15.base[n]), narrowing)
            let sum = saturatedInt32(fadeIn &+ Int64(overlapQ8.base[n]))
            output[n] = saturatedInt16(roundingShift(Int64(sum), 8))
            let fadeOut = roundingShift(Int64(newest[160 &+ n]) &* Int64(windowQ15.base[160 &+ n]), narrowing)
            overlapQ8.base[n] = saturatedInt32(fadeOut)
        }
    }
}
