/// The network behind voice detector and mask: 132 features of a frame in, 96 gains and one probability out.
///
///     features ─▶ 80 rectified units ─▶ 96 recurrent units ─▶ speech?
///                        └──────────────────┴──────────────▶ gains of 32 bands and of 64 single bins
///
/// Features are Q11 within -8...8; rectified units Q12, at most 8; states Q15 (`VoiceRecurrence`); what a layer gives is Q16.
/// The gains' layer reads units and states side by side in Q12. Weights have eight bits (`VoiceLayer`); `training` makes them.
public struct VoiceNetwork: ~Copyable {
    public static var featureCount: Int { 132 }
    public static var gainCount: Int { 96 }

    /// Expected share of speech in the amplitude of each band, then of each single bin, Q15, 0...32768.
    public var gainsQ15: UnsafePointer<Int32> { UnsafePointer(gains.base) }
    /// Rectified units, then states, Q12.
    var hiddenQ12: UnsafePointer<Int16> { UnsafePointer(hidden.base) }
    /// Of the newest frame, Q15.
    public private(set) var probabilityQ15: Int16 = 0
    /// The features, Q11, that `step` reads; those from `featureCount` on stay 0.
    public let featuresQ11 = FixedArray<Int16>(count: 144, repeating: 0)

    private let dense = VoiceLayer(VoiceWeights.dense)
    private var recurrence = VoiceRecurrence()
    private let speechLayer = VoiceLayer(VoiceWeights.speech)
    private let bandLayer = VoiceLayer(VoiceWeights.bandGains)
    private let binLayer = VoiceLayer(VoiceWeights.binGains)
    private let logistic = Logistic()
    private let sumsQ16 = FixedArray<Int32>(count: 96, repeating: 0)
    private let hidden = FixedArray<Int16>(
        count: VoiceRecurrence.inputCount + VoiceRecurrence.unitCount, repeating: 0)
    private let gains = FixedArray<Int32>(count: VoiceNetwork.gainCount, repeating: 32_768)

    public init() {}

    /// Takes `featuresQ11` and renews gains, probability and memory.
    @_noAllocation @_noLocks
    public mutating func step() {
        dense.apply(featuresQ11.base, into: sumsQ16.base)
        for unit in 0..<VoiceRecurrence.inputCount {
            hidden.base[unit] = saturatedInt16(
                roundingShift(max(min(sumsQ16.base[unit], 8 &* 65_536), 0), 4))
        }
        recurrence.step(hidden.base, logistic)
        for unit in 0..<VoiceRecurrence.unitCount {
            hidden.base[VoiceRecurrence.inputCount &+ unit] = recurrence.stateQ15[unit] &>> 3
        }
        speechLayer.apply(recurrence.stateQ15, into: sumsQ16.base)
        probabilityQ15 = saturatedInt16(logistic.sigmoidQ20(sumsQ16.base[0]) &>> 5)
        bandLayer.apply(hiddenQ12, into: sumsQ16.base)
        binLayer.apply(hiddenQ12, into: sumsQ16.base + VoiceBands.count)
        for gain in 0..<Self.gainCount {
            gains.base[gain] = logistic.sigmoidQ20(sumsQ16.base[gain]) &>> 5
        }
    }
}
