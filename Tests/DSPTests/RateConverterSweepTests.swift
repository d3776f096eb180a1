import DSP
import Testing

/// The stated bands by sweeps of tones, measured by least squares: what a tone keeps, and what of it lands elsewhere.
@Suite struct RateConverterSweepTests {
    static let pairs = [
        (44_100, 16_000), (48_000, 16_000), (16_000, 44_100), (16_000, 48_000), (24_000, 44_100), (24_000, 48_000),
    ]

    @Test(arguments: pairs)
    func `the pass band is flat within a tenth of a decibel, and aliases and images stay 68 dB below`(from: Int, to: Int) throws {
        let lower = Double(min(from, to))
        var (lowest, highest, loudestOther) = (0.0, 0.0, -200.0)
        for share in stride(from: 0.01, through: 0.45, by: 0.04) {
            let found = try Self.measure(hertz: share * lower, from: from, to: to)
            (lowest, highest) = (min(lowest, found.gain), max(highest, found.gain))
            loudestOther = max(loudestOther, found.other)
        }
        var loudestAlias = -200.0
        for share in stride(from: 0.55, to: 0.5 * Double(from) / lower, by: 0.045) {
            loudestAlias = max(loudestAlias, try Self.measure(hertz: share * lower, from: from, to: to).total)
        }
        print(
            "\(from) to \(to) Hz: pass band \(Self.text(lowest)) to \(Self.text(highest)) dB, rest of a tone in it"
                + " \(Self.text(loudestOther)) dB, stop band \(loudestAlias > -200 ? Self.text(loudestAlias) : "-") dB")
        #expect(lowest > -0.1 && highest < 0.1)
        #expect(loudestOther < -68)
        #expect(loudestAlias < -68)
    }

    private struct Found {
        /// Of the tone, of everything else, and of both, dB against the input.
        var gain: Double
        var other: Double
        var total: Double
    }

    private static func measure(hertz: Double, from: Int, to: Int) throws -> Found {
        let input = Reference.sine(hertz: hertz, peak: 30_000, count: from / 4, rate: Double(from))
        let (output, _) = try RateConverterTests.convert(input, from: from, to: to)
        let settled = (to / 40..<output.count - to / 40).map { (time: Double($0) / Double(to), value: Double(output[$0])) }
        let cosine = settled.map { Reference.sine(hertz, at: $0.time + 0.25 / hertz, peak: 1) }
        let sine = settled.map { Reference.sine(hertz, at: $0.time, peak: 1) }
        var (cc, cs, ss, cy, sy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (n, point) in settled.enumerated() {
            (cc, cs, ss) = (cc + cosine[n] * cosine[n], cs + cosine[n] * sine[n], ss + sine[n] * sine[n])
            (cy, sy) = (cy + cosine[n] * point.value, sy + sine[n] * point.value)
        }
        let determinant = cc * ss - cs * cs
        let (a, b) = ((cy * ss - sy * cs) / determinant, (sy * cc - cy * cs) / determinant)
        var (rest, all) = (0.0, 0.0)
        for (n, point) in settled.enumerated() {
            let residue = point.value - a * cosine[n] - b * sine[n]
            (rest, all) = (rest + residue * residue, all + point.value * point.value)
        }
        let right = 30_000.0 * 30_000 / 2
        let count = Double(settled.count)
        return Found(
            gain: Reference.decibels((a * a + b * b) / 2 / right), other: Reference.decibels(rest / count / right),
            total: Reference.decibels(all / count / right))
    }

    private static func text(_ decibels: Double) -> String { "\((decibels * 100).rounded() / 100)" }
}
