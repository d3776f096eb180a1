import DSP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct GainControlTests {
    @Test(
        .enabled(if: Recordings.areInstalled, "asterisk-core-sounds-en-g722 is not installed"),
        arguments: [-14.0, -20, -26, -34, -40, -46])
    func `recorded speech of any level stands at -20 dB within 2 s of it, and nothing clips`(decibels: Double) {
        let track = Recordings.track
        let run = GainRun(Self.track(at: decibels), track.isSpeech)
        let spoken = track.isSpeech.indices.filter { track.isSpeech[$0] }
        let (second, later) = (run.level(of: spoken[200..<400]), run.level(of: spoken[400...]))
        print("speech at \(decibels) dB: \(second) dB in its third and fourth second, \(later) dB afterwards, peak \(run.peak)")
        #expect(abs(second + 20) < 3)
        #expect(abs(later + 20) < 3)
        #expect(run.peak <= 29_205)
    }

    @Test(
        .enabled(if: Recordings.areInstalled, "asterisk-core-sounds-en-g722 is not installed"), arguments: [-14.0, -34, -40])
    func `the first words after the start are heard at the level of those that follow, a third of a second in`(decibels: Double) {
        let track = Recordings.track
        let run = GainRun(Self.track(at: decibels), track.isSpeech)
        let spoken = track.isSpeech.indices.filter { track.isSpeech[$0] }
        let (gain, later) = (run.gains[spoken[33]], run.gains[spoken[400]])
        print("speech at \(decibels) dB: \(gain) dB of gain after a third of a second of it, \(later) dB after four")
        #expect(abs(gain - later) < 5)
    }

    @Test(.enabled(if: Recordings.areInstalled, "asterisk-core-sounds-en-g722 is not installed"))
    func `a shout after a whisper does not clip and stands at -20 dB 2 s later, and the whisper after it too`() {
        let track = Recordings.track
        let (whisper, shout) = (Self.track(at: -46), Self.track(at: -12))
        let run = GainRun(whisper + shout + whisper, track.isSpeech + track.isSpeech + track.isSpeech)
        let spoken = track.isSpeech.indices.filter { track.isSpeech[$0] }
        #expect(run.peak <= 29_205)
        for part in 0..<3 {
            let level = run.level(of: spoken[200...].map { $0 + part * track.isSpeech.count })
            print("part \(part): \(level) dB")
            #expect(abs(level + 20) < 3)
        }
    }

    @Test(.enabled(if: Recordings.areInstalled, "asterisk-core-sounds-en-g722 is not installed"))
    func `behind the front end, with its own detector and 10 dB above noise, quiet speech stands at -20 dB`() {
        let track = Recordings.track
        let quiet = track.mixed(decibelsOverNoise: 10).map { Int16((Double($0) * 0.16).rounded()) }
        let front = FrontEndPass(quiet)
        let run = GainRun(front.output, probabilitiesQ15: front.probabilitiesQ15)
        let spoken = track.isSpeech.indices.filter { track.isSpeech[$0] }
        let (before, after) = (front.level(of: spoken[200...]), run.level(of: spoken[200...]))
        print("behind the front end: \(before) dB before, \(after) dB after, peak \(run.peak)")
        #expect(abs(after + 20) < 3)
        #expect(run.peak <= 29_205)
    }

    @Test func `noise alone keeps its level, for a minute, and so does a pause after words`() {
        var source = SeededNoise(seed: 9)
        let noise = source.samples(16_000 * 60, peak: 300)
        let isUntouched = GainRun(noise, [Bool](repeating: false, count: 6_000)).output == noise
        #expect(isUntouched)
        let words = Reference.sine(hertz: 300, peak: 1_500, count: 48_000)
        let run = GainRun(words + noise, (0..<6_300).map { $0 < 300 })
        let settled = run.gains[299]
        #expect(settled > 5)
        #expect(run.gains[300...].allSatisfy { abs($0 - settled) < 0.1 })
    }

    @Test(arguments: [0, 5, 77, 159])
    func `a click at full scale never clips, and what follows has its gain back within half a second`(at place: Int) {
        let words = Reference.sine(hertz: 300, peak: 300, count: 160 * 600)
        var clicked = words
        clicked[160 * 500 + place] = .max
        clicked[160 * 500 + place / 2] = .min
        let plain = GainRun(words, [Bool](repeating: true, count: 600))
        let run = GainRun(clicked, [Bool](repeating: true, count: 600))
        #expect(run.peak <= 29_205)
        #expect(run.gains[500] < plain.gains[500] - 15)
        #expect(abs(run.gains[555] - plain.gains[555]) < 3)
    }

    @Test func `the gain changes smoothly: against a gain in double precision that is one line per frame, 62 dB`() {
        let words = Reference.sine(hertz: 440, peak: 2_000, count: 160 * 300)
        let run = GainRun(words, [Bool](repeating: true, count: 300))
        var (right, before) = ([Double](), 1.0)
        for (frame, decibels) in run.gains.enumerated() {
            let after = pow(10, decibels / 20)
            for n in 0..<160 {
                right.append(Double(words[frame * 160 + n]) * (before + (after - before) * Double(n + 1) / 160))
            }
            before = after
        }
        // The gain is read in steps of 1/256 dB: an error of at most 0.004 dB, 66 dB below the signal.
        #expect(Reference.signalToNoise(run.output.map(Double.init), right) > 62)
    }

    @Test func `the gain stays between -12 and 30 dB whatever comes`() {
        var source = SeededNoise(seed: 2)
        let loud = (0..<64_000).map { _ in Bool.random(using: &source) ? Int16.max : Int16.min }
        let inputs = [
            loud, [Int16](repeating: 0, count: 64_000), [Int16](repeating: .min, count: 64_000), [1, -1].cycled(64_000),
        ]
        for input in inputs {
            let run = GainRun(input + inputs[0], [Bool](repeating: true, count: 800))
            #expect(run.gains.allSatisfy { $0 > -17 && $0 <= 30.02 })
            #expect(run.peak <= 29_205)
        }
    }

    /// The recordings, their speech frames at a level in dB full scale.
    private static func track(at decibels: Double) -> [Int16] {
        let track = Recordings.track
        let spoken = track.isSpeech.indices.filter { track.isSpeech[$0] }
        let power = spoken.reduce(0.0) { $0 + Reference.power(track.clean[$1 * 160..<$1 * 160 + 160]) } / Double(spoken.count)
        let factor = 32_768 * pow(10, decibels / 20) / power.squareRoot()
        return track.clean.map { Int16(max(min((Double($0) * factor).rounded(), 32_767), -32_768)) }
    }
}

