/// How fast the echo cancellers learn: the Kalman gain K and the uncertainty U of the weights, shared by all microphones.
///
/// They hear the same far end over nearly the same paths, so K, which does not depend on a microphone's own residual, serves
/// all; a further microphone costs its filter and its weights only. Two bins side by side share U and D as well: half the work, at
/// the price of 0.2 dB (measured on recorded voices). With X the far end, |X|^2 its mean over the pair, N the power of everything
/// that is not echo and W the weights,
///
///     D = sum of U |X|^2 over the partitions + N 512/160        K = 5/4 U X / D        U -= 160/512 U^2 |X|^2 / D
///
/// N is the residual's own power, smoothed over time and four bins, and at least that of the frame at hand: the mean over the
/// microphones, so that one that is dead or scratched neither stops the others nor makes them run away. U grows by 2^-9 |W|^2 per
/// frame, because a room never stands still; |W|^2 is the microphones' mean as of when each last held the partition to its taps.
///
/// Formats: U Q30, at most 1/2 when a partition is held to its taps and, as that is at most 32 frames apart and no frame adds more
/// than 2^-6, at most 1 ever; products of it and |X|^2 in twice |X|^2's Q8, below 2^59, so that 16 partitions of full-scale
/// square waves and N still stay below 2^63.
struct EchoLearning: ~Copyable {
    private static var bins: Int { FarEndSpectra.binCount }
    private static var pairs: Int { FarEndSpectra.pairCount }
    private static var uncertaintyLimit: Int32 { 1 << 29 }

    let partitions: Int
    private let microphones: Int
    /// U, Q30, [pair][partition].
    let uncertainty: FixedArray<Int32>
    /// U of each partition before anything is known, Q30.
    private let prior: FixedArray<Int32>
    /// K's mantissas, [bin][partition], and the shift of each pair: `EchoStep`.
    let gains: FixedArray<ComplexInt32>
    let weightShifts = FixedArray<Int32>(count: 129, repeating: 34)
    /// 2^-9 |W|^2, Q30, at most 2^24, [pair][partition].
    private let growths: FixedArray<Int32>
    private let products: FixedArray<Int64>
    /// Sum of |E|^2 over the microphones in the newest frame, Q8, a zero in front and two behind.
    private let framePower = FixedArray<Int64>(count: 260, repeating: 0)
    /// By pair: its sum over four bins, smoothed over time, and at least that of the newest frame.
    private let residualPower = FixedArray<Int64>(count: 129, repeating: 0)
    private let otherPower = FixedArray<Int64>(count: 129, repeating: 0)
    /// |W|^2 of the last partition, Q30, mean over the microphones, by pair.
    private let oldestPower = FixedArray<Int64>(count: 129, repeating: 0)
    /// `expectedMisalignment`, in twice |X|^2's Q8.
    private let misalignment = FixedArray<Int64>(count: 257, repeating: 0)
    /// 512/160 N with half the weight, because the smoothed residual holds echo too, twice for the products' unit, from the
    /// sum over four bins and all microphones, Q16.
    private let otherFactorQ16: Int64

    init(partitions: Int, microphones: Int) {
        self.partitions = partitions
        self.microphones = microphones
        uncertainty = FixedArray(count: Self.pairs * partitions, repeating: 0)
        prior = FixedArray(count: partitions, repeating: 0)
        gains = FixedArray(count: 257 * partitions, repeating: ComplexInt32(re: 0, im: 0))
        products = FixedArray(count: partitions, repeating: 0)
        growths = FixedArray(count: Self.pairs * partitions, repeating: 0)
        otherFactorQ16 = Int64(65_536 * 13 / (4 * 4 * microphones))
        for partition in 0..<partitions {
            // 0.3 for the first 60 ms, where the first echo may stand, then 1.5 dB less every 10 ms: the decay of 0.4 s of
            // reverberation.
            prior[partition] = partition < 4 ? 322_122_547 : prior[partition - 1] / 2
        }
        reset()
    }

    /// Nothing is known.
    @_noAllocation @_noLocks
    mutating func reset() {
        for pair in 0..<Self.pairs {
            copy(prior.base, to: uncertainty.base.advanced(by: pair &* partitions), count: partitions)
        }
        growths.base.update(repeating: 0, count: growths.count)
        residualPower.base.update(repeating: 0, count: Self.pairs)
        oldestPower.base.update(repeating: 0, count: Self.pairs)
        sleep()
    }

    /// No far end: nothing can be misaligned.
    @_noAllocation @_noLocks
    func sleep() { misalignment.base.update(repeating: 0, count: Self.bins) }

    /// The power that the echo left in the newest residual is expected to have, one value per bin: the sum of U |X|^2, and
    /// once more what the last partition yields, for the reverberation beyond it. 2^9 units are one squared step of a
    /// 512-sample pre-emphasised block.
    var expectedMisalignment: UnsafePointer<Int64> { UnsafePointer(misalignment.base) }

    @_noAllocation @_noLocks
    func beginFrame() { framePower.base.update(repeating: 0, count: framePower.count) }

    /// One microphone's residual E, Q4, parts within +-2^28.
    @_noAllocation @_noLocks
    func note(_ residual: UnsafePointer<ComplexInt32>) {
        let power = framePower.base + 1
        for bin in 0..<Self.bins {
            power[bin] &+= residual[bin].power
        }
    }

