/// The probability that a 10 ms frame holds speech, and how much of each bin is speech: one pass of one network for both.
///
/// `VoiceFeatures` describes the frame, `VoiceNetwork` remembers what went before, `VoiceBands` spreads its gains over the bins.
/// The probability is the network's own, trained by cross-entropy and therefore calibrated: nothing smooths it, onset and
/// hang-over are the endpointer's. Causal: both belong to the end of the frame. A frame without a band above the noise of 16-bit
/// rounding is silence.
public struct VoiceDetector: ~Copyable {
    private var features = VoiceFeatures()
    private var network = VoiceNetwork()
    private let bands = VoiceBands()
    private let mask = FixedArray<Int32>(count: 257, repeating: 32_768)

    public init() {}

    /// Expected |speech| / |all| of each bin of the newest frame, Q15, 0...32768; 257 values.
    public var maskQ15: UnsafePointer<Int32> { UnsafePointer(mask.base) }

    /// What the network makes of the newest frame: its units, then its states, Q12; 176 values.
    public var hiddenQ12: UnsafePointer<Int16> { network.hiddenQ12 }

    /// The slow level that the frame is described against (`VoiceFeatures`), log2 of power in Q16.
    public var slowLevelQ16: Int32 { features.slowLevelQ16 }

    /// That the newest frame holds speech, Q15, 0...32767.
    public var probabilityQ15: Int16 { features.isSilence ? 0 : network.probabilityQ15 }

    /// - Parameters:
    ///   - spectrum: holds the frame.
    ///   - noise: has seen the frame.
    /// - Returns: `probabilityQ15`.
    @_noAllocation @_noLocks
    public mutating func process(_ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator)
        -> Int16
    {
        features.process(spectrum, noise, into: network.featuresQ11.base)
        network.step()
        bands.spread(network.gainsQ15, into: mask.base)
        return probabilityQ15
    }
}
