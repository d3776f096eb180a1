/// ITU-T G.722 at 64 kbit/s (mode 1): one byte makes two samples at 16 kHz. Six bits code the band below 4 kHz, two the band
/// above; both are adaptive differential codes, and a quadrature mirror filter joins the bands.
package struct G722Decoder {
    private var low = SubBand(scale: 32)
    private var high = SubBand(scale: 8)
    private var history = [Int](repeating: 0, count: 24)

    /// - Returns: two samples for each byte, 16 kHz.
    package static func decode(_ bytes: some Sequence<UInt8>) -> [Int16] {
        var decoder = G722Decoder()
        return bytes.flatMap { code in
            let (first, second) = decoder.decode(code)
            return [first, second]
        }
    }

    mutating func decode(_ code: UInt8) -> (Int16, Int16) {
        let lowBand = decodeLow(Int(code & 0x3F))
        let highBand = decodeHigh(Int(code >> 6))
        return join(low: lowBand, high: highBand)
    }

    private mutating func decodeLow(_ code: Int) -> Int {
        let sound = low.estimate + (low.scale * Self.fineSteps[code]) >> 15
        // Prediction and scale follow the coarse four bits alone, so that the other two may be lost.
        let coarse = code >> 2
        let difference = (low.scale * Self.coarseSteps[coarse]) >> 15
        low.adaptScale(by: Self.lowMultipliers[coarse], bound: 18_432, exponentBase: 8)
        low.predict(difference)
        return clamped(sound, 16_384)
    }

    private mutating func decodeHigh(_ code: Int) -> Int {
        let difference = (high.scale * Self.highSteps[code]) >> 15
        let sound = high.estimate + difference
        high.adaptScale(by: Self.highMultipliers[code], bound: 22_528, exponentBase: 10)
        high.predict(difference)
        return clamped(sound, 16_384)
    }

    private mutating func join(low: Int, high: Int) -> (Int16, Int16) {
        history.removeFirst(2)
        history += [low + high, low - high]
        var first = 0
        var second = 0
        for (i, tap) in Self.mirrorFilter.enumerated() {
            second += history[2 * i] * tap
            first += history[2 * (11 - i) + 1] * tap
        }
        return (Int16(saturated(first >> 11)), Int16(saturated(second >> 11)))
    }

    // MARK: The recommendation's tables

    private static let mirrorFilter = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11]
    private static let highSteps = [-7408, -1616, 7408, 1616]
    private static let highMultipliers = [798, -214, 798, -214]
    private static let coarseSteps = mirrored([20_456, 12_896, 8968, 6288, 4240, 2584, 1200])
    private static let lowMultipliers: [Int] = {
        let byMagnitude = [-60, -30, 58, 172, 334, 538, 1198, 3042]
        let falling = Array(byMagnitude[1...].reversed())
        return [byMagnitude[0]] + falling + falling + [byMagnitude[0]]
    }()

    private static let fineSteps: [Int] = {
        let large = [
            24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
            4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728,
        ]
        return [-136, -136, -136, -136] + large.map { -$0 } + large + [432, 136, -432, -136]
    }()

    /// Code 0, then the negative steps, the positive ones, and zero.
    private static func mirrored(_ steps: [Int]) -> [Int] { [0] + steps.map { -$0 } + steps + [0] }
}

/// One band: its predictor (two poles, six zeros) and the scale of its quantizer.
private struct SubBand {
    /// What the predictor expects of the next sample.
    private(set) var estimate = 0
    private(set) var scale: Int
    private var logScale = 0
    private var zeroEstimate = 0
    private var poles = [0, 0]
    private var zeros = [Int](repeating: 0, count: 6)
    private var differences = [Int](repeating: 0, count: 6)
    private var reconstructed = [0, 0]
    private var partial = [0, 0]

    init(scale: Int) { self.scale = scale }

    /// 2048 · 2^(i/32), rounded as the recommendation does.
    private static let mantissas = [
        2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091,
        3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
    ]

    mutating func adaptScale(by multiplier: Int, bound: Int, exponentBase: Int) {
        logScale = max(0, min(bound, (logScale * 127) >> 7 + multiplier))
        let shift = exponentBase - logScale >> 11
        let mantissa = Self.mantissas[(logScale >> 6) & 31]
        scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2
    }

    /// Learns from the quantized difference and makes the next estimate.
    mutating func predict(_ difference: Int) {
        let sound = saturated(estimate + difference)
        let newPartial = saturated(zeroEstimate + difference)
        adaptPoles(newPartial)
        adaptZeros(difference)
        differences = [difference] + differences.dropLast()
        reconstructed = [sound, reconstructed[0]]
        partial = [newPartial, partial[0]]
        let poleEstimate = saturated((0..<2).reduce(0) { $0 + (poles[$1] * saturated(2 * reconstructed[$1])) >> 15 })
        zeroEstimate = saturated((0..<6).reduce(0) { $0 + (zeros[$1] * saturated(2 * differences[$1])) >> 15 })
        estimate = saturated(poleEstimate + zeroEstimate)
    }

    private mutating func adaptPoles(_ newPartial: Int) {
        let agreesWithLast = (newPartial < 0) == (partial[0] < 0)
        let agreesWithSecond = (newPartial < 0) == (partial[1] < 0)
        let quadrupled = saturated(4 * poles[0])
        let pull = min(32_767, agreesWithLast ? -quadrupled : quadrupled)
        let second = clamped((agreesWithSecond ? 128 : -128) + pull >> 7 + (poles[1] * 32_512) >> 15, 12_288)
        let first = saturated((agreesWithLast ? 192 : -192) + (poles[0] * 32_640) >> 15)
        poles = [clamped(first, 15_360 - second), second]
    }

    private mutating func adaptZeros(_ difference: Int) {
        let step = difference == 0 ? 0 : 128
        for i in 0..<6 {
            let agrees = (differences[i] < 0) == (difference < 0)
            zeros[i] = saturated((agrees ? step : -step) + (zeros[i] * 32_640) >> 15)
        }
    }
}

private func saturated(_ value: Int) -> Int { max(-32_768, min(32_767, value)) }
private func clamped(_ value: Int, _ bound: Int) -> Int { max(-bound, min(bound, value)) }
