/// What the voice network looks at: 132 numbers per frame that do not depend on the level, in octaves of power.
///
/// - 0..<32: log2 of the bands' mean power (`VoiceBands`) less a slow level, within -12...12;
/// - 32..<64: the same over the band's mean noise (`NoiseEstimator`), -2...12;
/// - 64..<67: flatness, the mean logarithm less the logarithm of the mean, of 0.19 to 1, 1 to 3 and 3 to 6.7 kHz;
/// - 67: the frame's level, which is the mean of the bands' logarithms, less the slow one, which rises towards it by 1/20 and
///   falls by 1/250 per frame;
/// - 68..<132: the logarithm of each of `VoiceBands.fineBins` less the mean of it and its four neighbours on each side, -6...6:
///   the harmonics of a voice.
///
/// Bins count as at least 64 squared sample steps, which hides the noise of 16-bit rounding. Each number less its mean over its
/// deviation in the training material is Q11, -8...8.
public struct VoiceFeatures: ~Copyable {
    /// log2 of the least power of a bin.
    private static var floorQ16: Int32 { 6 &* Log2.one }

    /// No band rises above the noise of rounding.
    public private(set) var isSilence = true

    private let bands = VoiceBands()
    private let meansQ16 = FixedArray<Int32>(count: VoiceNetwork.featureCount, repeating: 0)
    private let scalesQ15 = FixedArray<Int32>(count: VoiceNetwork.featureCount, repeating: 0)
    /// Sums over all bins below: of powers in the frame's unit, which may wrap (differences do not), and of logarithms, Q16.
    private let powerBelow = FixedArray<UInt64>(count: 258, repeating: 0)
    private let logBelowQ16 = FixedArray<Int32>(count: 258, repeating: 0)
    private let bandQ16 = FixedArray<Int32>(count: VoiceBands.count, repeating: 0)
    private var unitQ16: Int32 = 0
    /// log2 of power, Q16; negative before the first frame.
    private(set) var slowLevelQ16: Int32 = -1

    public init() {
        for index in 0..<VoiceNetwork.featureCount {
            meansQ16[index] = VoiceWeights.featureMeansQ16[index]
            scalesQ15[index] = VoiceWeights.featureScalesQ15[index]
        }
    }

    /// - Parameter featuresQ11: receives `VoiceNetwork.featureCount` values.
    @_noAllocation @_noLocks
    public mutating func process(
        _ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator,
        into featuresQ11: UnsafeMutablePointer<Int16>
    ) {
        sumUp(spectrum)
        measureBands()
        let levelQ16 = followLevel()
        for band in 0..<VoiceBands.count {
            let excess = bandQ16.base[band] &- bandNoiseQ16(band, noise.logNoiseQ16)
            store(band, bandQ16.base[band] &- slowLevelQ16, from: -12, to: 12, into: featuresQ11)
            store(VoiceBands.count &+ band, excess, from: -2, to: 12, into: featuresQ11)
        }
        store(64, flatnessQ16(6, 33), from: -48, to: 0, into: featuresQ11)
        store(65, flatnessQ16(33, 95), from: -48, to: 0, into: featuresQ11)
        store(66, flatnessQ16(95, 215), from: -48, to: 0, into: featuresQ11)
        store(67, levelQ16 &- slowLevelQ16, from: -48, to: 48, into: featuresQ11)
        storeFineStructure(into: featuresQ11)
    }

    @_noAllocation @_noLocks
    private mutating func sumUp(_ spectrum: borrowing Spectrum) {
        // Powers are taken in units of 2^(2 exponent + 6), so that the widest band's sum fits.
        let exponent = max(min(spectrum.exponent, 64), -64)
        unitQ16 = (2 &* Int32(truncatingIfNeeded: exponent) &+ 6) &* Log2.one
        let least: UInt64 = 1 &<< UInt64(truncatingIfNeeded: max(min(-2 &* exponent, 56), 0))
        var (power, log): (UInt64, Int32) = (0, 0)
        for k in 0..<257 {
            power &+= max(UInt64(bitPattern: spectrum.bins.base[k].power) &>> 6, least)
            log &+= max(spectrum.logPowerQ16[k], Self.floorQ16)
            powerBelow.base[k &+ 1] = power
            logBelowQ16.base[k &+ 1] = log
        }
    }

