/// Makes what lies between words somewhat quieter, by the detector's probability.
///
/// Open (gain 1) while the probability is above one half and for 300 ms after that; then the gain falls by 1 dB per frame to the
/// floor. It opens within one frame. As the samples come 10 ms behind the probability, the first frame of a word is open already.
/// The gain runs straight within a frame, so nothing clicks.
///
/// Off unless configured: -10 dB neither lowered nor raised a recognizer's word errors beyond chance (`docs/dsp.md`). The floor should
/// be gentle, because a missed word must still be heard.
/// Formats: gain Q15, 32768 is 1; a product stays below 2^31.
public struct PauseGate: ~Copyable {
    private static var holdFrames: Int { 30 }

    private let floorQ15: Int32
    private var gainQ15: Int32 = 32_768
    private var openFrames = 30

    /// - Parameter floorDecibels: -40...0; 0 leaves everything as it is.
    public init(floorDecibels: Int) {
        precondition((-40...0).contains(floorDecibels))
        // 10^(dB / 20) = 2^(dB x 0.166096); 10885 is that in Q16.
        floorQ15 = Log2.power(15 * Log2.one + Int32(floorDecibels) * 10_885)
    }

    /// One frame in place.
    ///
    /// - Parameters:
    ///   - samples: 160.
    ///   - speechProbabilityQ15: of the frame behind these samples, 0...32767.
    @_noAllocation @_noLocks
    public mutating func process(_ samples: UnsafeMutablePointer<Int16>, speechProbabilityQ15: Int16) {
        openFrames = speechProbabilityQ15 > 16_384 ? Self.holdFrames : max(openFrames &- 1, 0)
        // 29205 is 1 dB less.
        let target = openFrames > 0 ? 32_768 : max((gainQ15 &* 29_205) &>> 15, floorQ15)
        guard gainQ15 != 32_768 || target != 32_768 else { return }
        for n in 0..<160 {
            let gain = gainQ15 &+ ((target &- gainQ15) &* Int32(truncatingIfNeeded: n &+ 1)) / 160
            samples[n] = saturatedInt16((Int32(samples[n]) &* gain &+ 16_384) &>> 15)
        }
        gainQ15 = target
    }
}
