/// Decoder of ITU-T G.722 at 64 kbit/s, for Debian's studio recordings in this format. Block names as in the recommendation.
struct G722Decoder {
    private var low = Band(scale: 32)
    private var high = Band(scale: 8)
    private var history = [Int](repeating: 0, count: 24)

    /// Two samples at 16 kHz from each octet.
    mutating func decode(_ octets: [UInt8]) -> [Int16] {
        octets.flatMap { octet -> [Int16] in
            let lower = decodeLow(Int(octet) & 0x3F)
            let upper = decodeHigh(Int(octet) >> 6)
            return synthesize(lower, upper)
        }
    }

    private mutating func decodeLow(_ code: Int) -> Int {
        let result = clamp(low.prediction + (low.scale * Self.inverse6[code]) >> 15, 16_383)
        let difference = (low.scale * Self.inverse4[code >> 2]) >> 15
        low.rescale(by: Self.logLow[Self.logLowIndex[code >> 2]], limit: 18_432, offset: 8)
        low.adapt(difference)
        return result
    }

    private mutating func decodeHigh(_ code: Int) -> Int {
        let difference = (high.scale * Self.inverse2[code]) >> 15
        let result = clamp(high.prediction + difference, 16_383)
        high.rescale(by: code & 1 == 1 ? -214 : 798, limit: 22_528, offset: 10)
        high.adapt(difference)
        return result
    }

    /// The receive quadrature mirror filter.
    private mutating func synthesize(_ lower: Int, _ upper: Int) -> [Int16] {
        history.removeFirst(2)
        history += [lower + upper, lower - upper]
        var (even, odd) = (0, 0)
        for tap in 0..<12 {
            even += history[2 * tap] * Self.mirror[tap]
            odd += history[2 * tap + 1] * Self.mirror[11 - tap]
        }
        return [Int16(clamp(odd >> 11, 32_767)), Int16(clamp(even >> 11, 32_767))]
    }

    private static let mirror = [3, -11, 12, 32, -210, 951, 3_876, -805, 362, -156, 53, -11]
    private static let inverse2 = [-7_408, -1_616, 7_408, 1_616]
    private static let inverse4 = [
        0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288, 4_240, 2_584, 1_200, 0,
    ]
    private static let magnitudes6 = [
        24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576, 6_000, 5_456,
        4_944, 4_464, 4_008, 3_576, 3_168, 2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728,
    ]
    private static let inverse6 =
        [-136, -136, -136, -136] + magnitudes6.map { -$0 } + magnitudes6 + [432, 136, -432, -136]
    private static let logLow = [-60, -30, 58, 172, 334, 538, 1_198, 3_042]
    private static let logLowIndex = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0]
}

/// One sub-band: adaptive quantizer scale and the pole-zero predictor.
private struct Band {
    private(set) var scale: Int
    private(set) var prediction = 0
    private var logScale = 0
    private var zeroPart = 0
    private var differences = [Int](repeating: 0, count: 7)
    private var zeros = [Int](repeating: 0, count: 7)
    private var reconstructed = [0, 0, 0]
    private var partial = [0, 0, 0]
    private var poles = [0, 0, 0]

    init(scale: Int) { self.scale = scale }

    /// LOGSCL and SCALEL: 2048 x 2^(fraction / 32), the recommendation's table to the last unit.
    mutating func rescale(by step: Int, limit: Int, offset: Int) {
        logScale = max(0, min((logScale * 127) >> 7 + step, limit))
        let mantissa = Self.mantissas[logScale >> 6 & 31]
        let shift = offset - logScale >> 11
        scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2
    }

    mutating func adapt(_ difference: Int) {
        differences[0] = difference
        reconstructed[0] = clamp(prediction + difference, 32_767)
        partial[0] = clamp(zeroPart + difference, 32_767)
        poles = updatedPoles()
        let gain = difference == 0 ? 0 : 128
        for tap in 1...6 {
            let agrees = (differences[tap] < 0) == (difference < 0)
            zeros[tap] = clamp((agrees ? gain : -gain) + (zeros[tap] * 32_640) >> 15, 32_767)
        }
        differences = [0] + differences[0..<6]
        reconstructed = [0] + reconstructed[0..<2]
        partial = [0] + partial[0..<2]
        let polePart = (1...2).reduce(0) { $0 + (poles[$1] * clamp(2 * reconstructed[$1], 32_767)) >> 15 }
        zeroPart = (1...6).reduce(0) { clamp($0 + (zeros[$1] * clamp(2 * differences[$1], 32_767)) >> 15, 32_767) }
        prediction = clamp(clamp(polePart, 32_767) + zeroPart, 32_767)
    }

    private func updatedPoles() -> [Int] {
        let agrees = (1...2).map { (partial[0] < 0) == (partial[$0] < 0) }
        let cross = clamp(poles[1] << 2, 32_767)
        let second = clamp(
            (agrees[1] ? 128 : -128) + min(agrees[0] ? -cross : cross, 32_767) >> 7 + (poles[2] * 32_512) >> 15, 12_288)
        let bound = clamp(15_360 - second, 32_767)
        let first = clamp((agrees[0] ? 192 : -192) + (poles[1] * 32_640) >> 15, 32_767)
        return [0, max(-bound, min(first, bound)), max(-12_288, second)]
    }

    private static let mantissas = [
        2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656, 2_714, 2_774, 2_834, 2_896,
        2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520, 3_597, 3_676, 3_756, 3_838, 3_922, 4_008,
    ]
}

private func clamp(_ value: Int, _ limit: Int) -> Int {
    max(-limit - 1, min(value, limit))
}
