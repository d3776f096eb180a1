/// How long after the loudspeaker's converter the echo begins to be heard, found by comparing coarse spectral patterns.
///
/// Every 20 ms either signal becomes a word of 31 bits: bit b says whether band b is louder than it is on average. The newest
/// word of the microphone is compared with those of the last 640 ms of the far end, and the share of differing bits is
/// averaged for each delay over 0.64 s of sounding far end. Where the true delay lies, about a quarter of the bits differ,
/// elsewhere nearly half; neither the levels nor the room's colour nor a talker in between change that much. At 8 kHz, which is
/// enough for that, one transform serves both signals.
/// Source: the comparison of binary spectra is the idea of the delay estimator in WebRTC's audio processing; bands, averaging and
/// the decision are our own.
///
/// Formats: log powers Q16 of a power of two; means of differing bits Q16, 0...31.
struct EchoDelay: ~Copyable {
    /// Delays that are told apart: 0...620 ms.
    static var delays: Int { 32 }
    /// Words of sounding far end before anything is said.
    private static var leastWords: Int { 30 }

    private var fft = FFT()
    /// Both signals under a triangle, sample by sample in turn.
    private let block = FixedArray<Int32>(count: 512, repeating: 0)
    private var isOdd = false
    private var far = BandPattern()
    private var near = BandPattern()
    /// The far end's words, newest first from `newest` on, as a ring.
    private let words = FixedArray<UInt32>(count: 32, repeating: 0)
    private var newest = 0
    /// Mean number of differing bits for each delay, Q16.
    private let differing = FixedArray<Int32>(count: 32, repeating: 16 << 16)
    private var soundingWords = 0
    /// The delay that is best, give or take a word, and for how many words it has been.
    private var candidate = -1
    private var steadyWords = 0

    init() {}

    /// The delay in frames of 10 ms when it is clear, otherwise -1. An echo begins a little before its words match best.
    var frameCount: Int { steadyWords >= 15 ? max(2 &* candidate &- 1, 0) : -1 }

    /// Begins anew: the far end has been shifted.
    @_noAllocation @_noLocks
    mutating func reset() {
        differing.base.update(repeating: 16 << 16, count: differing.count)
        (soundingWords, candidate, steadyWords) = (0, -1, 0)
    }

    /// One frame; both signals at 16 kHz, 160 samples.
    ///
    /// - Parameters:
    ///   - farEnd: what the loudspeaker played.
    ///   - microphone: one microphone with the echo still in it.
    @_noAllocation @_noLocks
    mutating func process(farEnd: UnsafePointer<Int16>, microphone: UnsafePointer<Int16>) {
        far.append(farEnd)
        near.append(microphone)
        isOdd.toggle()
        if isOdd { return }
        window(far.samples.base, into: block.base)
        window(near.samples.base, into: block.base + 1)
        let exponent = fft.forwardPairs(UnsafePointer(block.base)) &- 7
        newest = (newest &- 1) & 31
        words.base[newest] = far.word(fft.pairs, 1, exponent: exponent)
        compare(near.word(fft.pairs, -1, exponent: exponent))
    }

    /// A triangle whose highest value is 127, into every second place.
    @_noAllocation @_noLocks
    private func window(_ samples: UnsafePointer<Int16>, into block: UnsafeMutablePointer<Int32>) {
        for n in 0..<128 {
            block[2 &* n] = Int32(samples[n]) &* Int32(truncatingIfNeeded: n)
            block[510 &- 2 &* n] = Int32(samples[255 &- n]) &* Int32(truncatingIfNeeded: n)
        }
    }

    @_noAllocation @_noLocks
    private mutating func compare(_ heard: UInt32) {
        var (best, least, sum) = (0, Int32.max, Int32(0))
        for delay in 0..<Self.delays {
            let played = words.base[(newest &+ delay) & 31]
            // A silent far end tells nothing: the mean stays.
            if played != 0 {
                let count = Int32(truncatingIfNeeded: (played ^ heard).nonzeroBitCount)
                differing.base[delay] &+= (count &<< 16 &- differing.base[delay]) &>> 5
            }
            sum &+= differing.base[delay] &>> 5
            if differing.base[delay] < least { (best, least) = (delay, differing.base[delay]) }
        }
        if words.base[newest] != 0 { soundingWords = min(soundingWords &+ 1, 1_000) }
        // 4.5 bits of 31 below the mean of all delays: true echoes lie 5 to 9 below, two people's voices seldom 4.
        let isClear = soundingWords >= Self.leastWords && sum &- least > 9 &<< 15
        if !isClear {
            steadyWords = 0
        } else {
            steadyWords = abs(best &- candidate) <= 1 ? min(steadyWords &+ 1, 1_000) : 0
            candidate = best
        }
    }
}

/// A spectrum as one bit per band: louder than the band's average (time constant 0.64 s) or not.
private struct BandPattern: ~Copyable {
    /// The signal's newest 256 samples at 8 kHz.
    let samples = FixedArray<Int16>(count: 256, repeating: 0)
    private let meanQ16 = FixedArray<Int32>(count: 32, repeating: 0)

    /// Takes 160 samples at 16 kHz, two by two.
    @_noAllocation @_noLocks
    func append(_ frame: UnsafePointer<Int16>) {
        copy(samples.base + 80, to: samples.base, count: 176)
        for n in 0..<80 {
            let sum = Int32(frame[2 &* n]) &+ Int32(frame[2 &* n &+ 1])
            samples.base[176 &+ n] = Int16(truncatingIfNeeded: sum &>> 1)
        }
    }

    /// 31 bands of 125 Hz, from 125 Hz to 4 kHz. 0 for near silence.
    ///
    /// - Parameters:
    ///   - pairs: `FFT.pairs` of two signals.
    ///   - sign: 1 when this is the first of them, -1 when it is the second.
    ///   - exponent: of `pairs`.
    @_noAllocation @_noLocks
    mutating func word(_ pairs: UnsafePointer<ComplexInt32>, _ sign: Int32, exponent: Int) -> UInt32 {
        var word: UInt32 = 0
        var loudest: Int32 = 0
        let raised = Int32(truncatingIfNeeded: 2 &* exponent &+ 2) &* Log2.one
        for band in 1..<32 {
            var quarters: UInt64 = 0
            for bin in 4 &* band..<4 &* band &+ 4 {
                let (a, b) = (pairs[bin], pairs[256 &- bin])
                let part = ComplexInt32(re: (a.re &+ sign &* b.re) &>> 2, im: (a.im &- sign &* b.im) &>> 2)
                quarters &+= UInt64(bitPattern: part.power)
            }
            let level = max(Log2.ofQ16(quarters) &+ raised, 0)
            loudest = max(loudest, level)
            if meanQ16.base[band] == 0 { meanQ16.base[band] = level }
            if level > meanQ16.base[band] { word |= 1 &<< UInt32(truncatingIfNeeded: band) }
            meanQ16.base[band] &+= (level &- meanQ16.base[band]) &>> 5
        }
        // A band of 2^11 squared steps under the window: 4 steps RMS.
        return loudest > 11 &* Log2.one ? word : 0
    }
}
