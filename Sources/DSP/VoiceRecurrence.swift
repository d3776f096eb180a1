/// The voice network's memory: a layer of gated recurrent units, 80 inputs, 96 units.
///
/// With input d and state h: z = sigmoid(W_z d + U_z h + b), r = sigmoid(W_r d + U_r h + b),
/// n = tanh(W_n d + r (U_n h + c) + b), h' = z h + (1 - z) n. The state is a convex combination of values within +-1: it cannot
/// leave that range, whatever comes in. It is kept in Q20, so that slow units move by less than one step of the Q15 copy that the
/// layers read.
/// Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014, with the reset gate behind the matrix.
public struct VoiceRecurrence: ~Copyable {
    public static var inputCount: Int { 80 }
    public static var unitCount: Int { 96 }

    /// The state as the layers read it, Q15; `unitCount` values.
    public var stateQ15: UnsafePointer<Int16> { UnsafePointer(state.base) }

    private let update = Gate(
        inputs: VoiceWeights.updateFromInputs, state: VoiceWeights.updateFromState)
    private let reset = Gate(inputs: VoiceWeights.resetFromInputs, state: VoiceWeights.resetFromState)
    private let candidate = Gate(
        inputs: VoiceWeights.candidateFromInputs, state: VoiceWeights.candidateFromState)
    private let stateQ20 = FixedArray<Int32>(count: VoiceRecurrence.unitCount, repeating: 0)
    private let state = FixedArray<Int16>(count: VoiceRecurrence.unitCount, repeating: 0)

    public init() {}

    /// - Parameter inputsQ12: `inputCount` values.
    @_noAllocation @_noLocks
    public mutating func step(_ inputsQ12: UnsafePointer<Int16>, _ logistic: borrowing Logistic) {
        update.apply(inputsQ12, stateQ15)
        reset.apply(inputsQ12, stateQ15)
        candidate.apply(inputsQ12, stateQ15)
        for unit in 0..<Self.unitCount {
            let keepsQ20 = logistic.sigmoidQ20(update.sumQ16(unit))
            let proposedQ20 = logistic.tanhQ20(candidateSumQ16(unit, logistic))
            let distance = Int64(stateQ20.base[unit] &- proposedQ20)
            let next =
                proposedQ20 &+ Int32(truncatingIfNeeded: roundingShift(distance &* Int64(keepsQ20), 20))
            assert(abs(next) <= 1 << 20)
            stateQ20.base[unit] = next
            state.base[unit] = saturatedInt16(roundingShift(next, 5))
        }
    }

    @_noAllocation @_noLocks @inline(__always)
    private func candidateSumQ16(_ unit: Int, _ logistic: borrowing Logistic) -> Int32 {
        let passesQ20 = logistic.sigmoidQ20(reset.sumQ16(unit))
        let remembered = roundingShift(Int64(candidate.fromStateQ16.base[unit]) &* Int64(passesQ20), 20)
        return saturatedInt32(Int64(candidate.fromInputsQ16.base[unit]) &+ remembered)
    }

    /// What one gate makes of input and state.
    private struct Gate: ~Copyable {
        private let inputLayer: VoiceLayer
        private let stateLayer: VoiceLayer
        let fromInputsQ16 = FixedArray<Int32>(count: VoiceRecurrence.unitCount, repeating: 0)
        let fromStateQ16 = FixedArray<Int32>(count: VoiceRecurrence.unitCount, repeating: 0)

        init(inputs: VoiceLayer.Weights, state: VoiceLayer.Weights) {
            inputLayer = VoiceLayer(inputs)
            stateLayer = VoiceLayer(state)
        }

        @_noAllocation @_noLocks
        func apply(_ inputsQ12: UnsafePointer<Int16>, _ stateQ15: UnsafePointer<Int16>) {
            inputLayer.apply(inputsQ12, into: fromInputsQ16.base)
            stateLayer.apply(stateQ15, into: fromStateQ16.base)
        }

        @_noAllocation @_noLocks @inline(__always)
        func sumQ16(_ unit: Int) -> Int32 {
            saturatedInt32(Int64(fromInputsQ16.base[unit]) &+ Int64(fromStateQ16.base[unit]))
        }
    }
}
