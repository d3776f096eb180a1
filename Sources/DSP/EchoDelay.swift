/// How long after the loudspeaker's converter the echo begins to be heard, found by comparing coarse spectral patterns.
///
/// Each frame of either signal becomes a word of 32 bits: bit b says whether band b is louder than it is on average. The newest
/// word of the microphone is compared with those of the last 640 ms of the far end, and the share of differing bits is
/// averaged for each delay over 0.64 s of sounding far end. Where the true delay lies, about a quarter of the bits differ,
/// elsewhere nearly half; neither the levels nor the room's colour nor a talker in between change that much.
/// Source: the comparison of binary spectra is the idea of the delay estimator in WebRTC's audio processing; bands, averaging and
/// the decision are our own.
///
/// Formats: log powers Q16 of a power of two; means of differing bits Q16, 0...32.
struct EchoDelay: ~Copyable {
    /// Delays that are told apart: 0...630 ms.
    static var delays: Int { 64 }
    /// Frames of sounding far end before anything is said.
    private static var leastFrames: Int { 60 }

    private var transformer = WindowedTransform()
    private let bins = FixedArray(count: 257, repeating: ComplexInt32(re: 0, im: 0))
    private var far = BandPattern()
    private var near = BandPattern()
    /// The far end's words, newest first from `newest` on, as a ring.
    private let words = FixedArray<UInt32>(count: 64, repeating: 0)
    private var newest = 0
    /// Mean number of differing bits for each delay, Q16.
    private let differing = FixedArray<Int32>(count: 64, repeating: 16 << 16)
    private var frames = 0
    /// The delay that is best, give or take a frame, and for how long it has been.
    private var candidate = -1
    private var steadyFrames = 0

    init() {}

    /// The delay in frames of 10 ms when it is clear, otherwise -1.
    var frameCount: Int { steadyFrames >= 30 ? candidate : -1 }

    /// Begins anew: the far end has been shifted.
    @_noAllocation @_noLocks
    mutating func reset() {
        differing.base.update(repeating: 16 << 16, count: differing.count)
        (frames, candidate, steadyFrames) = (0, -1, 0)
    }

    /// One frame; both signals at 16 kHz, 160 samples.
    ///
    /// - Parameters:
    ///   - farEnd: what the loudspeaker played.
    ///   - microphone: one microphone with the echo still in it.
    @_noAllocation @_noLocks
    mutating func process(farEnd: UnsafePointer<Int16>, microphone: UnsafePointer<Int16>) {
        newest = (newest &- 1) & 63
        let exponent = transformer.process(farEnd, history: far.samples.base, into: bins.base)
        words.base[newest] = far.word(bins.base, exponent: exponent)
        let heard = near.word(bins.base, exponent: transformer.process(microphone, history: near.samples.base, into: bins.base))
        compare(heard)
    }

    @_noAllocation @_noLocks
    private mutating func compare(_ heard: UInt32) {
        var (best, least, sum) = (0, Int32.max, Int32(0))
        for delay in 0..<Self.delays {
            let played = words.base[(newest &+ delay) & 63]
            // A silent far end tells nothing: the mean stays.
            if played != 0 {
                let count = Int32(truncatingIfNeeded: (played ^ heard).nonzeroBitCount)
                differing.base[delay] &+= (count &<< 16 &- differing.base[delay]) &>> 6
            }
            sum &+= differing.base[delay] &>> 6
            if differing.base[delay] < least { (best, least) = (delay, differing.base[delay]) }
        }
        if words.base[newest] != 0 { frames = min(frames &+ 1, 1_000) }
        // 4.5 bits of 32 below the mean of all delays: true echoes lie 5 to 9 below, two people's voices seldom 4.
        let isClear = frames >= Self.leastFrames && sum &- least > 9 &<< 15
        if !isClear {
            steadyFrames = 0
        } else if abs(best &- candidate) <= 1 {
            steadyFrames = min(steadyFrames &+ 1, 1_000)
        } else {
            (candidate, steadyFrames) = (best, 0)
        }
    }
}

/// A frame's spectrum as one bit per band: louder than the band's average (time constant 0.64 s) or not.
private struct BandPattern: ~Copyable {
    /// The signal's newest 512 samples.
    let samples = FixedArray<Int16>(count: 512, repeating: 0)
    private let meanQ16 = FixedArray<Int32>(count: 32, repeating: 0)

    /// 32 bands of 4 bins from 250 Hz to 4.2 kHz. 0 for near silence.
    @_noAllocation @_noLocks
    mutating func word(_ bins: UnsafePointer<ComplexInt32>, exponent: Int) -> UInt32 {
        var word: UInt32 = 0
        var loudest: Int32 = 0
        for band in 0..<32 {
            var power: Int64 = 0
            for bin in 8 &+ 4 &* band..<12 &+ 4 &* band {
                power &+= bins[bin].power &>> 4
            }
            let level = max(Log2.ofQ16(UInt64(bitPattern: power)) &+ Int32(truncatingIfNeeded: 2 &* exponent &+ 4) &* Log2.one, 0)
            loudest = max(loudest, level)
            if meanQ16.base[band] == 0 { meanQ16.base[band] = level }
            if level > meanQ16.base[band] { word |= 1 &<< UInt32(truncatingIfNeeded: band) }
            meanQ16.base[band] &+= (level &- meanQ16.base[band]) &>> 6
        }
        // A band of 2^12 squared steps under the window of 256: 4 steps RMS.
        return loudest > 12 &* Log2.one ? word : 0
    }
}
