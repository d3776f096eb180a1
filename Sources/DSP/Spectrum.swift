/// One frame's short-time spectrum: 257 bins from DC to 8 kHz, 31.25 Hz apart, as `SpectrumAnalyzer` and the beam make it.
///
/// Bin k is `bins[k]` x 2^`exponent` in units of one sample step: a block-floating format, mantissas below 2^30 in size. `measure`
/// derives the logarithms that all statistics are made of.
public struct Spectrum: ~Copyable {
    public static var binCount: Int { 257 }

    /// Mantissas, `binCount` of them.
    public let bins = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    public var exponent = 0
    private let logPower = FixedArray<Int32>(count: 257, repeating: 0)

    /// log2 of the power of each bin in squared sample steps, Q16, not below 0. `binCount` values; full scale reaches 47.
    public var logPowerQ16: UnsafePointer<Int32> { UnsafePointer(logPower.base) }

    public init() {}

    /// Renews `logPowerQ16` from `bins` and `exponent`.
    @_noAllocation @_noLocks
    public mutating func measure() {
        let unit = Int32(truncatingIfNeeded: exponent) &<< 17
        for k in 0..<Self.binCount {
            logPower.base[k] = max(Log2.ofQ16(UInt64(bitPattern: bins.base[k].power)) &+ unit, 0)
        }
    }
}
