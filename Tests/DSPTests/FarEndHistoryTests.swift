import DSP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct FarEndHistoryTests {
    /// Frames aligned at the given offsets (in samples, from the first sample of each call), `chunk` samples appended per call.
    private func align(_ played: [Int16], offsets: [Double], chunk: (Int) -> Int = { _ in 160 }) -> [Int16] {
        var history = FarEndHistory()
        var (output, given) = ([Int16](), 0)
        var frame = [Int16](repeating: 0, count: 160)
        for (index, offset) in offsets.enumerated() {
            let count = min(chunk(index), played.count - given)
            let whole = offset.rounded(.down)
            let position = FarEndOffset(samples: Int32(whole), fractionQ15: Int16(min((offset - whole) * 32_768, 32_767)))
            played.withUnsafeBufferPointer {
                history.process(played: $0.baseAddress! + given, count: count, offset: position, into: &frame)
            }
            given += count
            output += frame
        }
        return output
    }

    private func sine(_ count: Int, hertz: Double, shift: Double = 0, ratio: Double = 1) -> [Double] {
        let radians = 2 * Double.pi * hertz / 16_000
        return (0..<count).map { (n: Int) -> Double in 12_000 * sin(radians * (Double(n) * ratio + shift)) }
    }

    /// The greatest second difference: what a click has and a tone has not.
    private func sharpestBend(_ samples: ArraySlice<Double>) -> Double {
        var (sharpest, before, last) = (0.0, samples[samples.startIndex], samples[samples.startIndex + 1])
        for sample in samples.dropFirst(2) {
            sharpest = max(sharpest, abs(sample - last - (last - before)))
            (before, last) = (last, sample)
        }
        return sharpest
    }

    @Test func `a whole offset gives back the very samples`() {
        var noise = SeededNoise(seed: 1)
        let played = noise.samples(16_000, peak: 32_767)
        let aligned = align(played, offsets: [Double](repeating: -240, count: 90))
        #expect(Array(aligned[480..<14_000]) == Array(played[240..<13_760]))
        #expect(aligned[0..<240].allSatisfy { $0 == 0 })
    }

    @Test func `far ends come late, in bursts or not at all, and the frame is still the right one`() {
        var noise = SeededNoise(seed: 2)
        let played = noise.samples(16_000, peak: 20_000)
        // Three calls in four bring nothing, the fourth 640 samples; the offset counts from the first new sample each time.
        let offsets = (0..<96).map { (frame: Int) -> Double in
            let given = (frame + 3) / 4 * 640
            return Double(frame * 160 - given - 1_000)
        }
        let aligned = align(played, offsets: offsets) { $0 % 4 == 0 ? 640 : 0 }
        #expect(Array(aligned[1_600..<15_000]) == Array(played[600..<14_000]))
    }

    @Test(arguments: [(500.0, 60.0), (2_000, 55), (4_000, 50), (5_500, 32)])
    func `half a sample is interpolated`(hertz: Double, leastDecibels: Double) {
        let played = EchoRoom.quantized(sine(16_000, hertz: hertz))
        let aligned = align(played, offsets: [Double](repeating: -160.5, count: 90))
        let right = sine(14_400, hertz: hertz, shift: -160.5)
        let measured = aligned.map(Double.init)
        #expect(Reference.signalToNoise(Array(measured[640...]), Array(right[640...])) > leastDecibels)
    }

    @Test(arguments: [200.0, -200, 50])
    func `clocks that drift apart are followed without a click`(partsPerMillion: Double) {
        let ratio = 1 + partsPerMillion * 1e-6
        let played = EchoRoom.quantized(sine(16_000 * 10, hertz: 1_000))
        var jitter = SeededNoise(seed: 3)
        let offsets = (0..<990).map { (frame: Int) -> Double in
            Double(frame * 160) * (ratio - 1) - 200.3 + Double.random(in: -0.04...0.04, using: &jitter)
        }
        let aligned = align(played, offsets: offsets).map(Double.init)
        let right = sine(aligned.count, hertz: 1_000, shift: -200.3, ratio: ratio)
        // After 3 s the loop has learned the rate.
        #expect(Reference.signalToNoise(Array(aligned[48_000...]), Array(right[48_000...])) > 45)
        // No step between samples beyond what a 1 kHz sine has: its greatest second difference is A w^2.
        let radians = 2 * Double.pi * 1_000 / 16_000
        #expect(sharpestBend(aligned[48_000...]) < 12_000 * radians * radians + 60)
    }

    @Test func `a device that is opened again is found at once, and faded to`() {
        let played = EchoRoom.quantized(sine(32_000, hertz: 400))
        let offsets = (0..<180).map { $0 < 100 ? -300.0 : -1_700.0 }
        let aligned = align(played, offsets: offsets).map(Double.init)
        let right = sine(aligned.count, hertz: 400, shift: -1_700)
        #expect(Reference.signalToNoise(Array(aligned[16_160...]), Array(right[16_160...])) > 55)
        #expect(sharpestBend(aligned[600...]) < 1_000)
    }

    @Test func `what was never played, or long ago, is silence`() {
        let played = [Int16](repeating: 20_000, count: 32_000)
        let future = align(played, offsets: [Double](repeating: 100_000, count: 20))
        #expect(future.allSatisfy { $0 == 0 })
        let past = align(played, offsets: [Double](repeating: -100_000, count: 190))
        #expect(past.allSatisfy { $0 == 0 })
        let longest = align(played, offsets: [Double](repeating: -10_000, count: 190))
        #expect(longest[20_000...].allSatisfy { $0 == 20_000 })
    }

    @Test func `wild offsets never trap`() {
        var noise = SeededNoise(seed: 4)
        var history = FarEndHistory()
        let played = noise.samples(1_600, peak: 32_767)
        var frame = [Int16](repeating: 0, count: 160)
        for _ in 0..<500 {
            let offset = FarEndOffset(
                samples: Int32.random(in: .min ... .max, using: &noise), fractionQ15: Int16.random(in: 0...32_767, using: &noise))
            history.process(played: played, count: Int.random(in: 0...1_600, using: &noise), offset: offset, into: &frame)
        }
    }
}
