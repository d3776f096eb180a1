import DSP

#if canImport(Glibc)
    import Glibc
#endif

/// The voice detector's parts in double precision: the same trained numbers, the textbook's equations.
extension Reference {
    /// The network of `VoiceNetwork`; features in units of their deviation.
    struct Network {
        private var state = [Double](repeating: 0, count: 96)

        mutating func step(_ features: [Double]) -> (gains: [Double], probability: Double) {
            let units = Self.layer(VoiceWeights.dense, features).map { max(min($0, 8), 0) }
            let update = gate(VoiceWeights.updateFromInputs, VoiceWeights.updateFromState, units)
            let reset = gate(VoiceWeights.resetFromInputs, VoiceWeights.resetFromState, units)
            let fromInputs = Self.layer(VoiceWeights.candidateFromInputs, units)
            let fromState = Self.layer(VoiceWeights.candidateFromState, state)
            for unit in state.indices {
                let proposed = tanh(fromInputs[unit] + reset[unit] * fromState[unit])
                state[unit] = update[unit] * state[unit] + (1 - update[unit]) * proposed
            }
            let gains = Self.layer(VoiceWeights.bandGains, units + state) + Self.layer(VoiceWeights.binGains, units + state)
            return (gains.map(sigmoid), sigmoid(Self.layer(VoiceWeights.speech, state)[0]))
        }

        private func gate(_ inputs: VoiceLayer.Weights, _ recurrent: VoiceLayer.Weights, _ units: [Double]) -> [Double] {
            zip(Self.layer(inputs, units), Self.layer(recurrent, state)).map { sigmoid($0 + $1) }
        }

        static func layer(_ weights: VoiceLayer.Weights, _ inputs: [Double]) -> [Double] {
            weights.scalesQ24.indices.map { output in
                let sum = inputs.indices.reduce(0.0) { $0 + inputs[$1] * Double(weights.weight(output: output, input: $1)) }
                return sum * Double(weights.scalesQ24[output]) / 0x1p24 + Double(weights.biasesQ16[output]) / 0x1p16
            }
        }
    }

    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// The 132 features of `VoiceFeatures` in units of their deviation, from powers of 257 bins.
    struct VoiceDescription {
        private static let edges = [
            2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 23, 26, 29, 33, 37, 42, 47, 53, 60, 68, 77, 87, 99, 112, 128, 148,
            172,
            208, 257,
        ]
        private var slow: Double?

        mutating func features(power: [Double], noise: [Double]) -> [Double] {
            let (power, noise) = (power.map { max($0, 64) }, noise.map { max($0, 64) })
            let bands = Self.bands(power)
            let level = bands.reduce(0, +) / 32
            let before = slow ?? level
            let slow = before + (level > before ? 0.05 : 0.004) * (level - before)
            self.slow = slow
            let flatness = [6..<33, 33..<95, 95..<215].map { Self.meanLog(power[$0]) - log2(Self.mean(power[$0])) }
            let fine = (3..<67).map { log2(power[$0]) - Self.meanLog(power[max($0 - 4, 0)..<$0 + 5]) }
            let raw =
                bands.map { Self.bounded($0 - slow, -12, 12) }
                + zip(bands, Self.bands(noise)).map { Self.bounded($0 - $1, -2, 12) }
                + flatness + [level - slow] + fine.map { Self.bounded($0, -6, 6) }
            return raw.enumerated().map { index, value in
                let mean = Double(VoiceWeights.featureMeansQ16[index]) / 65_536
                return Self.bounded((value - mean) * Double(VoiceWeights.featureScalesQ15[index]) / 32_768, -8, 8)
            }
        }

        private static func bands(_ power: [Double]) -> [Double] {
            zip(edges, edges.dropFirst()).map { log2(mean(power[$0..<$1])) }
        }

        private static func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
        private static func meanLog(_ values: ArraySlice<Double>) -> Double {
            values.reduce(0) { $0 + log2($1) } / Double(values.count)
        }
        private static func bounded(_ value: Double, _ least: Double, _ most: Double) -> Double { max(min(value, most), least) }
    }
}
