import DSP
import Testing

@Suite struct MicrophoneHealthTests {
    /// Diffuse noise of 300 steps, which `spoil` then spoils, on four microphones for `seconds`: who was left out, every second.
    private func leftOut(seconds: Int, rms: Double = 300, spoil: (inout [[Int16]]) -> Void) -> [UInt8] {
        var scene = ArrayScene(.circular4, samples: seconds * 16_000, seed: 31)
        scene.addDiffuse(rms: rms)
        var channels = scene.channels.map(ArrayScene.quantized)
        spoil(&channels)
        var spectra = ArraySpectra(microphones: 4)
        var health = MicrophoneHealth(microphones: 4)
        var found: [UInt8] = []
        for t in 0..<seconds * 100 {
            spectra.process(channels.flatMap { $0[t * 160..<t * 160 + 160] })
            health.process(spectra)
            if t % 100 == 99 { found.append(health.deaf) }
        }
        return found
    }

    @Test func `four that are well stay in`() {
        #expect(leftOut(seconds: 4) { _ in }.allSatisfy { $0 == 0 })
    }

    @Test func `a dead one is out within two seconds and back within three of its return`() {
        let found = leftOut(seconds: 7) { channels in
            for n in 16_000..<48_000 { channels[2][n] = 0 }
        }
        #expect(found == [0, 0, 4, 4, 0, 0, 0] || found == [0, 0, 4, 4, 4, 0, 0])
    }

    @Test(arguments: [0.05, 20])
    func `one that hears 26 dB less or more than the others is out`(gain: Double) {
        let found = leftOut(seconds: 3, rms: 100) { channels in
            channels[0] = channels[0].map { saturatedInt16(Int32(Double($0) * gain)) }
        }
        #expect(found.last == 1)
    }

    @Test func `one 10 dB weaker stays in`() {
        let found = leftOut(seconds: 3) { channels in channels[1] = channels[1].map { $0 / 3 } }
        #expect(found.allSatisfy { $0 == 0 })
    }

    @Test func `one that only crackles to itself is out`() {
        let found = leftOut(seconds: 3) { channels in
            var random = SeededNoise(seed: 33)
            channels[3] = random.samples(channels[3].count, peak: 520)
        }
        #expect(found.last == 8)
    }

    @Test func `one that clips alone is out`() {
        let found = leftOut(seconds: 3) { channels in
            channels[1] = channels[1].map { saturatedInt16(Int32($0) &* 600) / 1 }
        }
        #expect(found.last == 2)
    }

    @Test func `a silent room condemns nobody: the microphones' own noise has nothing in common`() {
        let found = leftOut(seconds: 4) { channels in
            var random = SeededNoise(seed: 35)
            channels = channels.map { random.samples($0.count, peak: 3) }
        }
        #expect(found.allSatisfy { $0 == 0 })
    }

    @Test func `digital silence condemns nobody`() {
        #expect(
            leftOut(seconds: 3) { $0 = $0.map { [Int16](repeating: 0, count: $0.count) } }.allSatisfy {
                $0 == 0
            })
    }

    @Test func `the beam does without a dead first microphone`() {
        var scene = ArrayScene(.circular4, samples: 5 * 16_000, seed: 37)
        let voice = ArrayScene.voice(scene.count, rms: 1_000, seed: 38)
        scene.add(voice, degrees: 100)
        var channels = scene.channels.map(ArrayScene.quantized)
        for n in 16_000..<channels[0].count { channels[0][n] = 0 }
        var rig = BeamRig(.circular4)
        let mask = [Int32](repeating: 32_768, count: 257)
        var (beam, heard) = (0.0, 0.0)
        for t in 0..<500 {
            let power = rig.step(channels, t, mask: mask).power(20..<225)
            if t >= 400 { (beam, heard) = (beam + power, heard + rig.reference(1).power(20..<225)) }
        }
        #expect(rig.beamformer.deafMicrophones == 1)
        #expect(abs(Reference.decibels(beam / heard)) < 1)
    }
}
