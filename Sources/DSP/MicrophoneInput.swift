/// What every microphone passes first: digital gain with a count of clipped samples, then the high-pass.
///
/// Without a known geometry the microphones are averaged here: a beam that never moves. Cancelling the echo of a fixed sum gives the same
/// samples as summing cancelled microphones, at the cost of one canceller.
struct MicrophoneInput: ~Copyable {
    /// Channels that come out: all of them, or one average.
    let channels: Int
    private let microphones: Int
    private let filtersRumble: Bool
    /// Gain, over the number of microphones where they are averaged, Q16.
    private let shareQ16: Int64
    private let highPasses: FixedArray<HighPass>

    init(microphones: Int, averages: Bool, gainDecibels: Int, filtersRumble: Bool) {
        self.microphones = microphones
        self.filtersRumble = filtersRumble
        channels = averages ? 1 : microphones
        // 1 dB is 0.16610 octaves of amplitude.
        let gainQ16 = Int64(Log2.power(Int32(gainDecibels) * 10_885 + 16 * Log2.one))
        let summed = Int64(averages ? microphones : 1)
        shareQ16 = (gainQ16 + summed / 2) / summed
        highPasses = FixedArray(count: channels, repeating: HighPass())
    }

    /// - Parameters:
    ///   - planar: `microphones` x 160 samples.
    ///   - output: receives `channels` x 160 samples, saturated.
    /// - Returns: samples at full scale, all microphones.
    @_noAllocation @_noLocks
    func process(_ planar: UnsafePointer<Int16>, into output: UnsafeMutablePointer<Int16>) -> Int16 {
        var clipped: Int16 = 0
        for n in 0..<160 &* microphones where planar[n] == .max || planar[n] == .min {
            clipped &+= 1
        }
        for channel in 0..<channels {
            let samples = output + channel &* 160
            for n in 0..<160 {
                var sum = Int32(planar[channel &* 160 &+ n])
                if channels < microphones {
                    for microphone in 1..<microphones { sum &+= Int32(planar[microphone &* 160 &+ n]) }
                }
                samples[n] = saturatedInt16(roundingShift(Int64(sum) &* shareQ16, 16))
            }
            if filtersRumble { highPasses.base[channel].process(samples, into: samples) }
        }
        return clipped
    }
}
