import DSP
import Testing

@Suite struct DirectionTests {
    /// Degrees after the last frame.
    private func direction(_ scene: ArrayScene, voice: [Double], upTo second: Double? = nil) -> Int16 {
        let masks = idealMasks(voice: voice, heard: scene.channels[0])
        let channels = scene.channels.map(ArrayScene.quantized)
        var rig = BeamRig(scene.geometry)
        for t in 0..<min(masks.count, second.map { Int($0 * 100) } ?? .max) {
            _ = rig.step(channels, t, mask: masks[t])
        }
        return rig.beamformer.directionDegrees
    }

    private func apart(_ found: Int16, _ degrees: Double) -> Double {
        let difference = abs(Double(found) - degrees).truncatingRemainder(dividingBy: 360)
        return found < 0 ? 999 : min(difference, 360 - difference)
    }

    /// Towards the ends of a line 15 degrees change the path by as little as 5 broadside.
    @Test(arguments: [
        (ArrayGeometry.circular4, 3.0, 10.0), (.circular4, 77, 10), (.circular4, 181, 10),
        (.circular4, 318, 10), (.linear4, 90, 10),
        (.linear4, 30, 15), (.linear4, 147, 15),
    ])
    func `a talker 5 dB above diffuse noise is found within 10 degrees in two seconds`(
        geometry: ArrayGeometry, degrees: Double, tolerance: Double
    ) {
        var scene = ArrayScene(geometry, samples: 2 * 16_000, seed: 21)
        let voice = ArrayScene.voice(scene.count, rms: 1_000, seed: 22)
        scene.add(voice, degrees: degrees)
        scene.addDiffuse(rms: 562)
        #expect(apart(direction(scene, voice: voice), degrees) <= tolerance)
    }

    @Test(arguments: [(ArrayGeometry.circular4, 250.0), (.linear4, 60)])
    func `echoes from the walls do not mislead by more than 10 degrees`(
        geometry: ArrayGeometry, degrees: Double
    ) {
        var scene = ArrayScene(geometry, samples: 3 * 16_000, seed: 23)
        let voice = ArrayScene.voice(scene.count, rms: 1_000, seed: 24)
        scene.add(voice, degrees: degrees)
        scene.addReverberation(voice)
        scene.addDiffuse(rms: 200)
        #expect(apart(direction(scene, voice: voice), degrees) <= 10)
    }

    @Test func `the next turn's talker is followed to his place`() {
        var scene = ArrayScene(.circular4, samples: 6 * 16_000, seed: 25)
        let first = ArrayScene.voice(3 * 16_000, rms: 1_000, seed: 26)
        scene.add(first, degrees: 40)
        scene.add(first, degrees: 190, start: 3 * 16_000)
        scene.addDiffuse(rms: 300)
        #expect(apart(direction(scene, voice: first + first, upTo: 3), 40) <= 10)
        #expect(apart(direction(scene, voice: first + first, upTo: 5), 190) <= 10)
    }

    @Test func `noise alone has no direction`() {
        var scene = ArrayScene(.circular4, samples: 2 * 16_000, seed: 27)
        scene.addDiffuse(rms: 500)
        #expect(direction(scene, voice: [Double](repeating: 0, count: scene.count)) == -1)
    }
}
