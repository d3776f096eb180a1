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
    private static var pairs: Int { FarEndSpectra.pairCount }
    private static var uncertaintyLimit: Int32 { 1 << 29 }

    let partitions: Int
    private let microphones: Int
    /// U, Q30, [partition][pair].
    let uncertainty: FixedArray<Int32>
    /// U of each partition before anything is known, Q30.
    private let prior: FixedArray<Int32>
    /// K's mantissas, [partition][bin], and the division by D of each pair.
    let gains: FixedArray<ComplexInt32>
    let steps = FixedArray(count: 129, repeating: EchoStep(divisor: 1 << 16))
    /// 2^-9 |W|^2, Q30, at most 2^24, [partition][pair].
    private let growths: FixedArray<Int32>
    /// U |X|^2, [partition][pair], and its sum over the partitions.
    private let products: FixedArray<Int64>
    private let sums = FixedArray<Int64>(count: 129, repeating: 0)
    /// Sum of |E|^2 over the microphones in the newest frame, Q8, a zero in front and two behind; nothing between frames.
    private let framePower = FixedArray<Int64>(count: 260, repeating: 0)
    /// By pair: its sum over four bins, smoothed over time, and at least that of the newest frame.
    private let residualPower = FixedArray<Int64>(count: 129, repeating: 0)
    private let otherPower = FixedArray<Int64>(count: 129, repeating: 0)
    /// |W|^2 of the last partition, Q30, mean over the microphones, by pair.
    private let oldestPower = FixedArray<Int64>(count: 129, repeating: 0)
    /// `expectedMisalignment`, in twice |X|^2's Q8.
    private let misalignment = FixedArray<Int64>(count: 258, repeating: 0)
    /// 512/160 N with half the weight, because the smoothed residual holds echo too, twice for the products' unit, from the
    /// sum over four bins and all microphones, Q16.
    private let otherFactorQ16: Int64

    init(partitions: Int, microphones: Int) {
        self.partitions = partitions
        self.microphones = microphones
        uncertainty = FixedArray(count: Self.pairs * partitions, repeating: 0)
        prior = FixedArray(count: partitions, repeating: 0)
        gains = FixedArray(count: FarEndSpectra.rowCount * partitions, repeating: ComplexInt32(re: 0, im: 0))
        products = FixedArray(count: Self.pairs * partitions, repeating: 0)
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
        for p in 0..<partitions {
            (uncertainty.base + p &* Self.pairs).update(repeating: prior.base[p], count: Self.pairs)
        }
        growths.base.update(repeating: 0, count: growths.count)
        residualPower.base.update(repeating: 0, count: Self.pairs)
        oldestPower.base.update(repeating: 0, count: Self.pairs)
        sleep()
    }

    /// No far end: nothing can be misaligned.
    @_noAllocation @_noLocks
    func sleep() { misalignment.base.update(repeating: 0, count: misalignment.count) }

    /// The power that the echo left in the newest residual is expected to have, one value per bin: the sum of U |X|^2, and
    /// once more what the last partition yields, for the reverberation beyond it. 2^9 units are one squared step of a
    /// 512-sample pre-emphasised block.
    var expectedMisalignment: UnsafePointer<Int64> { UnsafePointer(misalignment.base) }

    /// One microphone's residual E, Q4, parts within +-2^28.
    @_noAllocation @_noLocks
    func note(_ residual: UnsafePointer<ComplexInt32>) {
        let power = framePower.base + 1
        for bin in 0..<FarEndSpectra.binCount { power[bin] &+= residual[bin].power }
    }

    /// Renews K from all microphones' residuals, and U by what they learn from it.
    @_noAllocation @_noLocks
    func learn(_ far: borrowing FarEndSpectra) {
        assert(far.partitions == partitions)
        smoothResidual()
        measure(far)
        divide(0..<FarEndSpectra.lowPairCount, far)
        divide(FarEndSpectra.lowPairCount..<Self.pairs, far)
        for p in 0..<partitions { learn(p, far.row(p)) }
    }

    /// N's part of D.
    @_noAllocation @_noLocks
    private func smoothResidual() {
        let (power, smoothed, other) = (framePower.base, residualPower.base, otherPower.base)
        let factorQ16 = otherFactorQ16
        for pair in 0..<Self.pairs {
            var sum: Int64 = 0
            for bin in 2 &* pair..<2 &* pair &+ 4 { sum &+= power[bin] }
            (power[2 &* pair], power[2 &* pair &+ 1]) = (0, 0)
            smoothed[pair] = (smoothed[pair] &+ sum) &>> 1
            other[pair] = (max(smoothed[pair], sum) &>> 16) &* factorQ16
        }
    }

    /// U |X|^2 and its sums.
    @_noAllocation @_noLocks
    private func measure(_ far: borrowing FarEndSpectra) {
        let sum = sums.base
        sum.update(repeating: 0, count: Self.pairs)
        for p in 0..<partitions {
            let (power, u, product) = (far.powers(p), uncertainty.base + p &* Self.pairs, products.base + p &* Self.pairs)
            for pair in 0..<FarEndSpectra.pairs(p) {
                let value = Self.product(power[pair], Int64(u[pair]))
                product[pair] = value
                sum[pair] &+= value
            }
        }
    }

    /// 1 / D, and what is misaligned, for pairs that share their last partition.
    @_noAllocation @_noLocks
    private func divide(_ some: Range<Int>, _ far: borrowing FarEndSpectra) {
        let oldest = far.powers(FarEndSpectra.last(some.lowerBound, partitions))
        for pair in some {
            let sum = sums.base[pair]
            let missed = sum &+ Self.product(oldest[pair], oldestPower.base[pair])
            misalignment.base[2 &* pair] = missed
            misalignment.base[2 &* pair &+ 1] = missed
            steps.base[pair] = EchoStep(divisor: max(sum &+ otherPower.base[pair], 1 &<< 16))
        }
    }

    /// K and U of one partition.
    @_noAllocation @_noLocks
    private func learn(_ partition: Int, _ x: UnsafePointer<ComplexInt32>) {
        let first = partition &* Self.pairs
        let (u, growth, product) = (uncertainty.base + first, growths.base + first, products.base + first)
        let (step, gain) = (steps.base, gains.base + partition &* FarEndSpectra.rowCount)
        for pair in 0..<FarEndSpectra.pairs(partition) {
            let factor = step[pair].factor(uncertaintyQ30: u[pair])
            gain[2 &* pair] = step[pair].gain(x[2 &* pair], factor)
            gain[2 &* pair &+ 1] = step[pair].gain(x[2 &* pair &+ 1], factor)
            u[pair] &+= growth[pair] &- step[pair].learned(product[pair], factor)
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
        let (index, power) = (partition &* Self.pairs &+ pair, min(weightPowerQ30, 1 &<< 33))
        let change = power &>> 9 &- Int64(growths.base[index])
        growths.base[index] &+= Int32(truncatingIfNeeded: change / Int64(microphones))
        uncertainty.base[index] = min(uncertainty.base[index], Self.uncertaintyLimit)
        if partition == FarEndSpectra.last(pair, partitions) {
            oldestPower.base[pair] &+= (min(power, 1 &<< 30) &- oldestPower.base[pair]) / Int64(microphones)
        }
    }

    /// A path has changed: at least a tenth of the first uncertainty.
    @_noAllocation @_noLocks
    func loosen() {
        for p in 0..<partitions {
            let u = uncertainty.base + p &* Self.pairs
            for pair in 0..<Self.pairs { u[pair] = max(u[pair], prior.base[p] / 10) }
        }
    }

    /// Mean |W|^2 of a pair in the last partition of a microphone's weights, Q30, at most 1.
    @_noAllocation @_noLocks
    func lastPower(of weights: borrowing FixedArray<ComplexInt32>, _ pair: Int) -> Int64 {
        let bin = FarEndSpectra.last(pair, partitions) * FarEndSpectra.rowCount + 2 * pair
        return min(weights.base[bin].power >> 23 + weights.base[bin + 1].power >> 23, 1 << 30)
    }

    /// Weights and uncertainty of a pair are from before a pause in which the path may have changed a little: at least 1/512 of
    /// the first uncertainty.
    @_noAllocation @_noLocks
    func resume(_ pair: Int, oldestPowerQ30: Int64) {
        oldestPower.base[pair] = oldestPowerQ30
        for p in 0..<partitions {
            let u = uncertainty.base + p * Self.pairs + pair
            u.pointee = max(u.pointee, prior.base[p] >> 9)
        }
    }
}
