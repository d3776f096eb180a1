/// The voice detector's network: 126 inputs, 24 rectified units, one probability.
///
/// Inputs are Q11 within -8...8, weights eight bits with a binary point per unit; a unit's sum needs at most 14 + 7 + 7 = 28
/// bits. Units are Q11 after rectification, output weights Q10, the logit Q16. The numbers stand in
/// `VoiceNetworkWeights.swift`.
struct VoiceNetwork: ~Copyable {
    /// Two zeros at the end fill the last SIMD step.
    static var inputCount: Int { 128 }
    private static var usedInputs: Int { 126 }
    private static var unitCount: Int { 24 }

    private let weights = FixedArray<Int16>(count: 24 * 128, repeating: 0)
    private let biases = FixedArray<Int32>(count: 24, repeating: 0)
    private let shifts = FixedArray<Int32>(count: 24, repeating: 0)
    private let outputWeightsQ10 = FixedArray<Int32>(count: 24, repeating: 0)
    private let outputBiasQ16 = VoiceNetwork.outputBiasQ16

    init() {
        for unit in 0..<Self.unitCount {
            for input in 0..<Self.usedInputs {
                weights[unit * Self.inputCount + input] = Int16(Self.hiddenWeights[unit * Self.usedInputs + input])
            }
            biases[unit] = Self.hiddenBiases[unit]
            shifts[unit] = Self.hiddenShifts[unit]
            outputWeightsQ10[unit] = Self.outputWeightsQ10[unit]
        }
    }

    /// - Parameter inputsQ11: `inputCount` values, the last two 0.
    /// - Returns: 0...32767.
    @_noAllocation @_noLocks
    func probabilityQ15(_ inputsQ11: UnsafePointer<Int16>) -> Int32 {
        var logitQ21: Int64 = 0
        for unit in 0..<Self.unitCount {
            let sum = biases.base[unit] &+ dot(inputsQ11, weights.base + unit &* Self.inputCount)
            let activationQ11 = max(sum, 0) &>> shifts.base[unit]
            logitQ21 &+= Int64(activationQ11) &* Int64(outputWeightsQ10.base[unit])
        }
        let logitQ16 = Int32(truncatingIfNeeded: max(min(logitQ21 &>> 5, 1 << 20), -1 << 20)) &+ outputBiasQ16
        // 1 / (1 + 2^(-x log2 e)).
        let againstQ16 = 0 &- Int32(truncatingIfNeeded: (Int64(logitQ16) &* 94_548) &>> 16)
        let oddsQ16 = Int64(Log2.power(min(againstQ16, 14 &* Log2.one) &+ 16 &* Log2.one))
        return Int32(truncatingIfNeeded: (32_767 &<< 16) / (oddsQ16 &+ 65_536))
    }

    @_noAllocation @_noLocks @inline(__always)
    private func dot(_ left: UnsafePointer<Int16>, _ right: UnsafePointer<Int16>) -> Int32 {
        let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
        var lanes = SIMD8<Int32>(repeating: 0)
        for step in 0..<Self.inputCount / 8 {
            let a = left.loadUnaligned(fromByteOffset: 16 &* step, as: SIMD8<Int16>.self)
            let b = right.loadUnaligned(fromByteOffset: 16 &* step, as: SIMD8<Int16>.self)
            lanes &+= SIMD8<Int32>(truncatingIfNeeded: a) &* SIMD8<Int32>(truncatingIfNeeded: b)
        }
        return lanes.wrappedSum()
    }
}
