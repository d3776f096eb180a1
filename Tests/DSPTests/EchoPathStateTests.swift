import DSP
import Testing

/// A box that is switched off and on again still knows how its loudspeaker sounds in its room.
@Suite struct EchoPathStateTests {
    /// A front end with one or more microphones, nothing behind the canceller but the way out.
    private struct Box: ~Copyable {
        var frontEnd: FrontEnd

        init(microphones: Int = 1) {
            var configuration = FrontEnd.Configuration(microphones: microphones)
            if microphones > 1 { configuration.geometry = .linear(count: microphones, spacingMicrometres: 25_000) }
            configuration.suppressesResidualEcho = false
            configuration.controlsGain = false
            frontEnd = FrontEnd(configuration)
        }

        /// What comes out, for the same sound at every microphone.
        mutating func hear(_ microphone: [Double], far: [Double], microphones: Int = 1) -> [Double] {
            let (heard, played) = (EchoRoom.quantized(microphone), EchoRoom.quantized(far))
            var (block, samples, output) = ([Int16](), [Int16](repeating: 0, count: 160), [Double]())
            for frame in 0..<heard.count / 160 {
                let slice = heard[(frame * 160)..<(frame * 160 + 160)]
                block = (0..<microphones).flatMap { _ in slice }
                _ = played.withUnsafeBufferPointer {
                    frontEnd.process(
                        microphones: block, farEnd: $0.baseAddress! + frame * 160, farEndCount: 160,
                        farEndOffset: FarEndOffset(samples: 0), recognizerOutput: &samples)
                }
                output += samples.map(Double.init)
            }
            return output
        }

        func saved() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: frontEnd.echoPathStateBytes)
            frontEnd.saveEchoPath(into: &bytes)
            return bytes
        }

        mutating func restore(_ bytes: [UInt8]) -> EchoPathRefusal? { frontEnd.restoreEchoPath(from: bytes, count: bytes.count) }
    }

    /// Ten seconds of replies in one room, then the next reply there (`later`) and in another room.
    private struct Days {
        var saved: [UInt8]
        var far: [Double]
        var echo: [Double]
        var echoElsewhere: [Double]
        var noise: [Double]

        init(seed: UInt64 = 71, delay: Double = 12) {
            var room = EchoRoom(seed: seed)
            let path = room.path(delayMilliseconds: delay, reverberationSeconds: 0.25, gainDecibels: -10)
            let other = room.path(delayMilliseconds: delay + 9, reverberationSeconds: 0.35, gainDecibels: -10)
            let first = room.voice(160_000, rms: 3_277, pitchHz: 110)
            var box = Box()
            _ = box.hear(mixed(EchoRoom.filter(first, path), room.noise(first.count, rms: 41)), far: first)
            saved = box.saved()
            far = room.voice(64_000, rms: 3_277, pitchHz: 130)
            echo = EchoRoom.filter(far, path)
            echoElsewhere = EchoRoom.filter(far, other)
            noise = room.noise(far.count, rms: 41)
        }

        /// ERLE over a stretch of the next reply, dB.
        func enhancement(_ echo: [Double], restoring: Bool, from: Double, to: Double) -> Double {
            var box = Box()
            if restoring { #expect(box.restore(saved) == nil) }
            let output = box.hear(mixed(echo, noise), far: far)
            return decibels(echo, over: Array(output[FrontEnd.delaySamples...]), from: from, to: to)
        }
    }

    @Test(arguments: [12.0, 320]) func `the first half second after a start is covered`(delay: Double) {
        let days = Days(delay: delay)
        let start = delay / 1000
        let with = days.enhancement(days.echo, restoring: true, from: start, to: start + 0.5)
        let without = days.enhancement(days.echo, restoring: false, from: start, to: start + 0.5)
        #expect(with > 20 && with > without + 6, "restored \(with) dB, new \(without) dB")
    }

    @Test func `what was learned in another room does no harm beyond the first second`() {
        let days = Days()
        for (from, to) in [(1.0, 2.0), (2, 3.9)] {
            let with = days.enhancement(days.echoElsewhere, restoring: true, from: from, to: to)
            let without = days.enhancement(days.echoElsewhere, restoring: false, from: from, to: to)
            #expect(with > without - 3, "\(from) to \(to) s: restored \(with) dB, new \(without) dB")
        }
    }

    @Test func `four microphones' state does not fit one`() {
        var one = Box()
        let four = Box(microphones: 4)
        #expect(one.restore(four.saved()) == .otherArray)
    }

    @Test func `whatever is wrong with it, it is refused, and nothing of it is used`() {
        let days = Days()
        var box = Box()
        let fresh = box.saved()
        for byte in Array(0..<40) + Array(stride(from: 40, to: days.saved.count, by: 97)) + [days.saved.count - 1] {
            for bit in 0..<8 {
                var damaged = days.saved
                damaged[byte] ^= 1 << UInt8(bit)
                #expect(box.restore(damaged) != nil, "byte \(byte), bit \(bit)")
            }
        }
        for count in Array(0..<64) + Array(stride(from: 64, to: days.saved.count, by: 1_009)) + [days.saved.count - 1] {
            #expect(box.restore(Array(days.saved[..<count])) == .incomplete)
        }
        #expect(box.restore(days.saved + [0, 0, 0, 0]) == .incomplete)
        #expect(box.restore([UInt8](repeating: 0x55, count: days.saved.count)) == .foreign)
        var newer = days.saved
        newer[4] += 1
        #expect(box.restore(newer) == .outdated)
        #expect(box.saved() == fresh)
    }
}
