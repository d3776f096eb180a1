import DSP
import Testing

@Suite struct BeamformerTests {
    private static let all = [Int32](repeating: 32_768, count: 257)
    private static let none = [Int32](repeating: 0, count: 257)

    /// A talker alone for two seconds, then `other` alone: power of the beam over that of the first microphone in decibels, for
    /// the talker's last half second and for the other's, by bins.
    private func listen(
        _ geometry: ArrayGeometry, talkerDegrees: Double, bins: Range<Int>,
        other: (inout ArrayScene) -> Void
    ) -> (
        talker: Double, other: Double
    ) {
        var scene = ArrayScene(geometry, samples: 6 * 16_000, seed: 5)
        let voice = ArrayScene.voice(32_000, rms: 1_000, seed: 6)
        var background = ArrayScene(geometry, samples: 4 * 16_000, seed: 7)
        other(&background)
        scene.add(voice, degrees: talkerDegrees)
        for m in scene.channels.indices {
            for n in background.channels[m].indices {
                scene.channels[m][32_000 + n] += background.channels[m][n]
            }
        }
        let channels = scene.channels.map(ArrayScene.quantized)
        var rig = BeamRig(geometry)
        var sums = [0.0, 0.0, 0.0, 0.0]
        for t in 0..<600 {
            let beam = rig.step(channels, t, mask: t < 200 ? Self.all : Self.none)
            if (150..<198).contains(t) || t >= 550 {
                sums[t < 200 ? 0 : 2] += beam.power(bins)
                sums[t < 200 ? 1 : 3] += rig.reference().power(bins)
            }
        }
        return (Reference.decibels(sums[0] / sums[1]), Reference.decibels(sums[2] / sums[3]))
    }

    /// From 1 to 7 kHz. Broadside of a 75 mm line there is no more to be had than about 4 dB.
    @Test(arguments: [
        (ArrayGeometry.circular4, 40.0, -6.0), (.circular4, 200, -6), (.linear4, 20, -6),
        (.linear4, 90, -4),
    ])
    func
        `four microphones take 6 dB off noise that comes from everywhere and leave the talker as he is`(
            geometry: ArrayGeometry, degrees: Double, decibels: Double
        )
    {
        let (talker, noise) = listen(geometry, talkerDegrees: degrees, bins: 32..<225) {
            $0.addDiffuse(rms: 500)
        }
        #expect(noise < decibels)
        #expect(abs(talker) < 0.5)
    }

    /// Up to 5.6 kHz: at 6.1 kHz waves from 60 and from 300 degrees are two whole turns apart on the circle, so nothing tells them.
    @Test(arguments: [(ArrayGeometry.circular4, 300.0), (.linear4, 140)])
    func `a noise from one place is nulled`(geometry: ArrayGeometry, degrees: Double) {
        let (_, noise) = listen(geometry, talkerDegrees: 60, bins: 20..<180) { scene in
            scene.add(scene.noise(rms: 500), degrees: degrees)
        }
        #expect(noise < -25)
    }

    /// The beam's power over the first microphone's from frame `from` on, decibels, where the talker alone sounds and the mask knows.
    private func level(_ scene: ArrayScene, from: Int, masks: (Int) -> [Int32]) -> Double {
        let channels = scene.channels.map(ArrayScene.quantized)
        var rig = BeamRig(scene.geometry)
        var sums = (beam: 0.0, heard: 0.0)
        for t in 0..<scene.count / 160 {
            let beam = rig.step(channels, t, mask: masks(t)).power(20..<225)
            if t >= from { sums = (sums.beam + beam, sums.heard + rig.reference().power(20..<225)) }
        }
        return Reference.decibels(sums.beam / sums.heard)
    }

    /// Two seconds of noise, two of a talker at 40 degrees; then he stands at 190 and talks on.
    @Test func `a talker who changes his place within a turn is heard as he is half a second later`() {
        var scene = ArrayScene(.circular4, samples: 5 * 16_000, seed: 15)
        var noise = ArrayScene(.circular4, samples: 2 * 16_000, seed: 16)
        noise.addDiffuse(rms: 300)
        for m in 0..<4 { scene.channels[m].replaceSubrange(0..<32_000, with: noise.channels[m]) }
        let voice = ArrayScene.voice(2 * 16_000, rms: 1_000, seed: 17)
        scene.add(voice, degrees: 40, start: 2 * 16_000)
        scene.add(voice, degrees: 190, start: 4 * 16_000)
        #expect(abs(level(scene, from: 450) { $0 < 200 ? Self.none : Self.all }) < 1)
    }

