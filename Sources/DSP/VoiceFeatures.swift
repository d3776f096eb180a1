/// What the voice detector looks at, in 13 bands between 94 Hz and 6.7 kHz that widen with frequency:
///
/// - 0..<13: mean excess of the bins over `NoiseEstimator`'s noise, at most 8 octaves of power;
/// - 13..<26: band power over its own minimum of the last 1.2 to 2.4 s, at most 12;
/// - 26..<39: band power against the mean of all bands: the shape of the spectrum;
/// - 39..<42: flatness (mean logarithm minus logarithm of the mean) below 1 kHz, from 1 to 3, from 3 to 6.7 kHz.
///
/// All in octaves of power; bins count as at least 64 squared sample steps, which hides the noise of 16-bit rounding.
struct VoiceFeatures: ~Copyable {
    static var count: Int { 42 }
    private static var bandCount: Int { 13 }
    /// log2 of the least power of a bin.
    private static var floorQ16: Int32 { 6 &* Log2.one }

    /// The features less their mean over their deviation in the training material, Q11, -8...8.
    var valuesQ11: UnsafePointer<Int16> { UnsafePointer(values.base) }
    /// No band rises above the noise of rounding.
    private(set) var isSilence = true

    private let values = FixedArray<Int16>(count: VoiceFeatures.count, repeating: 0)
    private let edges = FixedArray<Int>(count: 14, repeating: 0)
    private let meansQ16 = FixedArray<Int32>(count: VoiceFeatures.count, repeating: 0)
    private let scalesQ11 = FixedArray<Int32>(count: VoiceFeatures.count, repeating: 0)
    /// Of each band: sum of bin powers in this frame's unit; their logarithm; sum of the bins' logarithms.
    private let powerSum = FixedArray<UInt64>(count: 13, repeating: 0)
    private let bandQ16 = FixedArray<Int32>(count: 13, repeating: 0)
    private let logSumQ16 = FixedArray<Int32>(count: 13, repeating: 0)
    private let smoothedQ16 = FixedArray<Int32>(count: 13, repeating: 0)
    private let minimumQ16 = FixedArray<Int32>(count: 13, repeating: 0)
    private let nextMinimumQ16 = FixedArray<Int32>(count: 13, repeating: 0)
    private var frames = 0

    init() {
        for (index, edge) in [3, 6, 10, 14, 19, 25, 33, 43, 56, 73, 95, 124, 161, 215].enumerated() {
            edges[index] = edge
        }
        for index in 0..<Self.count {
            meansQ16[index] = VoiceNetwork.featureMeansQ16[index]
            scalesQ11[index] = VoiceNetwork.featureScalesQ11[index]
        }
    }

    @_noAllocation @_noLocks
    mutating func process(_ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator) {
        // Powers are taken in units of 2^(2 exponent + 6), so that the widest band's sum fits.
        let unitQ16 = (2 &* Int32(truncatingIfNeeded: spectrum.exponent) &+ 6) &* Log2.one
        let least: UInt64 = 1 &<< UInt64(max(min(-2 &* spectrum.exponent, 56), 0))
        var (total, loudest): (Int32, Int32) = (0, 0)
        for band in 0..<Self.bandCount {
            measure(band, spectrum, noise.logNoiseQ16, least: least, unitQ16: unitQ16)
            total &+= bandQ16.base[band]
            let width = UInt64(truncatingIfNeeded: edges.base[band &+ 1] &- edges.base[band])
            loudest = max(loudest, bandQ16.base[band] &- Log2.ofQ16(width))
        }
        isSilence = loudest < Self.floorQ16 &+ 2 &* Log2.one
        trackMinima()
        let mean = total / Int32(Self.bandCount)
        for band in 0..<Self.bandCount {
            store(13 &+ band, min(max(bandQ16.base[band] &- minimumQ16.base[band], 0), 12 &* Log2.one))
            store(26 &+ band, bandQ16.base[band] &- mean)
        }
        storeFlatness(39, from: 1, to: 6, unitQ16: unitQ16)
        storeFlatness(40, from: 6, to: 10, unitQ16: unitQ16)
        storeFlatness(41, from: 10, to: 13, unitQ16: unitQ16)
    }

    @_noAllocation @_noLocks
    private func measure(
        _ band: Int, _ spectrum: borrowing Spectrum, _ logNoiseQ16: UnsafePointer<Int32>, least: UInt64, unitQ16: Int32
    ) {
        let (first, end) = (edges.base[band], edges.base[band &+ 1])
        var sum: UInt64 = 0
        var (logSum, excess): (Int32, Int32) = (0, 0)
        for k in first..<end {
            sum &+= max(UInt64(bitPattern: spectrum.bins.base[k].power) &>> 6, least)
            let log = max(spectrum.logPowerQ16[k], Self.floorQ16)
            logSum &+= log
            excess &+= max(log &- max(logNoiseQ16[k], Self.floorQ16), 0)
        }
        powerSum.base[band] = sum
        bandQ16.base[band] = Log2.ofQ16(sum) &+ unitQ16
        logSumQ16.base[band] = logSum
        store(band, min(excess / Int32(truncatingIfNeeded: end &- first), 8 &* Log2.one))
    }

    /// Minimum of the smoothed band power over the running 1.2 s and the 1.2 s before.
    @_noAllocation @_noLocks
    private mutating func trackMinima() {
        let turnsOver = frames % 120 == 119
        for band in 0..<Self.bandCount {
            let power = bandQ16.base[band]
            let before = frames == 0 ? power : smoothedQ16.base[band]
            let smoothed = before &+ Int32(truncatingIfNeeded: (Int64(power &- before) &* 4_915) &>> 15)
            smoothedQ16.base[band] = smoothed
            nextMinimumQ16.base[band] = frames == 0 ? smoothed : min(nextMinimumQ16.base[band], smoothed)
            minimumQ16.base[band] =
                frames == 0 ? smoothed : min(turnsOver ? nextMinimumQ16.base[band] : minimumQ16.base[band], smoothed)
            nextMinimumQ16.base[band] = turnsOver ? smoothed : nextMinimumQ16.base[band]
        }
        frames = frames == 239 ? 120 : frames &+ 1
    }

    @_noAllocation @_noLocks
    private func storeFlatness(_ index: Int, from first: Int, to end: Int, unitQ16: Int32) {
        let bins = edges.base[end] &- edges.base[first]
        var sum: UInt64 = 0
        var logSum: Int32 = 0
        for band in first..<end {
            sum &+= powerSum.base[band] &>> 2
            logSum &+= logSumQ16.base[band]
        }
        let logOfSum = Log2.ofQ16(sum) &+ unitQ16 &+ 2 &* Log2.one
        let logOfMean = logOfSum &- Log2.ofQ16(UInt64(truncatingIfNeeded: bins))
        store(index, logSum / Int32(truncatingIfNeeded: bins) &- logOfMean)
    }

    @_noAllocation @_noLocks @inline(__always)
    private func store(_ index: Int, _ valueQ16: Int32) {
        let value = (Int64(valueQ16 &- meansQ16.base[index]) &* Int64(scalesQ11.base[index])) &>> 16
        values.base[index] = Int16(truncatingIfNeeded: max(min(value, 16_384), -16_384))
    }
}
