/// Makes one channel of the microphones: gain, clip count, plain average.
///
/// The average is a beam that never moves. Cancelling the echo of a fixed sum gives the same samples as summing cancelled
/// microphones, at the cost of one canceller, so it is taken first. A beam that steers will want a canceller per microphone in
/// front of it; they share one `FarEndSpectra`.
struct FrontEndMixer {
    private let microphones: Int
    /// Gain over the number of microphones, Q16; gain alone, Q16.
    private let shareQ16: Int64

    init(microphones: Int, gainDecibels: Int) {
        self.microphones = microphones
        // 1 dB is 0.16610 octaves of amplitude.
        let gainQ16 = Int64(Log2.power(Int32(gainDecibels) * 10_885 + 16 * Log2.one))
        shareQ16 = (gainQ16 + Int64(microphones) / 2) / Int64(microphones)
    }

    /// - Parameters:
    ///   - planar: `microphones` x 160 samples.
    ///   - output: receives 160 samples, saturated.
    /// - Returns: samples at full scale, all channels.
    @_noAllocation @_noLocks
    func process(_ planar: UnsafePointer<Int16>, into output: UnsafeMutablePointer<Int16>) -> Int16 {
        var clipped: Int16 = 0
        for n in 0..<160 {
            var sum: Int32 = 0
            for microphone in 0..<microphones {
                let sample = planar[microphone &* 160 &+ n]
                sum &+= Int32(sample)
                if sample == .max || sample == .min { clipped &+= 1 }
            }
            output[n] = saturatedInt16(roundingShift(Int64(sum) &* shareQ16, 16))
        }
        return clipped
    }
}
