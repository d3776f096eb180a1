/// The short-time spectrum that suppressor and detector share: one 512-point transform per 10 ms frame of 160 samples.
///
/// The window is lopsided so that 32 ms of the past give 31 Hz bins while `SpectrumSynthesizer` needs only 10 ms of delay: a
/// sine quarter rises over 352 samples, a cosine quarter falls over the newest 160. Source: Mauler and Martin, "A low delay,
/// variable resolution, perfect reconstruction spectral analysis-synthesis system for speech enhancement", 2007.
public struct SpectrumAnalyzer: ~Copyable {
    /// Samples consumed per frame.
    public static var frameSamples: Int { 160 }
    /// Samples under the window.
    public static var windowSamples: Int { 512 }
    /// Bins from DC to 8 kHz, 31.25 Hz apart.
    public static var binCount: Int { 257 }

    /// Bin k of the newest frame is bins[k] x 2^exponent, in units of one sample step. `binCount` values.
    public var bins: UnsafePointer<ComplexInt32> { UnsafePointer(spectrum.base) }
    public private(set) var exponent = 0
    /// log2 of the power of each bin in squared sample steps, Q16, not below 0. `binCount` values; full scale reaches 47.
    public var logPowerQ16: UnsafePointer<Int32> { UnsafePointer(logPower.base) }

    private var fft = FFT(size: 512)
    private let windowQ15 = FixedArray<Int32>(count: 512, repeating: 0)
    private let samples = FixedArray<Int16>(count: 512, repeating: 0)
    private let windowed = FixedArray<Int32>(count: 512, repeating: 0)
    private let spectrum = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    private let logPower = FixedArray<Int32>(count: 257, repeating: 0)

    public init() {
        for n in 0..<512 {
            windowQ15[n] = analysisWindowQ15(n)
        }
    }

    /// Takes the next 160 samples and renews `bins`, `exponent` and `logPowerQ16`.
    @_noAllocation @_noLocks
    public mutating func process(_ frame: UnsafePointer<Int16>) {
        copy(samples.base + 160, to: samples.base, count: 352)
        copy(frame, to: samples.base + 352, count: 160)
        for n in 0..<512 {
            windowed.base[n] = Int32(samples.base[n]) &* windowQ15.base[n]
        }
        exponent = fft.forward(windowed.base, into: spectrum.base) &- 15
        let unit = Int32(truncatingIfNeeded: exponent) &<< 17
        for k in 0..<257 {
            logPower.base[k] = max(Log2.ofQ16(UInt64(bitPattern: spectrum.base[k].power)) &+ unit, 0)
        }
    }
}

/// Turns modified spectra back into samples: the other half of `SpectrumAnalyzer`.
///
/// Only the newest 320 samples of each block are used, under a window whose product with the analysis window is a Hann window
/// of 320, two of which overlap to 1. The overlap is kept in Q8. Unmodified spectra give back the samples to within rounding,
/// `delaySamples` later.
public struct SpectrumSynthesizer: ~Copyable {
    /// Output sample n belongs to input sample n - 160 (10 ms).
    public static var delaySamples: Int { 160 }

    private var fft = FFT(size: 512)
    private let windowQ15 = FixedArray<Int32>(count: 320, repeating: 0)
    private let block = FixedArray<Int32>(count: 512, repeating: 0)
    private let overlapQ8 = FixedArray<Int32>(count: 160, repeating: 0)

    public init() {
        for n in 0..<160 {
            // Hann / analysis while the Hann rises; its square root while it falls.
            let sineQ15 = roundingShift(Int64(phasorQ31(turnsQ32: UInt32(n << 32 / 640)).im), 16)
            windowQ15[n] = Int32(sineQ15 * sineQ15 / Int64(analysisWindowQ15(192 + n)))
            windowQ15[160 + n] = analysisWindowQ15(352 + n)
        }
    }

    /// - Parameters:
    ///   - bins: 257 bins of a frame of `SpectrumAnalyzer`, as they are or multiplied by gains of at most 1.
    ///   - exponent: their exponent.
    ///   - output: receives 160 samples, saturated.
    @_noAllocation @_noLocks
    public mutating func process(
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

/// Sample n of the analysis window: sin(pi/2 (n + 1/2) / 352), then cos(pi (n - 352) / 320), Q15.
private func analysisWindowQ15(_ n: Int) -> Int32 {
    if n < 352 {
        return Int32(roundingShift(Int64(phasorQ31(turnsQ32: UInt32((2 * n + 1) << 32 / 2816)).im), 16))
    }
    return Int32(roundingShift(Int64(phasorQ31(turnsQ32: UInt32((n - 352) << 32 / 640)).re), 16))
}