    /// log2 of the number of bins; the logarithm is good for large numbers only.
    @_noAllocation @_noLocks @inline(__always)
    private func logWidthQ16(_ first: Int, _ end: Int) -> Int32 {
        Log2.ofQ16(UInt64(truncatingIfNeeded: end &- first) &<< 32) &- 32 &* Log2.one
    }

    /// log2 of the mean power of bins `first`..<`end`.
    @_noAllocation @_noLocks @inline(__always)
    private func logMeanQ16(_ first: Int, _ end: Int) -> Int32 {
        let sum = powerBelow.base[end] &- powerBelow.base[first]
        return Log2.ofQ16(sum) &+ unitQ16 &- logWidthQ16(first, end)
    }

    @_noAllocation @_noLocks
    private mutating func measureBands() {
        var loudest: Int32 = 0
        for band in 0..<VoiceBands.count {
            bandQ16.base[band] = logMeanQ16(bands.edges.base[band], bands.edges.base[band &+ 1])
            loudest = max(loudest, bandQ16.base[band])
        }
        isSilence = loudest < Self.floorQ16 &+ 2 &* Log2.one
    }

    /// Moves the slow level and returns the frame's.
    @_noAllocation @_noLocks
    private mutating func followLevel() -> Int32 {
        var sum: Int32 = 0
        for band in 0..<VoiceBands.count {
            sum &+= bandQ16.base[band]
        }
        let level = sum &>> 5
        let slow = slowLevelQ16 < 0 ? level : slowLevelQ16
        slowLevelQ16 = slow &+ multiplyQ15(level &- slow, level > slow ? 1_638 : 131)
        return level
    }

    /// log2 of the mean noise power of a band: sums relative to its loudest bin in Q16.
    @_noAllocation @_noLocks
    private func bandNoiseQ16(_ band: Int, _ logNoiseQ16: UnsafePointer<Int32>) -> Int32 {
        let (first, end) = (bands.edges.base[band], bands.edges.base[band &+ 1])
        var loudest = Self.floorQ16
        for k in first..<end {
            loudest = max(loudest, logNoiseQ16[k])
        }
        var sum: UInt64 = 0
        for k in first..<end {
            sum &+= UInt64(
                UInt32(
                    bitPattern: Log2.power(max(logNoiseQ16[k], Self.floorQ16) &- loudest &+ 16 &* Log2.one)))
        }
        return loudest &+ Log2.ofQ16(sum) &- 16 &* Log2.one
            &- logWidthQ16(first, end)
    }

    @_noAllocation @_noLocks
    private func flatnessQ16(_ first: Int, _ end: Int) -> Int32 {
        let meanLog =
            (logBelowQ16.base[end] &- logBelowQ16.base[first]) / Int32(truncatingIfNeeded: end &- first)
        return meanLog &- logMeanQ16(first, end)
    }

    @_noAllocation @_noLocks
    private func storeFineStructure(into featuresQ11: UnsafeMutablePointer<Int16>) {
        for bin in VoiceBands.fineBins {
            let (first, end) = (max(bin &- 4, 0), bin &+ 5)
            let mean =
                (logBelowQ16.base[end] &- logBelowQ16.base[first]) / Int32(truncatingIfNeeded: end &- first)
            let log = logBelowQ16.base[bin &+ 1] &- logBelowQ16.base[bin]
            store(
                68 &+ bin &- VoiceBands.fineBins.lowerBound, log &- mean, from: -6, to: 6, into: featuresQ11
            )
        }
    }

    /// - Parameters:
    ///   - least: octaves, as `greatest`.
    @_noAllocation @_noLocks @inline(__always)
    private func store(
        _ index: Int, _ valueQ16: Int32, from least: Int32, to greatest: Int32,
        into featuresQ11: UnsafeMutablePointer<Int16>
    ) {
        let bounded = max(min(valueQ16, greatest &* Log2.one), least &* Log2.one)
        let value = (Int64(bounded &- meansQ16.base[index]) &* Int64(scalesQ15.base[index])) &>> 20
        featuresQ11[index] = Int16(truncatingIfNeeded: max(min(value, 16_384), -16_384))
    }
}