/// One level control fed with samples and with who speaks when.
private struct GainRun {
    var output: [Int16] = []
    /// dB, after each frame.
    var gains: [Double] = []

    init(_ samples: [Int16], _ isSpeech: [Bool]) {
        self.init(samples, probabilitiesQ15: isSpeech.map { $0 ? 32_000 : 300 })
    }

    init(_ samples: [Int16], probabilitiesQ15: [Int16]) {
        var control = GainControl()
        var frame = [Int16](repeating: 0, count: 160)
        output.reserveCapacity(samples.count)
        for (index, probability) in probabilitiesQ15.enumerated() where (index + 1) * 160 <= samples.count {
            for n in 0..<160 { frame[n] = samples[index * 160 + n] }
            control.process(&frame, speechProbabilityQ15: probability)
            output += frame
            gains.append(Double(control.gainDecibelsQ8) / 256)
        }
    }

    var peak: Int { output.reduce(0) { max($0, abs(Int($1))) } }

    func level(of frames: some Collection<Int>) -> Double { levelDecibels(output, of: frames) }
}

/// One microphone through a front end that controls no gain itself.
private struct FrontEndPass {
    var output: [Int16] = []
    var probabilitiesQ15: [Int16] = []

    init(_ samples: [Int16]) {
        var configuration = FrontEnd.Configuration(microphones: 1)
        configuration.controlsGain = false
        var frontEnd = FrontEnd(configuration)
        var clean = [Int16](repeating: 0, count: 160)
        let silence = [Int16](repeating: 0, count: 160)
        for start in stride(from: 0, through: samples.count - 160, by: 160) {
            let verdict = frontEnd.process(
                microphones: Array(samples[start..<start + 160]), farEnd: silence, farEndCount: 160,
                farEndOffset: FarEndOffset(samples: 0, fractionQ15: 0), recognizerOutput: &clean)
            output += clean
            probabilitiesQ15.append(verdict.speechProbabilityQ15)
        }
    }

    func level(of frames: some Collection<Int>) -> Double { levelDecibels(output, of: frames) }
}

private func levelDecibels(_ samples: [Int16], of frames: some Collection<Int>) -> Double {
    let power = frames.reduce(0.0) { $0 + Reference.power(samples[$1 * 160..<$1 * 160 + 160]) } / Double(max(frames.count, 1))
    return (Reference.decibels(power / 32_768 / 32_768) * 100).rounded() / 100
}

extension [Int16] {
    fileprivate func cycled(_ count: Int) -> [Int16] { (0..<count).map { self[$0 % self.count] } }
}
