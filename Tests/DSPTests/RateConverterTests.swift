import DSP
import Testing

@Suite struct RateConverterTests {
    static let pairs = [
        (8_000, 16_000), (22_050, 16_000), (24_000, 16_000), (44_100, 16_000), (48_000, 16_000), (16_000, 8_000),
        (16_000, 22_050), (16_000, 24_000), (16_000, 44_100), (16_000, 48_000), (24_000, 44_100), (24_000, 48_000),
        (44_100, 48_000), (48_000, 44_100),
    ]

    @Test(arguments: pairs)
    func `a tone in the pass band comes out as the same tone, a tenth of a decibel at most away`(from: Int, to: Int) throws {
        let lower = Double(min(from, to))
        for hertz in [100.0, 1_000, 0.3 * lower, 0.45 * lower] {
            let input = Reference.sine(hertz: hertz, peak: 20_000, count: from, rate: Double(from))
            let (output, delay) = try Self.convert(input, from: from, to: to)
            // Output k stands at input instant k from / to - delay.
            let right = (0..<output.count).map { k in
                Reference.sine(hertz, at: Double(k) / Double(to) - Double(delay) / Double(from), peak: 20_000)
            }
            let settled = to / 10..<output.count
            let measured = settled.map { Double(output[$0]) }
            let expected = settled.map { right[$0] }
            // 0.1 dB of gain error alone is 39 dB.
            #expect(Reference.signalToNoise(measured, expected) > 39, "\(hertz) Hz")
        }
    }

    @Test(arguments: pairs.filter { $0.0 > $0.1 })
    func `what the lower rate cannot hold is 68 dB down`(from: Int, to: Int) throws {
        for share in stride(from: 0.55, to: 0.5 * Double(from) / Double(to), by: 0.09) {
            let input = Reference.sine(hertz: share * Double(to), peak: 32_000, count: from, rate: Double(from))
            let (output, _) = try Self.convert(input, from: from, to: to)
            let level = Reference.power(output[(to / 10)...]) / Reference.power(input)
            #expect(Reference.decibels(level) < -68, "\(share) of the rate")
        }
    }

    @Test(arguments: pairs.filter { $0.0 < $0.1 })
    func `images above the lower rate are 68 dB down`(from: Int, to: Int) throws {
        let hertz = 0.4 * Double(from)
        let input = Reference.sine(hertz: hertz, peak: 30_000, count: from, rate: Double(from))
        let (output, delay) = try Self.convert(input, from: from, to: to)
        let settled = to / 10..<output.count
        let right = settled.map {
            Reference.sine(hertz, at: Double($0) / Double(to) - Double(delay) / Double(from), peak: 30_000)
        }
        let gain = zip(settled, right).reduce(0.0) { $0 + Double(output[$1.0]) * $1.1 } / right.reduce(0) { $0 + $1 * $1 }
        let residue = zip(settled, right).map { Double(output[$0.0]) - gain * $0.1 }
        #expect(Reference.signalToNoise(zip(residue, right).map { $0 + $1 }, right) > 68)
    }

    @Test(arguments: pairs)
    func `the rate is exact and blocks of any length give the same samples`(from: Int, to: Int) throws {
        var noise = SeededNoise(seed: 5)
        let input = noise.samples(2 * from, peak: 32_767)
        let (whole, _) = try Self.convert(input, from: from, to: to)
        #expect(whole.count == 2 * to)
        var converter = try made(RateConverter(fromHz: from, toHz: to))
        var pieces: [Int16] = []
        var at = 0
        while at < input.count {
            let count = min(Int.random(in: 1...1_700, using: &noise), input.count - at)
            var part = [Int16](repeating: 0, count: converter.capacity(forInput: count))
            let produced = converter.process(Array(input[at..<at + count]), count: count, into: &part)
            #expect(produced <= part.count)
            pieces += part[..<produced]
            at += count
        }
        #expect(pieces == whole)
    }

    @Test func `constants stay what they are, at both ends of the scale`() throws {
        for level in [Int16.min, -1, 1, 32_767] {
            let (output, _) = try Self.convert([Int16](repeating: level, count: 44_100), from: 44_100, to: 16_000)
            #expect(output[1_600...].allSatisfy { abs(Int($0) - Int(level)) <= 1 })
        }
    }

    @Test func `rates that it does not know are refused`() {
        #expect(refuses(11_025, 16_000))
        #expect(refuses(16_000, 96_000))
    }

    static func convert(_ input: [Int16], from: Int, to: Int) throws -> (samples: [Int16], delay: Int) {
        var converter = try made(RateConverter(fromHz: from, toHz: to))
        var output = [Int16](repeating: 0, count: converter.capacity(forInput: input.count))
        let produced = converter.process(input, count: input.count, into: &output)
        return (Array(output[..<produced]), converter.delayInputSamples)
    }

    private func refuses(_ fromHz: Int, _ toHz: Int) -> Bool {
        isRefused(RateConverter(fromHz: fromHz, toHz: toHz))
    }
}
