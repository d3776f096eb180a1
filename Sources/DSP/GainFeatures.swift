/// What the gain network sees of every bin, Q11, in octaves of power unless said:
///
/// - the bin over its noise (`NoiseEstimator`), -2...12, a quarter of it;
/// - the mask of `VoiceDetector`, 2 m - 1;
/// - the bin over the mean of it and its four neighbours on each side, -6...6, half of it: the harmonics of a voice;
/// - the bin over `VoiceDetector`'s slow level, -12...12, a quarter of it;
/// - the gain of `NoiseSuppressor`'s statistics in octaves of amplitude, -5...0, 1 plus half of it;
/// - where the bin is, (log2(k + 8) - 5.5) / 1.5.
///
/// The first four are read of two neighbours on each side too. Bins count as at least 64 squared sample steps, as in
/// `VoiceFeatures`.
struct GainFeatures: ~Copyable {
    static var rowCount: Int { 3 }

    private let positionsQ11 = FixedArray<Int32>(count: 257, repeating: 0)
    private let powerQ16 = FixedArray<Int32>(count: 257, repeating: 0)
    /// 2^24 over the number of bins in a mean.
    private let widthsQ24 = FixedArray<Int32>(count: 257, repeating: 0)

    init() {
        for k in 0..<257 {
            positionsQ11[k] = (Log2.ofQ16(UInt64(k + 8)) - 11 * Log2.one / 2) / 48
            widthsQ24[k] = (1 << 24) / Int32(min(k + 4, 256) - max(k - 4, 0) + 1)
        }
    }

    /// - Parameter planes: rows 0..<3 receive the numbers.
    @_noAllocation @_noLocks
    func describe(
        _ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator, _ voice: borrowing VoiceDetector,
        statisticalLogGainQ16: UnsafePointer<Int32>, into planes: borrowing BinPlanes
    ) {
        let (first, second, third, one) = (planes.row(0), planes.row(1), planes.row(2), Log2.one)
        let (noiseQ16, maskQ15, slowQ16) = (noise.logNoiseQ16, voice.maskQ15, voice.slowLevelQ16)
        for k in 0..<257 {
            powerQ16.base[k] = max(spectrum.logPowerQ16[k], 6 &* one)
        }
        var sum: Int32 = 0
        for k in 0..<4 {
            sum &+= powerQ16.base[k]
        }
        for k in 0..<257 {
            let power = powerQ16.base[k]
            sum &+= (k &+ 4 < 257 ? powerQ16.base[k &+ 4] : 0) &- (k > 4 ? powerQ16.base[k &- 5] : 0)
            let mean = Int32(truncatingIfNeeded: (Int64(sum) &* Int64(widthsQ24.base[k])) &>> 24)
            let overNoise = max(min(power &- noiseQ16[k], 12 &* one), -2 &* one) &>> 7
            let overNeighbours = max(min(power &- mean, 6 &* one), -6 &* one) &>> 6
            let overLevel = max(min(power &- slowQ16, 12 &* one), -12 &* one) &>> 7
            let statistical = max(statisticalLogGainQ16[k], -5 &* one) &>> 6 &+ 2_048
            first[k] = word(overNoise, maskQ15[k] &>> 3 &- 2_048)
            second[k] = word(overNeighbours, overLevel)
            third[k] = word(statistical, positionsQ11.base[k])
        }
        planes.extend(0)
        planes.extend(1)
    }

    @_noAllocation @_noLocks @inline(__always)
    private func word(_ low: Int32, _ high: Int32) -> Int32 { (low & 0xFFFF) | high &<< 16 }
}