    /// Renews K from all microphones' residuals, and U by what they learn from it.
    @_noAllocation @_noLocks
    func learn(_ far: borrowing FarEndSpectra) {
        assert(far.partitions == partitions)
        smoothResidual()
        for pair in 0..<Self.pairs {
            let reach = FarEndSpectra.reach(2 &* pair, partitions)
            let divisor = max(measure(pair, far.powerWindow(pair), reach) &+ otherPower.base[pair], 1 &<< 16)
            learn(pair, EchoStep(divisor: divisor), far, reach)
        }
    }

    /// N's part of D.
    @_noAllocation @_noLocks
    private func smoothResidual() {
        let (power, smoothed, other) = (framePower.base, residualPower.base, otherPower.base)
        let factorQ16 = otherFactorQ16
        for pair in 0..<Self.pairs {
            var sum: Int64 = 0
            for bin in 2 &* pair..<2 &* pair &+ 4 { sum &+= power[bin] }
            smoothed[pair] = (smoothed[pair] &+ sum) &>> 1
            other[pair] = (max(smoothed[pair], sum) &>> 16) &* factorQ16
        }
    }

    /// U |X|^2 of one pair into `products`. Returns the sum.
    @_noAllocation @_noLocks @inline(__always)
    private func measure(_ pair: Int, _ power: UnsafePointer<Int64>, _ reach: Int) -> Int64 {
        let u = uncertainty.base + pair &* partitions
        let product = products.base
        var sum: Int64 = 0
        for p in 0..<reach {
            let value = Self.product(power[p], Int64(u[p]))
            product[p] = value
            sum &+= value
        }
        let missed = sum &+ Self.product(power[reach &- 1], oldestPower.base[pair])
        misalignment.base[2 &* pair] = missed
        misalignment.base[FarEndSpectra.upperBin(pair)] = missed
        return sum
    }

    @_noAllocation @_noLocks @inline(__always)
    private func learn(_ pair: Int, _ step: EchoStep, _ far: borrowing FarEndSpectra, _ reach: Int) {
        let (lower, upper) = (2 &* pair, FarEndSpectra.upperBin(pair))
        let u = uncertainty.base + pair &* partitions
        let growth = growths.base + pair &* partitions
        let (x, gain) = (far.window(lower), gains.base + lower &* partitions)
        let (upperX, upperGain) = (far.window(upper), gains.base + upper &* partitions)
        let product = products.base
        weightShifts.base[pair] = step.weightShift
        for p in 0..<reach {
            let factor = step.factor(uncertaintyQ30: u[p])
            gain[p] = step.gain(x[p], factor)
            upperGain[p] = step.gain(upperX[p], factor)
            u[p] &+= growth[p] &- step.learned(product[p], factor)
        }
    }

    /// |X|^2 in Q-6, as `FarEndSpectra` keeps it, times a factor in Q30, in twice |X|^2's Q8.
    @_noAllocation @_noLocks @inline(__always)
    private static func product(_ power: Int64, _ factorQ30: Int64) -> Int64 {
        power &* (factorQ30 &>> 15) &+ (power &* (factorQ30 & 0x7FFF)) &>> 15
    }

    /// A room never stands still: renews what U of one pair and partition grows by, and holds U within its limit.
    ///
    /// - Parameter weightPowerQ30: mean |W|^2 of the pair, of a microphone whose partition was just held to its taps.
    @_noAllocation @_noLocks @inline(__always)
    func noteWeight(_ pair: Int, _ partition: Int, weightPowerQ30: Int64) {
        let (index, power) = (pair &* partitions &+ partition, min(weightPowerQ30, 1 &<< 33))
        let change = power &>> 9 &- Int64(growths.base[index])
        growths.base[index] &+= Int32(truncatingIfNeeded: change / Int64(microphones))
        uncertainty.base[index] = min(uncertainty.base[index], Self.uncertaintyLimit)
        if partition == FarEndSpectra.reach(2 &* pair, partitions) &- 1 {
            oldestPower.base[pair] &+= (min(power, 1 &<< 30) &- oldestPower.base[pair]) / Int64(microphones)
        }
    }

    /// A path has changed: at least a tenth of the first uncertainty.
    @_noAllocation @_noLocks
    func loosen() {
        for pair in 0..<Self.pairs {
            let u = uncertainty.base + pair &* partitions
            for p in 0..<partitions {
                u[p] = max(u[p], prior.base[p] / 10)
            }
        }
    }

    /// Mean |W|^2 of a pair in the last partition of a microphone's weights, Q30, at most 1.
    @_noAllocation @_noLocks
    func lastPower(of weights: borrowing FixedArray<ComplexInt32>, _ pair: Int) -> Int64 {
        let last = FarEndSpectra.reach(2 * pair, partitions) - 1
        let lower = weights.base[2 * pair * partitions + last].power >> 23
        return min(lower + weights.base[FarEndSpectra.upperBin(pair) * partitions + last].power >> 23, 1 << 30)
    }

    /// Weights and uncertainty of a pair are from before a pause in which the path may have changed a little: at least 1/512 of
    /// the first uncertainty.
    @_noAllocation @_noLocks
    func resume(_ pair: Int, oldestPowerQ30: Int64) {
        oldestPower.base[pair] = oldestPowerQ30
        let u = uncertainty.base + pair * partitions
        for p in 0..<partitions { u[p] = max(u[p], prior.base[p] >> 9) }
    }
}
