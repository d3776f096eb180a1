import Glibc

/// Peak and mean level of a run of samples, in dBFS: 0 is a magnitude of 32768, for both (a full-scale sine's mean is -3.01).
public struct LevelMeter: Sendable, Equatable {
    private var peak: Int32 = 0
    private var energy: Int64 = 0
    private var count: Int64 = 0

    public init() {}

    /// - Parameter samples: any count; some 2^33 in all before the sum could overflow.
    public mutating func note(_ samples: UnsafeBufferPointer<Int16>) {
        for sample in samples {
            let value = Int32(sample)
            peak = max(peak, abs(value))
            energy += Int64(value * value)
        }
        count += Int64(samples.count)
    }

    public mutating func note(_ samples: [Int16]) { samples.withUnsafeBufferPointer { note($0) } }

    /// The largest magnitude; nil when all was digital silence.
    public var peakDecibels: Double? { peak == 0 ? nil : 20 * log10(Double(peak) / 32_768) }

    /// The root of the mean square; nil when all was digital silence.
    public var rmsDecibels: Double? {
        energy == 0 ? nil : 10 * log10(Double(energy) / Double(count) / (32_768 * 32_768))
    }
}
