/// The echo's path to one microphone: a filter in partitions of 320 taps, W per bin and partition.
///
/// Per frame `cancel` takes the estimated echo, the sum of W X, out of the microphone, and `adapt` moves the weights by K* E, with
/// the gain K of `EchoLearning` and the spectrum E of what is left. One partition at a time, in turn, is held to its 320 taps
/// (the gradient constraint). When the residual becomes louder than the microphone the path has changed: the weights are halved.
///
/// Formats: X and E Q4 of the pre-emphasised sample step (below 2^29). W Q26, held within +-8 (18 dB of echo gain in each
/// partition) every fourth frame, a quarter at a time: a frame moves it by at most 4, because D is at least U |X|^2 / 2 + 13/32 |E|^2
/// over the number of microphones, and so K E at most 5/8 sqrt(64/13 x 8); it stays below 24, and Int32 holds 32. Sums of products
/// Int64; only 16 partitions of full-scale square waves with weights beyond 8 would wrap.
struct EchoPath: ~Copyable {
    private static var bins: Int { FarEndSpectra.binCount }
    private static var weightLimit: Int32 { 1 << 29 - 1 }

    private let partitions: Int
    /// W, Q26, [partition][bin].
    let weights: FixedArray<ComplexInt32>
    /// Sums of W X, real and imaginary in turn; zero between frames.
    private let sums = FixedArray<Int64>(count: 516, repeating: 0)
    /// E in the unit in which the `EchoStep`s' gains want it, likewise.
    private let pull = FixedArray<Int64>(count: 516, repeating: 0)
    /// Y, then E.
    private let spectrum = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    /// |Y|^2 of the newest frame that was measured, Q8 of the pre-emphasised sample step; 257 values.
    let echoPower = FixedArray<Int64>(count: 257, repeating: 0)
    private let block = FixedArray<Int32>(count: 512, repeating: 0)
    private let microphoneQ10 = FixedArray<Int32>(count: 160, repeating: 0)
    private var fft = FFT()
    private var emphasis = EchoEmphasis()
    private var health = EchoPathHealth()
    private var nextConstrained = 0
    private var nextLimited = 0

    init(partitions: Int) {
        self.partitions = partitions
        weights = FixedArray(count: FarEndSpectra.rowCount * partitions, repeating: ComplexInt32(re: 0, im: 0))
    }

    /// Forgets the path.
    @_noAllocation @_noLocks
    mutating func reset() {
        weights.base.update(repeating: ComplexInt32(re: 0, im: 0), count: weights.count)
    }

    /// E of the newest frame, Q4, parts within +-2^28.
    var residualSpectrum: UnsafePointer<ComplexInt32> { UnsafePointer(spectrum.base) }
    var isSuspect: Bool { health.isSuspect }
    var isBroken: Bool { health.isBroken }

    /// No far end: no echo.
    @_noAllocation @_noLocks
    func sleep() { echoPower.base.update(repeating: 0, count: Self.bins) }

    /// No far end: 160 samples pass unchanged. `residual` may be `microphone`.
    @_noAllocation @_noLocks
    mutating func pass(_ microphone: UnsafePointer<Int16>, into residual: UnsafeMutablePointer<Int16>) {
        emphasis.pass(microphone)
        if residual != microphone { copy(microphone, to: residual, count: 160) }
    }

    /// Takes the echo out of 160 samples. `residual` may be `microphone`.
    ///
    /// - Parameter measures: whether `echoPower` is renewed.
    @_noAllocation @_noLocks
    mutating func cancel(
        _ microphone: UnsafePointer<Int16>, far: borrowing FarEndSpectra, measures: Bool,
        into residual: UnsafeMutablePointer<Int16>
    ) {
        emphasis.emphasise(microphone, into: microphoneQ10.base)
        estimateEcho(far)
        if measures { measureEcho() }
        subtractEcho()
        emphasis.deemphasise(UnsafePointer(block.base + 352), into: residual)
        transformResidual()
    }

    /// Y = sum of W X, and its samples into the newest 160 of `block`, Q10.
    @_noAllocation @_noLocks
    private mutating func estimateEcho(_ far: borrowing FarEndSpectra) {
        for p in 0..<partitions {
            let (x, w) = (far.row(p), weights.base + p &* FarEndSpectra.rowCount)
            for pair in 0..<FarEndSpectra.pairs(p) {
                add(2 &* pair, x, w)
                add(2 &* pair &+ 1, x, w)
            }
        }
        let (sum, estimate) = (sums.base, spectrum.base)
        for bin in 0..<Self.bins {
            estimate[bin] = ComplexInt32(
                re: saturatedInt32(sum[2 &* bin] &>> 26), im: saturatedInt32(sum[2 &* bin &+ 1] &>> 26))
            (sum[2 &* bin], sum[2 &* bin &+ 1]) = (0, 0)
        }
        let exponent = fft.inverse(UnsafePointer(spectrum.base), into: block.base) &+ 10 &- FarEndSpectra.fractionBits
        scale(block.base + 352, count: 160, byPowerOfTwo: exponent, within: 1 &<< 30)
    }

    @_noAllocation @_noLocks @inline(__always)
    private func add(_ bin: Int, _ x: UnsafePointer<ComplexInt32>, _ w: UnsafePointer<ComplexInt32>) {
        let (x, w) = (x[bin], w[bin])
        sums.base[2 &* bin] &+= Int64(w.re) &* Int64(x.re) &- Int64(w.im) &* Int64(x.im)
        sums.base[2 &* bin &+ 1] &+= Int64(w.re) &* Int64(x.im) &+ Int64(w.im) &* Int64(x.re)
    }

