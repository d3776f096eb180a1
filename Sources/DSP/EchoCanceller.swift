/// Takes the loudspeaker's echo out of one microphone: a partitioned frequency-domain Kalman filter in fixed point.
///
/// Per bin and partition of 320 taps it keeps the echo path's weight W and the uncertainty U of that weight (the variance of
/// its error). With X the far end, E the spectrum of the residual and N the power of everything that is not echo,
///
///     D = sum of U |X|^2 over the partitions + N 512/160        W += 5/4 U X* E / D        U -= 160/512 U^2 |X|^2 / D
///
/// and then U grows by 2^-9 |W|^2, because a room never stands still. Where the filter is sure of itself (U small) or the
/// residual is loud, as when a person talks over the echo (N large), the step is small by itself; no double-talk detector is
/// needed. N is the residual's own power, smoothed over time and five bins, and at least that of the frame at hand. When the
/// residual becomes louder than the microphone the path has changed: the weights are halved, their uncertainty is renewed.
/// Two partitions per frame, in turn, are held to their 320 taps (the gradient constraint).
///
/// Sources: Enzner and Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free telephones", 2006;
/// Kuech, Mabande and Enzner, "State-space architecture of the partitioned-block-based acoustic echo controller", 2014.
///
/// Formats: X and E Q4 of the pre-emphasised sample step (below 2^29); W Q26 within +-8 (18 dB of echo gain in each partition);
/// U Q30, at most 1; sums of products Int64, wrapping only beyond 16 partitions of full-scale square waves.
public struct EchoCanceller: ~Copyable {
    private static var bins: Int { FarEndSpectra.binCount }
    private static var weightLimit: Int64 { 1 << 29 - 1 }
    private static var uncertaintyLimit: Int64 { 1 << 30 }

    private let partitions: Int
    /// W, Q26, [bin][partition].
    private let weights: FixedArray<ComplexInt32>
    /// U, Q30, [bin][partition].
    private let uncertainty: FixedArray<Int32>
    /// U of each partition before anything is known, Q30.
    private let prior: FixedArray<Int32>
    private let products: FixedArray<Int64>
    /// N's smoothed part: |E|^2, Q8.
    private let residualPower = FixedArray<Int64>(count: 257, repeating: 0)
    private let framePower = FixedArray<Int64>(count: 257, repeating: 0)
    /// `expectedMisalignment`, in twice |X|^2's Q8.
    private let misalignment = FixedArray<Int64>(count: 257, repeating: 0)
    private var fft = FFT()
    private let spectrum = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    private let block = FixedArray<Int32>(count: 512, repeating: 0)
    private let microphoneQ10 = FixedArray<Int32>(count: 160, repeating: 0)
    private var emphasis = EchoEmphasis()
    private var health = EchoPathHealth()
    private var nextConstrained = 0

    /// - Parameter tailMilliseconds: the `FarEndSpectra`'s.
    public init(tailMilliseconds: Int) {
        precondition(tailMilliseconds % 20 == 0 && (20...320).contains(tailMilliseconds))
        partitions = tailMilliseconds / 20
        weights = FixedArray(count: 257 * partitions, repeating: ComplexInt32(re: 0, im: 0))
        uncertainty = FixedArray(count: 257 * partitions, repeating: 0)
        prior = FixedArray(count: partitions, repeating: 0)
        products = FixedArray(count: partitions, repeating: 0)
        for partition in 0..<partitions {
            // 0.3 for the first 60 ms, where the first echo may stand, then 1.5 dB less every 10 ms: the decay of 0.4 s of
            // reverberation.
            prior[partition] = partition < 4 ? 322_122_547 : prior[partition - 1] / 2
        }
        reset()
    }

    /// Forgets the echo path.
    @_noAllocation @_noLocks
    public mutating func reset() {
        for bin in 0..<Self.bins {
            copy(prior.base, to: uncertainty.base.advanced(by: bin &* partitions), count: partitions)
        }
        weights.base.update(repeating: ComplexInt32(re: 0, im: 0), count: weights.count)
        residualPower.base.update(repeating: 0, count: Self.bins)
        misalignment.base.update(repeating: 0, count: Self.bins)
    }

    /// The power that the echo left in the newest residual is expected to have, one value per bin: the sum of U |X|^2, and
    /// once more what the last partition yields, for the reverberation beyond it. 2^9 units are one squared step of a
    /// 512-sample pre-emphasised block.
    var expectedMisalignment: UnsafePointer<Int64> { UnsafePointer(misalignment.base) }

