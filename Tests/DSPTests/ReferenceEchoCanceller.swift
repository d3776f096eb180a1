#if canImport(Glibc)
    import Glibc
#endif

/// `EchoCanceller` in double precision, by its equations: 512-point blocks, partitions of 320 taps, one far end, some
/// microphones; what it does when a path breaks and when the far end is silent.
struct ReferenceEchoCanceller {
    private typealias Bins = [(re: Double, im: Double)]
    private static let emphasis = 921.0 / 1_024

    private let partitions: Int
    /// Newest first; partition p looks at 2 p.
    private var far: [Bins] = []
    private var past = [Double](repeating: 0, count: 512)
    private var (lastFar, frame) = (0.0, 0)
    private var silentFrames = Int.max
    private var (lastInput, lastOutput): ([Double], [Double])
    /// [microphone][partition][bin].
    private var weights: [[Bins]]
    /// [partition][pair of bins].
    private var uncertainty: [[Double]]
    private var growth: [[Double]]
    /// Energies of echo, residual and microphone by which a broken path is found.
    private var energies: [(echo: Double, residual: Double, microphone: Double)]
    private var smoothed = [Double](repeating: 0, count: 129)

    init(tailMilliseconds: Int, microphones: Int = 1) {
        partitions = tailMilliseconds / 20
        let zeros = Bins(repeating: (0, 0), count: 257)
        weights = Array(repeating: Array(repeating: zeros, count: partitions), count: microphones)
        uncertainty = (0..<partitions).map { Array(repeating: 0.3 * pow(0.5, Double(max($0 - 3, 0))), count: 129) }
        growth = Array(repeating: Array(repeating: 0, count: 129), count: partitions)
        lastInput = Array(repeating: 0, count: microphones)
        lastOutput = lastInput
        energies = Array(repeating: (0, 0, 0), count: microphones)
    }

    /// 160 samples of every microphone without their echo.
    mutating func process(_ microphones: [[Double]], far newest: [Double]) -> [[Double]] {
        past.removeFirst(160)
        for sample in newest {
            past.append(sample - Self.emphasis * lastFar)
            lastFar = sample
        }
        let isSilent = newest.reduce(0) { $0 + $1 * $1 } < 16 * 160
        silentFrames = isSilent ? min(silentFrames, 1_000) + 1 : 0
        guard silentFrames < 2 * partitions + 2 else {
            far = []
            lastInput = microphones.map { $0[159] }
            lastOutput = lastInput
            return microphones
        }
        far.insert(Self.transform(past), at: 0)
        if far.count > 2 * partitions { far.removeLast() }
        var (outputs, residuals): ([[Double]], [Bins]) = ([], [])
        for (index, microphone) in microphones.enumerated() {
            let residual = subtract(microphone, index)
            residuals.append(Self.transform([Double](repeating: 0, count: 352) + residual))
            outputs.append(
                residual.map {
                    lastOutput[index] = $0 + Self.emphasis * lastOutput[index]
                    return lastOutput[index]
                })
        }
        learn(residuals)
        frame += 1
        for index in microphones.indices {
            loosenIfBroken(index)
            if (frame ^ index) & 1 == 0 { constrain(index) }
        }
        return outputs
    }

    /// From 4 kHz on 120 ms count.
    private func bins(of partition: Int) -> Range<Int> { 0..<(partition < 6 ? 257 : 128) }

    private func window(_ partition: Int) -> Bins? { 2 * partition < far.count ? far[2 * partition] : nil }

    private mutating func subtract(_ microphone: [Double], _ index: Int) -> [Double] {
        var estimate = Bins(repeating: (0, 0), count: 257)
        for p in 0..<partitions {
            guard let x = window(p) else { continue }
            let w = weights[index][p]
            for k in bins(of: p) {
                estimate[k].re += w[k].re * x[k].re - w[k].im * x[k].im
                estimate[k].im += w[k].re * x[k].im + w[k].im * x[k].re
            }
        }
        let echo = Self.inverse(estimate)
        let emphasised = microphone.map { (sample: Double) -> Double in
            defer { lastInput[index] = sample }
            return sample - Self.emphasis * lastInput[index]
        }
        let residual = zip(emphasised, echo[352...]).map { $0 - $1 }
        let energy = { (samples: [Double]) -> Double in samples.reduce(0) { $0 + $1 * $1 } }
        energies[index].echo = energy(Array(echo[352...]))
        energies[index].residual += (energy(residual) - energies[index].residual) / 10
        energies[index].microphone += (energy(emphasised) - energies[index].microphone) / 10
        return residual
    }

