import Audio
import LocalEndpoint
import Testing

@Suite struct ClockTests {
    /// Two devices and their stamps: rates that are off by some millionths, instants that jitter.
    private struct Bench: ~Copyable {
        var microphonePPM: Double
        var loudspeakerPPM: Double
        /// Half the width of the jitter.
        var jitterMilliseconds: Double
        var random = SplitMix(state: 42)
        var relation = ClockRelation(microphoneRateHz: 16_000, loudspeakerRateHz: 48_000)
        var block = 0
        /// How late both devices start.
        let microphoneOrigin = 1e12
        let loudspeakerOrigin = 1e12 + 3.3e6

        init(microphonePPM: Double, loudspeakerPPM: Double, jitterMilliseconds: Double) {
            self.microphonePPM = microphonePPM
            self.loudspeakerPPM = loudspeakerPPM
            self.jitterMilliseconds = jitterMilliseconds
        }

        func microphoneTime(_ index: Double) -> Double { microphoneOrigin + index * 62_500 / (1 + microphonePPM / 1e6) }
        func loudspeakerTime(_ index: Double) -> Double {
            loudspeakerOrigin + index * 1e9 / 48_000 / (1 + loudspeakerPPM / 1e6)
        }

        /// One block of each; returns the error of the relation in samples at 16 kHz.
        mutating func step() -> Double {
            let index = block * 160
            noteLoudspeaker(block: block)
            let time = microphoneTime(Double(index)) + jitter()
            relation.noteMicrophone(
                FrameStamp(firstSample: Int64(index), time: MonotonicTime(nanoseconds: Int64(time))), frames: 160)
            block += 1
            let truth = (microphoneTime(Double(index)) - loudspeakerOrigin) * 48_000 / 1e9 * (1 + loudspeakerPPM / 1e6)
            return (relation.position(ofMicrophone: Double(index)) - truth) / 3
        }

        mutating func noteLoudspeaker(block: Int) {
            let time = loudspeakerTime(Double(block * 480)) + jitter()
            relation.noteLoudspeaker(
                FrameStamp(firstSample: Int64(block * 480), time: MonotonicTime(nanoseconds: Int64(time))), frames: 480)
        }

        private mutating func jitter() -> Double { (Double.random(in: -1...1, using: &random)) * jitterMilliseconds * 1e6 }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test(arguments: [(100.0, -100.0), (-100.0, 100.0), (0.0, 50.0), (200.0, 0.0)])
    func `jittering stamps of two clocks give an offset within a tenth of a sample after ten seconds`(ppm: (Double, Double)) {
        var bench = Bench(microphonePPM: ppm.0, loudspeakerPPM: ppm.1, jitterMilliseconds: 0.3)
        var worst = 0.0
        for n in 0..<3000 {
            let error = bench.step()
            if n >= 1000 { worst = max(worst, abs(error)) }
        }
        #expect(worst < 0.1)
        #expect(abs(bench.relation.driftPartsPerMillion - (ppm.0 - ppm.1)) < 1)
    }

    @Test(arguments: [(100.0, -100.0), (-100.0, 100.0)])
    func `two cards whose clocks are a hundred millionths off each stay locked for ten minutes`(ppm: (Double, Double)) {
        var bench = Bench(microphonePPM: ppm.0, loudspeakerPPM: ppm.1, jitterMilliseconds: 0.3)
        var worst = 0.0
        for n in 0..<60_000 {
            let error = bench.step()
            if n >= 1000 { worst = max(worst, abs(error)) }
        }
        #expect(worst < 0.15, "\(worst) samples")
    }

    @Test func `stamps without jitter are right within a second, to hundredths of a sample`() {
        var bench = Bench(microphonePPM: 80, loudspeakerPPM: -40, jitterMilliseconds: 0.005)
        var worst = 0.0
        for n in 0..<1000 {
            let error = bench.step()
            if n >= 400 { worst = max(worst, abs(error)) }
        }
        #expect(worst < 0.05)
    }

    @Test func `a relation that glides moves by less than two hundredths of a sample per frame beyond the drift`() {
        var bench = Bench(microphonePPM: 100, loudspeakerPPM: 0, jitterMilliseconds: 0.3)
        for _ in 0..<1000 { _ = bench.step() }
        var last = bench.step()
        var worst = 0.0
        for _ in 0..<1000 {
            let error = bench.step()
            worst = max(worst, abs(error - last))
            last = error
        }
        #expect(worst < 0.02)
    }

    @Test func `one stamp that comes 50 ms late changes nothing`() {
        var bench = Bench(microphonePPM: 0, loudspeakerPPM: 0, jitterMilliseconds: 0.05)
        for _ in 0..<1000 { _ = bench.step() }
        let late = Int64(bench.microphoneTime(Double(bench.block * 160)) + 50e6)
        bench.relation.noteMicrophone(
            FrameStamp(firstSample: Int64(bench.block * 160), time: MonotonicTime(nanoseconds: late)), frames: 160)
        bench.noteLoudspeaker(block: bench.block)
        bench.block += 1
        #expect(abs(bench.step()) < 0.1)
    }

    @Test func `after a gap the rate is still known and the offset is found anew`() {
        var bench = Bench(microphonePPM: 100, loudspeakerPPM: -100, jitterMilliseconds: 0.1)
        for _ in 0..<2000 { _ = bench.step() }
        bench.block += 37
        var error = 0.0
        for _ in 0..<100 { error = bench.step() }
        #expect(abs(error) < 0.3)
        #expect(abs(bench.relation.driftPartsPerMillion - 200) < 2)
    }
}
