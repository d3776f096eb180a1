import DSP

#if canImport(Glibc)
    import Glibc
#endif

extension Reference {
    /// The network of `GainNetwork` in double precision: the same trained numbers, the equations of its description.
    struct GainNetwork {
        private var states = [[Double]](repeating: [Double](repeating: 0, count: 8), count: 257)

        mutating func step(_ frame: GainNetworkTests.Frame) -> [Double] {
            let described = Self.features(frame)
            let voice = Network.layer(GainWeights.voice, frame.hidden)
            var units: [[Double]] = []
            for k in 0..<257 {
                let neighbours = (k - 2...k + 2).map { described[max(min($0, 256), 0)] }
                let read = neighbours.flatMap { $0[0..<2] } + neighbours.flatMap { $0[2..<4] } + described[k][4...]
                units.append(zip(Self.layer(GainWeights.units, read), voice).map { max(min($0 + $1, 8), 0) })
                move(k, units[k])
            }
            let contributions = (0..<257).map { Self.layer(GainWeights.gain, units[$0] + states[$0]) }
            return (0..<257).map { k in
                sigmoid(contributions[k][0] + contributions[max(k - 1, 0)][1] + contributions[min(k + 1, 256)][2])
            }
        }

        private mutating func move(_ k: Int, _ units: [Double]) {
            let sums = Self.layer(GainWeights.states, units + states[k])
            for unit in 0..<8 {
                let keeps = max(min(sums[unit] / 4 + 0.5, 1), 0)
                let proposed = max(min(sums[8 + unit], 1), -1)
                states[k][unit] = proposed + keeps * (states[k][unit] - proposed)
            }
        }

        /// Six numbers of each bin.
        private static func features(_ frame: GainNetworkTests.Frame) -> [[Double]] {
            let power = frame.power.map { max($0, 6) }
            return (0..<257).map { k in
                let around = power[max(k - 4, 0)...min(k + 4, 256)]
                let mean = around.reduce(0, +) / Double(around.count)
                return [
                    max(min(power[k] - frame.noise[k], 12), -2) / 4, 2 * frame.mask[k] - 1,
                    max(min(power[k] - mean, 6), -6) / 2, max(min(power[k] - frame.slowLevel, 12), -12) / 4,
                    max(frame.statisticalLogGains[k], -5) / 2 + 1, (log2(Double(k + 8)) - 5.5) / 1.5,
                ]
            }
        }

        private static func layer(_ weights: BinLayer.Weights, _ inputs: [Double]) -> [Double] {
            weights.biasesQ22.indices.map { output in
                inputs.indices.reduce(Double(weights.biasesQ22[output]) / 0x1p22) {
                    $0 + inputs[$1] * Double(weights.valuesQ11[output * inputs.count + $1]) / 2_048
                }
            }
        }
    }
}
