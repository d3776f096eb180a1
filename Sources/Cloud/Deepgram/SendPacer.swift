/// How fast a backlog may go out: a burst at first, then somewhat faster than real time; Deepgram asks for at most 1.25 times.
package struct SendPacer: Sendable {
    private static let burstSamples = 12_800.0
    private static let samplesPerNanosecond = 1.25 * 16_000 / 1e9

    private var credit = burstSamples
    private var lastNanoseconds: Int64

    package init(nowNanoseconds: Int64) { lastNanoseconds = nowNanoseconds }

    /// Samples that may go now.
    package mutating func allowance(nowNanoseconds: Int64) -> Int {
        credit = min(Self.burstSamples, credit + Double(nowNanoseconds - lastNanoseconds) * Self.samplesPerNanosecond)
        lastNanoseconds = nowNanoseconds
        return Int(credit)
    }

    package mutating func spend(_ samples: Int) { credit -= Double(samples) }
}
