/// Which microphones of an array are not to be trusted: dead (no signal), deaf (20 dB below the others), too loud by as much,
/// clipping alone, or with a signal that has nothing to do with the others'.
///
/// Looks at 16 bins from 94 to 563 Hz, where every sound reaches all microphones of a small array alike. Levels are powers
/// smoothed over 0.3 s against the median of all; a stranger is one whose coherence with the sum of the others lies below 0.1
/// while the best lies above 0.5, so that the microphones' own noise in a silent room condemns nobody. A microphone is left
/// out after a second of bad frames and comes back after a second of good ones; frames in which nothing sounds change nothing.
///
/// Formats: powers Q4 of squared sample steps (Int64, below 2^53); coherences Q15.
public struct MicrophoneHealth: ~Copyable {
    private static var firstBin: Int { 3 }
    private static var bins: Int { 16 }
    /// A second of looks, its two ends included.
    private static var patience: Int32 { 51 }

    /// Bit m is microphone m being left out.
    public private(set) var deaf: UInt8 = 0

    private let microphones: Int
    private let power: FixedArray<Int64>
    /// Smoothed |x_i|^2, |s_i|^2 and x_i conj(s_i) per microphone and bin, s_i being the sum of the others.
    private let own: FixedArray<Int64>
    private let others: FixedArray<Int64>
    private let crossRe: FixedArray<Int64>
    private let crossIm: FixedArray<Int64>
    private let clippingQ15: FixedArray<Int32>
    private let coherenceQ15: FixedArray<Int32>
    /// 0...51: full is left out.
    private let badLooks: FixedArray<Int32>
    private var looks = false
    private let ordered: FixedArray<Int64>
    private let bin = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))

    /// - Parameter microphones: 1...8.
    public init(microphones: Int) {
        precondition((1...8).contains(microphones))
        self.microphones = microphones
        power = FixedArray(count: microphones, repeating: 0)
        own = FixedArray(count: microphones * Self.bins, repeating: 0)
        others = FixedArray(count: microphones * Self.bins, repeating: 0)
        crossRe = FixedArray(count: microphones * Self.bins, repeating: 0)
        crossIm = FixedArray(count: microphones * Self.bins, repeating: 0)
        clippingQ15 = FixedArray(count: microphones, repeating: 0)
        coherenceQ15 = FixedArray(count: microphones, repeating: 0)
        badLooks = FixedArray(count: microphones, repeating: 0)
        ordered = FixedArray(count: microphones, repeating: 0)
    }

    /// One frame. Every second one is looked at: windows overlap so much that the others say little.
    @_noAllocation @_noLocks
    public mutating func process(_ spectra: borrowing ArraySpectra) {
        looks.toggle()
        guard microphones > 1, looks else { return }
        for offset in 0..<Self.bins {
            gather(spectra, Self.firstBin &+ offset)
            smooth(offset)
        }
        for microphone in 0..<microphones { measure(microphone, spectra) }
        judge()
    }

    /// `bin` in sample steps, Q2 (below 2^26).
    @_noAllocation @_noLocks
    private func gather(_ spectra: borrowing ArraySpectra, _ k: Int) {
        for m in 0..<microphones {
            let x = spectra.bins(m)[k]
            let exponent = spectra.exponent(m) &+ 2
            bin.base[m].re = max(min(scaled(x.re, byPowerOfTwo: exponent), 1 &<< 26), -(1 &<< 26))
            bin.base[m].im = max(min(scaled(x.im, byPowerOfTwo: exponent), 1 &<< 26), -(1 &<< 26))
        }
    }

    @_noAllocation @_noLocks
    private func smooth(_ offset: Int) {
        var (re, im): (Int32, Int32) = (0, 0)
        for m in 0..<microphones {
            re &+= bin.base[m].re
            im &+= bin.base[m].im
        }
        for m in 0..<microphones {
            let x = bin.base[m]
            let s = ComplexInt32(re: re &- x.re, im: im &- x.im)
            let index = m &* Self.bins &+ offset
            own.base[index] &+= (x.power &- own.base[index]) &>> 4
            others.base[index] &+= (s.power &- others.base[index]) &>> 4
            let real = Int64(x.re) &* Int64(s.re) &+ Int64(x.im) &* Int64(s.im)
            let imaginary = Int64(x.im) &* Int64(s.re) &- Int64(x.re) &* Int64(s.im)
            crossRe.base[index] &+= (real &- crossRe.base[index]) &>> 4
            crossIm.base[index] &+= (imaginary &- crossIm.base[index]) &>> 4
        }
    }

    @_noAllocation @_noLocks
    private func measure(_ m: Int, _ spectra: borrowing ArraySpectra) {
        var (sum, coherence): (Int64, Int64) = (0, 0)
        for index in m &* Self.bins..<(m &+ 1) &* Self.bins {
            sum &+= own.base[index]
            let product = Log2.ofQ16(UInt64(bitPattern: own.base[index])) &+ Log2.ofQ16(UInt64(bitPattern: others.base[index]))
            let (re, im) = (crossRe.base[index] &>> 28, crossIm.base[index] &>> 28)
            let (fineRe, fineIm) = (crossRe.base[index] &>> 8, crossIm.base[index] &>> 8)
            let isLarge = abs(re) &+ abs(im) > 1_024
            let cross =
                isLarge
                ? Log2.ofQ16(UInt64(bitPattern: re &* re &+ im &* im)) &+ 56 &* Log2.one
                : Log2.ofQ16(UInt64(bitPattern: fineRe &* fineRe &+ fineIm &* fineIm)) &+ 16 &* Log2.one
            coherence &+= Int64(Log2.power(min(cross &- product, 0) &+ 15 &* Log2.one))
        }
        power.base[m] = sum
        coherenceQ15.base[m] = Int32(truncatingIfNeeded: coherence / Int64(Self.bins))
        let clipped = spectra.clippedSamples(m) > 1 ? Int32(32_768) : 0
        clippingQ15.base[m] &+= (clipped &- clippingQ15.base[m]) &>> 4
    }

    @_noAllocation @_noLocks
    private mutating func judge() {
        let middle = medianPower()
        // 16 bins of 2 steps of root mean square under the window.
        guard middle > Int64(Self.bins) &* 16 &* 1_024 else { return }
        var (best, leastClipping): (Int32, Int32) = (0, .max)
        for m in 0..<microphones {
            best = max(best, coherenceQ15.base[m])
            leastClipping = min(leastClipping, clippingQ15.base[m])
        }
        for m in 0..<microphones {
            let isLevelWrong = power.base[m] < middle / 100 || power.base[m] / 100 > middle
            let isStranger = microphones > 2 && best > 16_384 && coherenceQ15.base[m] < 3_277
            let clipsAlone = clippingQ15.base[m] > 16_384 && leastClipping < 1_638
            note(m, isBad: isLevelWrong || isStranger || clipsAlone)
        }
    }

    /// The upper median: of two microphones the louder one is right.
    @_noAllocation @_noLocks
    private func medianPower() -> Int64 {
        for m in 0..<microphones {
            var place = m
            while place > 0 && ordered.base[place &- 1] > power.base[m] {
                ordered.base[place] = ordered.base[place &- 1]
                place &-= 1
            }
            ordered.base[place] = power.base[m]
        }
        return ordered.base[microphones / 2]
    }

    @_noAllocation @_noLocks
    private mutating func note(_ m: Int, isBad: Bool) {
        let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: m)
        badLooks.base[m] = max(min(badLooks.base[m] &+ (isBad ? 1 : -1), Self.patience), 0)
        if badLooks.base[m] == Self.patience && deaf.nonzeroBitCount < microphones &- 1 { deaf |= bit }
        if badLooks.base[m] == 0 { deaf &= ~bit }
    }
}