    /// Whether the echo path seems to have changed within the last 150 ms: then what is left is echo, however loud it is.
    public var isPathSuspect: Bool { health.isSuspect }

    /// One frame.
    ///
    /// - Parameters:
    ///   - microphone: 160 samples.
    ///   - far: has taken the far end's samples of this frame. While it sleeps the microphone passes unchanged.
    ///   - residual: receives the microphone without its echo; no delay. May be `microphone`.
    @_noAllocation @_noLocks
    public mutating func process(
        _ microphone: UnsafePointer<Int16>, far: borrowing FarEndSpectra, into residual: UnsafeMutablePointer<Int16>
    ) {
        assert(far.partitions == partitions)
        guard far.isAwake else {
            emphasis.pass(microphone)
            misalignment.base.update(repeating: 0, count: Self.bins)
            if residual != microphone { copy(microphone, to: residual, count: 160) }
            return
        }
        emphasis.emphasise(microphone, into: microphoneQ10.base)
        estimateEcho(far)
        subtractEcho()
        emphasis.deemphasise(UnsafePointer(block.base + 352), into: residual)
        measureResidual()
        for bin in 0..<Self.bins {
            adapt(bin, far.window(bin))
        }
        if health.isBroken { loosen() }
        constrainNext()
        constrainNext()
    }

    /// Y = sum of W X, and its samples into the newest 160 of `block`, Q10.
    @_noAllocation @_noLocks
    private mutating func estimateEcho(_ far: borrowing FarEndSpectra) {
        for bin in 0..<Self.bins {
            let x = far.window(bin)
            let w = weights.base + bin &* partitions
            var (re, im): (Int64, Int64) = (0, 0)
            for p in 0..<partitions {
                re &+= Int64(w[p].re) &* Int64(x[p].re) &- Int64(w[p].im) &* Int64(x[p].im)
                im &+= Int64(w[p].re) &* Int64(x[p].im) &+ Int64(w[p].im) &* Int64(x[p].re)
            }
            spectrum.base[bin] = ComplexInt32(re: saturatedInt32(re &>> 26), im: saturatedInt32(im &>> 26))
        }
        let exponent = fft.inverse(UnsafePointer(spectrum.base), into: block.base) &+ 10 &- FarEndSpectra.fractionBits
        for n in 352..<512 {
            block.base[n] = scaled(block.base[n], byPowerOfTwo: exponent)
        }
    }

    /// `block` becomes the zero-padded residual, Q10.
    @_noAllocation @_noLocks
    private mutating func subtractEcho() {
        var (echo, residual, microphone): (Int64, Int64, Int64) = (0, 0, 0)
        let newest = block.base + 352
        for n in 0..<160 {
            let difference = max(min(Int64(microphoneQ10.base[n]) &- Int64(newest[n]), 1 &<< 30), -1 &<< 30)
            echo &+= (Int64(newest[n]) &>> 8) &* (Int64(newest[n]) &>> 8)
            residual &+= (difference &>> 8) &* (difference &>> 8)
            microphone &+= Int64(microphoneQ10.base[n] &>> 8) &* Int64(microphoneQ10.base[n] &>> 8)
            newest[n] = Int32(truncatingIfNeeded: difference)
        }
        block.base.update(repeating: 0, count: 352)
        health.note(echo: echo, residual: residual, microphone: microphone)
    }

    /// E into `spectrum`, its power over five bins into `framePower`, and N's smoothed part.
    @_noAllocation @_noLocks
    private mutating func measureResidual() {
        let exponent = fft.forward(UnsafePointer(block.base), into: spectrum.base) &+ FarEndSpectra.fractionBits &- 10
        for bin in 0..<Self.bins {
            let re = max(min(scaled(spectrum.base[bin].re, byPowerOfTwo: exponent), 1 &<< 28), -1 &<< 28)
            let im = max(min(scaled(spectrum.base[bin].im, byPowerOfTwo: exponent), 1 &<< 28), -1 &<< 28)
            spectrum.base[bin] = ComplexInt32(re: re, im: im)
            misalignment.base[bin] = spectrum.base[bin].power
        }
        for bin in 0..<Self.bins {
            var sum: Int64 = 0
            for neighbour in max(bin &- 2, 0)...min(bin &+ 2, Self.bins &- 1) {
                sum &+= misalignment.base[neighbour]
            }
            framePower.base[bin] = sum / 5
            residualPower.base[bin] = (residualPower.base[bin] &+ framePower.base[bin]) &>> 1
        }
    }

