/// The probability that a 10 ms frame holds speech, from the spectrum that the suppressor uses too.
///
/// Per frame: `VoiceFeatures` describes the frame in 42 numbers that do not depend on the level; each also runs through two
/// leaky averages (time constants 40 and 320 ms), and a network with one hidden layer of 24 rectified units weighs all of them
/// (`VoiceNetwork`). The result is smoothed over about 25 ms and nothing more: onset and hang-over are the endpointer's.
/// Causal: the value belongs to the end of the frame. A frame without a bin above the noise of 16-bit rounding is silence.
public struct VoiceDetector: ~Copyable {
    private var features = VoiceFeatures()
    private let network = VoiceNetwork()
    private let inputsQ11 = FixedArray<Int16>(count: VoiceNetwork.inputCount, repeating: 0)
    /// The two averages of each feature, Q19.
    private let fastQ19 = FixedArray<Int32>(count: VoiceFeatures.count, repeating: 0)
    private let slowQ19 = FixedArray<Int32>(count: VoiceFeatures.count, repeating: 0)
    private var isFirst = true
    private var smoothedQ15: Int32 = 0

    public init() {}

    /// - Parameters:
    ///   - spectrum: holds the frame.
    ///   - noise: has seen the frame.
    /// - Returns: Q15, 0...32767.
    @_noAllocation @_noLocks
    public mutating func process(_ spectrum: borrowing Spectrum, _ noise: borrowing NoiseEstimator) -> Int16 {
        features.process(spectrum, noise)
        gatherInputs()
        let probabilityQ15 = features.isSilence ? 0 : network.probabilityQ15(inputsQ11.base)
        smoothedQ15 &+= ((probabilityQ15 &- smoothedQ15) &* 11_469) &>> 15
        return saturatedInt16(smoothedQ15)
    }

    /// Features as they are, fast averages, slow averages, one behind the other.
    @_noAllocation @_noLocks
    private mutating func gatherInputs() {
        let values = features.valuesQ11
        for index in 0..<VoiceFeatures.count {
            let value = Int32(values[index]) &<< 8
            fastQ19.base[index] = isFirst ? value : fastQ19.base[index] &+ (value &- fastQ19.base[index]) &>> 2
            slowQ19.base[index] = isFirst ? value : slowQ19.base[index] &+ (value &- slowQ19.base[index]) &>> 5
            inputsQ11.base[index] = values[index]
            inputsQ11.base[VoiceFeatures.count &+ index] = Int16(truncatingIfNeeded: fastQ19.base[index] &>> 8)
            inputsQ11.base[2 &* VoiceFeatures.count &+ index] = Int16(truncatingIfNeeded: slowQ19.base[index] &>> 8)
        }
        isFirst = false
    }
}