    private mutating func loosenIfBroken(_ index: Int) {
        let (echo, residual, microphone) = energies[index]
        // 5 sample steps RMS; 30 % more than the microphone.
        guard echo > 4_000, residual > 1.3 * microphone else { return }
        energies[index].residual = microphone / 2
        for p in 0..<partitions {
            let prior = 0.3 * pow(0.5, Double(max(p - 3, 0)))
            for k in 0..<257 {
                weights[index][p][k].re /= 2
                weights[index][p][k].im /= 2
                uncertainty[p][k / 2] = max(uncertainty[p][k / 2], prior / 10)
            }
        }
    }

    private mutating func learn(_ residuals: [Bins]) {
        let power = (0..<257).map { k in residuals.reduce(0) { $0 + $1[k].re * $1[k].re + $1[k].im * $1[k].im } }
        for (j, pair) in Self.pairs.enumerated() {
            let sum = power[max(2 * j - 1, 0)...min(2 * j + 2, 256)].reduce(0, +)
            smoothed[j] = (smoothed[j] + sum) / 2
            let other = 13.0 / 8 * max(smoothed[j], sum) / Double(4 * residuals.count)
            let shares = (0..<(j < 64 ? partitions : min(partitions, 6))).map { p in
                window(p).map { uncertainty[p][j] * Self.meanPower($0, pair) } ?? 0
            }
            // 2^16 in twice Q8.
            let divisor = max(shares.reduce(other, +), 128)
            for p in shares.indices {
                guard let x = window(p) else { continue }
                let gain = 1.25 * uncertainty[p][j] / divisor
                for (m, e) in residuals.enumerated() {
                    for k in pair {
                        weights[m][p][k].re += gain * (x[k].re * e[k].re + x[k].im * e[k].im)
                        weights[m][p][k].im += gain * (x[k].re * e[k].im - x[k].im * e[k].re)
                    }
                }
                uncertainty[p][j] += growth[p][j] - uncertainty[p][j] * shares[p] / divisor * 160 / 512
            }
        }
    }

    /// Two bins side by side; the last stands alone.
    private static let pairs = (0..<129).map { Array(2 * $0...min(2 * $0 + 1, 256)) }

    private static func meanPower(_ bins: Bins, _ pair: [Int]) -> Double {
        pair.reduce(0) { $0 + bins[$1].re * bins[$1].re + bins[$1].im * bins[$1].im } / 2
    }

    private mutating func constrain(_ index: Int) {
        let partition = constrained[index % 2]
        if index >= weights.count - 2 { constrained[index % 2] = (partition + 1) % partitions }
        let response = Self.inverse(weights[index][partition])
        let held = Self.transform(response.enumerated().map { $0 < 320 ? $1 : 0 })
        for k in bins(of: partition) {
            weights[index][partition][k] = held[k]
        }
        for (j, pair) in Self.pairs.enumerated() where pair[0] < bins(of: partition).upperBound {
            growth[partition][j] += (Self.meanPower(held, pair) / 512 - growth[partition][j]) / Double(weights.count)
        }
    }
    /// The next partition of the even and of the odd microphones.
    private var constrained = [0, 0]

    private static func transform(_ samples: [Double]) -> Bins {
        Array(fourier(samples.map { ($0, 0) })[...256])
    }

    private static func inverse(_ bins: Bins) -> [Double] {
        // The first and the last have no imaginary part.
        let half = bins.enumerated().map { $0 == 0 || $0 == 256 ? ($1.re, 0) : ($1.re, -$1.im) }
        let mirrored = half + (1..<256).reversed().map { bins[$0] }
        return fourier(mirrored).map { $0.re / 512 }
    }

    private static func fourier(_ x: Bins) -> Bins {
        guard x.count > 1 else { return x }
        let half = x.count / 2
        let even = fourier((0..<half).map { x[2 * $0] })
        let odd = fourier((0..<half).map { x[2 * $0 + 1] })
        var result = Bins(repeating: (0, 0), count: x.count)
        for k in 0..<half {
            let angle = -Double.pi * Double(k) / Double(half)
            let (c, s) = (cos(angle), sin(angle))
            let (re, im) = (odd[k].re * c - odd[k].im * s, odd[k].re * s + odd[k].im * c)
            result[k] = (even[k].re + re, even[k].im + im)
            result[k + half] = (even[k].re - re, even[k].im - im)
        }
        return result
    }
}