    /// The door is 20 dB louder than the voice and the mask takes it for the talker.
    @Test func `a slammed door that is taken for the talker does not turn the beam away from him`() {
        var scene = ArrayScene(.circular4, samples: 4 * 16_000, seed: 18)
        var noise = ArrayScene(.circular4, samples: 2 * 16_000, seed: 16)
        noise.addDiffuse(rms: 300)
        for m in 0..<4 { scene.channels[m].replaceSubrange(0..<32_000, with: noise.channels[m]) }
        scene.add(ArrayScene.voice(2 * 16_000, rms: 500, seed: 19), degrees: 40, start: 2 * 16_000)
        scene.add(scene.noise(rms: 5_000, samples: 640), degrees: 250, start: 3 * 16_000)
        #expect(abs(level(scene, from: 310) { $0 < 200 ? Self.none : Self.all }) < 2)
    }

    @Test func `until somebody speaks the first microphone passes`() {
        var scene = ArrayScene(.circular4, samples: 16_000, seed: 9)
        scene.addDiffuse(rms: 300)
        let channels = scene.channels.map(ArrayScene.quantized)
        var rig = BeamRig(.circular4)
        for t in 0..<100 {
            let beam = rig.step(channels, t, mask: Self.none)
            let first = rig.reference()
            for k in 0..<257 {
                #expect(abs(beam.bins[k].re - first.bins[k].re) < 1e-4 * first.power(0..<257).squareRoot())
            }
        }
        #expect(rig.beamformer.directionDegrees == -1)
    }

    @Test(arguments: [
        ArrayGeometry.linear4, .circular4, .circular(count: 8, radiusMicrometres: 40_000)!,
    ])
    func `the weights are those of a double-precision model within 45 dB`(geometry: ArrayGeometry) {
        var scene = ArrayScene(geometry, samples: 3 * 16_000, seed: 13)
        let voice = ArrayScene.voice(scene.count, rms: 1_000, seed: 14)
        scene.add(voice, degrees: 75)
        scene.addDiffuse(rms: 300)
        let masks = idealMasks(voice: voice, heard: scene.channels[0])
        let channels = scene.channels.map(ArrayScene.quantized)
        var rig = BeamRig(geometry)
        var model = ReferenceBeam(geometry)
        var (signal, error) = (0.0, 0.0)
        for t in 0..<300 {
            let beam = rig.step(channels, t, mask: masks[t])
            let heard = channels.indices.map { rig.reference($0) }
            let right = model.form(heard)
            model.learn(
                heard, mask: masks[t], degrees: rig.beamformer.directionDegrees,
                confidenceQ15: rig.beamformer.directionConfidenceQ15)
            guard t >= 150 else { continue }
            for k in 1..<256 {
                signal += right[k].power
                error += (ReferenceBeam.Complex(beam.bins[k].re, beam.bins[k].im) - right[k]).power
            }
        }
        #expect(Reference.decibels(signal / error) > 45)
    }

    @Test(arguments: [2, 3, 4, 8])
    func `no input stops it: full scale, squares, one dead side, masks of any value`(microphones: Int) {
        var random = SeededNoise(seed: 17)
        let geometry = ArrayGeometry.linear(count: microphones, spacingMicrometres: 200_000)!
        var rig = BeamRig(geometry)
        for t in 0..<240 {
            let channels = (0..<microphones).map { m -> [Int16] in
                switch t / 40 {
                case 0: (0..<160).map { _ in .random(in: .min ... .max, using: &random) }
                case 1: (0..<160).map { $0 / 20 % 2 == 0 ? .max : .min }
                case 2: [Int16](repeating: m == 0 ? .min : 0, count: 160)
                case 3: [Int16](repeating: 0, count: 160)
                case 4: (0..<160).map { _ in .random(in: -1...1, using: &random) }
                default: (0..<160).map { n in m % 2 == 0 ? .max : n == 3 ? .min : 1 }
                }
            }
            let mask = (0..<257).map { _ in Int32.random(in: 0...32_768, using: &random) }
            _ = rig.step(channels, 0, mask: mask)
            for k in 0..<257 {
                #expect(max(abs(rig.beam.bins[k].re), abs(rig.beam.bins[k].im)) < 1 << 30)
            }
        }
    }
}
