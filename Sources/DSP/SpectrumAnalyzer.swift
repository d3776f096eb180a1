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

    private var transformer = WindowedTransform()
    private let samples = FixedArray<Int16>(count: 512, repeating: 0)

    public init() {}

    /// Takes the next 160 samples; `spectrum` becomes that of the newest 512, measured.
    @_noAllocation @_noLocks
    public mutating func process(_ frame: UnsafePointer<Int16>, into spectrum: inout Spectrum) {
        transform(frame, into: &spectrum)
        spectrum.measure()
    }

    /// The same without the logarithms: `spectrum.logPowerQ16` stays as it was.
    @_noAllocation @_noLocks
    public mutating func transform(_ frame: UnsafePointer<Int16>, into spectrum: inout Spectrum) {
        spectrum.exponent = transformer.process(frame, history: samples.base, into: spectrum.bins.base)
    }
}

/// The window and the transform of an analysis, for any number of signals, each with a history of its own.
struct WindowedTransform: ~Copyable {
    private var fft = FFT()
    private let windowQ15 = FixedArray<Int16>(count: 512, repeating: 0)
    private let windowed = FixedArray<Int32>(count: 512, repeating: 0)

    init() {
        for n in 0..<512 {
            windowQ15[n] = analysisWindowQ15(n)
        }
    }

    /// - Parameters:
    ///   - frame: the next 160 samples.
    ///   - history: the signal's newest 512; `frame` is appended.
    ///   - bins: receives 257 mantissas.
    /// - Returns: the exponent that goes with them.
    @_noAllocation @_noLocks
    mutating func process(
        _ frame: UnsafePointer<Int16>, history: UnsafeMutablePointer<Int16>, into bins: UnsafeMutablePointer<ComplexInt32>
    ) -> Int {
        copy(history + 160, to: history, count: 352)
        copy(frame, to: history + 352, count: 160)
        for n in 0..<512 {
            windowed.base[n] = Int32(history[n]) &* Int32(windowQ15.base[n])
        }
        return fft.forward(windowed.base, into: bins) &- 15
    }
}

/// Sample n of the analysis window: sin(pi/2 (n + 1/2) / 352), then cos(pi (n - 352) / 320), Q15, where 32767 stands for one.
func analysisWindowQ15(_ n: Int) -> Int16 {
    if n < 352 {
        return saturatedInt16(roundingShift(Int64(phasorQ31(turns: 2 * n + 1, over: 2816).im), 16))
    }
    return saturatedInt16(roundingShift(Int64(phasorQ31(turns: n - 352, over: 640).re), 16))
}
