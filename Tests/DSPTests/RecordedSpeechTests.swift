import DSP
import Testing

/// On the studio recordings of Debian's asterisk-core-sounds-en-g722, a second of pause before and after each prompt.
@Suite(.enabled(if: Recordings.areInstalled, "asterisk-core-sounds-en-g722 is not installed"))
struct RecordedSpeechTests {
    @Test func `speech 5 dB above noise is told from noise`() {
        let track = Recordings.track
        let probabilities = Path().run(track.mixed(decibelsOverNoise: 5)).probabilities
        #expect(areaUnderCurve(probabilities, track.isSpeech) > 0.95)
    }

    @Test func `at 10 dB the detector opens within 80 ms of every prompt and is shut before it`() {
        let track = Recordings.track
        let probabilities = Path().run(track.mixed(decibelsOverNoise: 10)).probabilities
        for onset in track.onsets {
            let opened = (onset - 5..<onset + 100).first { probabilities[$0] > 16_384 }
            #expect(opened.map { $0 - onset <= 8 } == true, "onset at \(onset * 10) ms, opened at \(opened ?? -1)0 ms")
            #expect(probabilities[onset - 50..<onset - 5].allSatisfy { $0 < 16_384 })
        }
    }

    @Test func `without noise it opens within 50 ms out of digital silence`() {
        let track = Recordings.track
        let probabilities = Path().run(track.clean).probabilities
        for onset in track.onsets {
            #expect((onset - 2...onset + 5).contains { probabilities[$0] > 16_384 }, "onset at \(onset * 10) ms")
            // A prompt begins with up to half a second of studio air and breath.
            #expect(probabilities[onset - 100..<onset - 50].allSatisfy { $0 < 400 })
        }
    }

    @Test func `the level does not matter, from 30 dB below to full scale`() {
        let track = Recordings.track
        let areas = [0.03, 0.3, 1.5].map { gain in
            let samples = track.mixed(decibelsOverNoise: 10).map { Int16(max(min(Double($0) * gain, 32_767), -32_768)) }
            return areaUnderCurve(Path().run(samples).probabilities, track.isSpeech)
        }
        #expect(areas.allSatisfy { $0 > 0.95 }, "\(areas)")
    }

    @Test(arguments: [0.0, 5, 15])
    func `the suppressor brings noisy speech nearer to the clean one`(decibels: Double) {
        let track = Recordings.track
        let mixed = track.mixed(decibelsOverNoise: decibels)
        let output = Path().run(mixed).output
        let clean = track.clean[..<(output.count - 160)].map(Double.init)
        let before = Reference.signalToNoise(mixed.map(Double.init), clean)
        let after = Reference.signalToNoise(output[160...].map(Double.init), clean)
        #expect(after > before + 2.5, "\(before) dB before, \(after) dB after")
    }

    /// Probability that a speech frame scores above another frame; frames within 30 ms of a change are left out.
    private func areaUnderCurve(_ probabilities: [Int16], _ isSpeech: [Bool]) -> Double {
        let settled = (3..<probabilities.count - 3).filter { frame in
            isSpeech[frame - 3...frame + 3].allSatisfy { $0 == isSpeech[frame] }
        }
        let ranked = settled.sorted { probabilities[$0] < probabilities[$1] }
        let spoken = ranked.filter { isSpeech[$0] }.count
        let sumOfRanks = ranked.enumerated().reduce(0) { $0 + (isSpeech[$1.element] ? $1.offset + 1 : 0) }
        return Double(sumOfRanks - spoken * (spoken + 1) / 2) / Double(spoken * (ranked.count - spoken))
    }
}