    /// The Kalman step of one bin.
    @_noAllocation @_noLocks
    private func adapt(_ bin: Int, _ x: UnsafePointer<ComplexInt32>) {
        let u = uncertainty.base + bin &* partitions
        let w = weights.base + bin &* partitions
        var sum: Int64 = 0
        for p in 0..<partitions {
            products.base[p] = Self.product(x[p], Int64(u[p]))
            sum &+= products.base[p]
        }
        let oldest = partitions &- 1
        misalignment.base[bin] = sum &+ Self.product(x[oldest], min(w[oldest].power &>> 22, Self.uncertaintyLimit))
        guard sum > 0 else { return }
        // 512/160 N with half the weight: the smoothed residual holds echo too. 13/8 of |E|^2, twice for the products' unit.
        let other = (max(residualPower.base[bin], framePower.base[bin]) &* 13) &>> 2
        let step = EchoStep(dividend: spectrum.base[bin], divisor: max(sum &+ other, 1 &<< 16))
        for p in 0..<partitions {
            let gradient = step.gradient(x[p])
            let re = Int64(w[p].re) &+ step.weightChange(gradient.re, uncertaintyQ30: u[p])
            let im = Int64(w[p].im) &+ step.weightChange(gradient.im, uncertaintyQ30: u[p])
            w[p] = ComplexInt32(re: Self.limitedWeight(re), im: Self.limitedWeight(im))
            // 160/512 of the share, then 2^-9 |W|^2: Q52 to Q30 and nine more.
            let learned = (Int64(u[p]) &* step.shareQ15(products.base[p]) &* 5) &>> 19
            u[p] = Int32(truncatingIfNeeded: min(Int64(u[p]) &- learned &+ w[p].power &>> 31, Self.uncertaintyLimit))
        }
    }

    /// |X|^2 times a factor in Q30, in twice |X|^2's Q8.
    @_noAllocation @_noLocks @inline(__always)
    private static func product(_ x: ComplexInt32, _ factorQ30: Int64) -> Int64 {
        let power = x.power &>> 14
        return power &* (factorQ30 &>> 15) &+ (power &* (factorQ30 & 0x7FFF)) &>> 15
    }

    @_noAllocation @_noLocks @inline(__always)
    private static func limitedWeight(_ value: Int64) -> Int32 {
        Int32(truncatingIfNeeded: max(min(value, weightLimit), 0 &- weightLimit))
    }

    /// The path has changed: half the weights, and at least a tenth of the first uncertainty.
    @_noAllocation @_noLocks
    private mutating func loosen() {
        for bin in 0..<Self.bins {
            let w = weights.base + bin &* partitions
            let u = uncertainty.base + bin &* partitions
            for p in 0..<partitions {
                w[p] = ComplexInt32(re: w[p].re &>> 1, im: w[p].im &>> 1)
                u[p] = max(u[p], prior.base[p] / 10)
            }
        }
        health.forgive()
    }

    /// Holds the next partition's impulse response to its 320 taps.
    @_noAllocation @_noLocks
    private mutating func constrainNext() {
        let partition = nextConstrained
        nextConstrained = partition &+ 1 == partitions ? 0 : partition &+ 1
        for bin in 0..<Self.bins {
            spectrum.base[bin] = weights.base[bin &* partitions &+ partition]
        }
        let shrink = fft.inverse(UnsafePointer(spectrum.base), into: block.base)
        (block.base + FarEndSpectra.partitionSamples).update(repeating: 0, count: 512 &- FarEndSpectra.partitionSamples)
        let exponent = shrink &+ fft.forward(UnsafePointer(block.base), into: spectrum.base)
        for bin in 0..<Self.bins {
            let (re, im) = (spectrum.base[bin].re, spectrum.base[bin].im)
            weights.base[bin &* partitions &+ partition] = ComplexInt32(
                re: Self.limitedWeight(Int64(scaled(re, byPowerOfTwo: exponent))),
                im: Self.limitedWeight(Int64(scaled(im, byPowerOfTwo: exponent))))
        }
    }
}