    @_noAllocation @_noLocks
    private func measureEcho() {
        for bin in 0..<Self.bins {
            echoPower.base[bin] = spectrum.base[bin].power
        }
    }

    /// `block` becomes the zero-padded residual, Q10.
    @_noAllocation @_noLocks
    private mutating func subtractEcho() {
        var (echo, residual, microphone): (Int64, Int64, Int64) = (0, 0, 0)
        let newest = block.base + 352
        for n in 0..<160 {
            // The microphone is below 2^26 and the echo within 2^30.
            let difference = microphoneQ10.base[n] &- newest[n]
            echo &+= Int64(newest[n] &>> 8) &* Int64(newest[n] &>> 8)
            residual &+= Int64(difference &>> 8) &* Int64(difference &>> 8)
            microphone &+= Int64(microphoneQ10.base[n] &>> 8) &* Int64(microphoneQ10.base[n] &>> 8)
            newest[n] = difference
        }
        block.base.update(repeating: 0, count: 352)
        health.note(echo: echo, residual: residual, microphone: microphone)
    }

    @_noAllocation @_noLocks
    private mutating func transformResidual() {
        let exponent = fft.forward(UnsafePointer(block.base), into: spectrum.base) &+ FarEndSpectra.fractionBits &- 10
        scale(Self.parts(spectrum.base), count: 2 &* Self.bins, byPowerOfTwo: exponent, within: 1 &<< 28)
    }

    /// Real and imaginary in turn.
    @_noAllocation @_noLocks @inline(__always)
    private static func parts(_ values: UnsafeMutablePointer<ComplexInt32>) -> UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(values).assumingMemoryBound(to: Int32.self)
    }

    /// W += K* E.
    ///
    /// - Parameter learning: has learned from the frame.
    @_noAllocation @_noLocks
    mutating func adapt(_ learning: borrowing EchoLearning) {
        let residual = pull.base
        for bin in 0..<Self.bins {
            let shift = learning.steps.base[bin &>> 1].residualShift
            residual[2 &* bin] = Int64(spectrum.base[bin].re) &<< shift
            residual[2 &* bin &+ 1] = Int64(spectrum.base[bin].im) &<< shift
        }
        for p in 0..<partitions {
            let w = weights.base + p &* FarEndSpectra.rowCount
            let gain = learning.gains.base + p &* FarEndSpectra.rowCount
            for pair in 0..<FarEndSpectra.pairs(p) {
                adapt(2 &* pair, gain, w)
                adapt(2 &* pair &+ 1, gain, w)
            }
        }
        limitNext()
    }

    @_noAllocation @_noLocks @inline(__always)
    private func adapt(_ bin: Int, _ gain: UnsafePointer<ComplexInt32>, _ w: UnsafeMutablePointer<ComplexInt32>) {
        let (re, im) = (pull.base[2 &* bin], pull.base[2 &* bin &+ 1])
        let (gainRe, gainIm) = (Int64(gain[bin].re), Int64(gain[bin].im))
        w[bin].re &+= Int32(truncatingIfNeeded: (gainRe &* re &+ gainIm &* im) &>> 34)
        w[bin].im &+= Int32(truncatingIfNeeded: (gainRe &* im &- gainIm &* re) &>> 34)
    }

    /// Holds a quarter of the weights, in turn, within their limit. To see that none is beyond it is cheaper than to clamp.
    @_noAllocation @_noLocks
    private mutating func limitNext() {
        nextLimited = (nextLimited &+ 1) & 3
        let count = weights.count / 2
        let parts = Self.parts(weights.base) + nextLimited &* count
        var bits: Int32 = 0
        for index in 0..<count { bits |= magnitudeBits(parts[index]) }
        guard bits > Self.weightLimit else { return }
        for index in 0..<count { parts[index] = max(min(parts[index], Self.weightLimit), 0 &- Self.weightLimit) }
    }

    /// The path has changed: half the weights.
    @_noAllocation @_noLocks
    mutating func loosen() {
        for index in 0..<weights.count {
            weights.base[index] = ComplexInt32(re: weights.base[index].re &>> 1, im: weights.base[index].im &>> 1)
        }
        health.forgive()
    }

    /// Holds the next partition's impulse response to its 320 taps.
    @_noAllocation @_noLocks
    mutating func constrainNext(_ learning: borrowing EchoLearning) {
        let partition = nextConstrained
        nextConstrained = partition &+ 1 == partitions ? 0 : partition &+ 1
        let row = weights.base + partition &* FarEndSpectra.rowCount
        let shrink = fft.inverse(UnsafePointer(row), into: block.base)
        (block.base + FarEndSpectra.partitionSamples).update(repeating: 0, count: 512 &- FarEndSpectra.partitionSamples)
        let exponent = shrink &+ fft.forward(UnsafePointer(block.base), into: row)
        scale(Self.parts(row), count: 2 &* Self.bins, byPowerOfTwo: exponent, within: Self.weightLimit)
        for bin in FarEndSpectra.bins(partition)..<Self.bins { row[bin] = ComplexInt32(re: 0, im: 0) }
        for pair in 0..<FarEndSpectra.pairs(partition) {
            let power = row[2 &* pair].power &>> 23 &+ row[2 &* pair &+ 1].power &>> 23
            learning.noteWeight(pair, partition, weightPowerQ30: power)
        }
    }
}
