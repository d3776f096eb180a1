/// The spectra of an array's microphones for one 10 ms frame: the analysis of `SpectrumAnalyzer`, with one transform and one
/// window for all of them.
///
/// Bin k of microphone m is `bins(m)[k]` x 2^`exponent(m)` sample steps, mantissas below 2^31 in size.
public struct ArraySpectra: ~Copyable {
    /// 1...8.
    public let microphones: Int

    private var transformer = WindowedTransform()
    /// The newest 512 samples of each microphone, planar.
    private let samples: FixedArray<Int16>
    /// Planar, 257 each.
    private let mantissas: FixedArray<ComplexInt32>
    private let exponents: FixedArray<Int>
    private let clipped: FixedArray<Int32>

    /// - Parameter microphones: 1...8.
    public init(microphones: Int) {
        precondition((1...8).contains(microphones))
        self.microphones = microphones
        samples = FixedArray(count: microphones * 512, repeating: 0)
        mantissas = FixedArray(count: microphones * Spectrum.binCount, repeating: ComplexInt32(re: 0, im: 0))
        exponents = FixedArray(count: microphones, repeating: 0)
        clipped = FixedArray(count: microphones, repeating: 0)
    }

    /// The 257 mantissas of one microphone.
    @_noAllocation @_noLocks @inline(__always)
    public func bins(_ microphone: Int) -> UnsafePointer<ComplexInt32> {
        UnsafePointer(mantissas.base + microphone &* Spectrum.binCount)
    }

    /// The power of two that goes with `bins`.
    @_noAllocation @_noLocks @inline(__always)
    public func exponent(_ microphone: Int) -> Int { exponents.base[microphone] }

    /// Samples at full scale in the newest frame of one microphone.
    @_noAllocation @_noLocks @inline(__always)
    public func clippedSamples(_ microphone: Int) -> Int32 { clipped.base[microphone] }

    /// The largest exponent: the unit in which all microphones can be added.
    @_noAllocation @_noLocks
    public func commonExponent() -> Int {
        var largest = Int.min
        for microphone in 0..<microphones { largest = max(largest, exponents.base[microphone]) }
        return largest
    }

    /// - Parameter planar: `microphones` x 160 samples.
    @_noAllocation @_noLocks
    public mutating func process(_ planar: UnsafePointer<Int16>) {
        for microphone in 0..<microphones {
            let frame = planar + microphone &* 160
            var full: Int32 = 0
            for n in 0..<160 where frame[n] == .max || frame[n] == .min { full &+= 1 }
            clipped.base[microphone] = full
            exponents.base[microphone] = transformer.process(
                frame, history: samples.base + microphone &* 512, into: mantissas.base + microphone &* Spectrum.binCount)
        }
    }
}
