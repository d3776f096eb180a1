import Audio
import Glibc
import Testing

@Suite struct `A sound file` {
    @Test func `comes back as it was written`() throws {
        let file = WAVFile(rateHz: 44_100, channels: 2, samples: [0, 1, -1, 32_767, -32_768, 5])
        let path = "/tmp/wav-test-\(UInt32.random(in: 0...UInt32.max)).wav"
        defer { unlink(path) }
        try file.write(path: path)
        #expect(try WAVFile.read(path: path) == file)
        #expect(file.channel(1) == [1, 32_767, 5])
        #expect(file.mono == [0, 16_383, -16_381])
    }

    /// - Parameter body: bytes of the data chunk.
    private func wav(code: UInt8, bits: UInt8, _ body: [UInt8], extensible: Bool = false) -> [UInt8] {
        var format: [UInt8] = [
            extensible ? 0xFE : code, extensible ? 0xFF : 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0, 0, 0, 0, 0, bits, 0,
        ]
        if extensible { format += [22, 0, bits, 0, 0, 0, 0, 0, code, 0] + [UInt8](repeating: 0, count: 14) }
        return Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WAVE".utf8) + Array("fmt ".utf8) + [UInt8(format.count), 0, 0, 0]
            + format
            + Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0] + Array("data".utf8) + [UInt8(body.count), 0, 0, 0] + body
    }

    @Test func `may have any common coding`() throws {
        #expect(try WAVFile.parse(wav(code: 1, bits: 8, [128, 255, 0]), name: "f").samples == [0, 127 << 8, -32_768])
        #expect(try WAVFile.parse(wav(code: 1, bits: 16, [1, 0, 0xFF, 0xFF]), name: "f").samples == [1, -1])
        #expect(
            try WAVFile.parse(wav(code: 1, bits: 24, [0, 1, 0, 0xFF, 0xFF, 0x7F, 0, 0, 0x80]), name: "f").samples == [
                1, 32_767, -32_768,
            ])
        #expect(try WAVFile.parse(wav(code: 1, bits: 32, [0, 0, 1, 0], extensible: true), name: "f").samples == [1])
        let floats = [Float(0.5), -2, .nan].flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
        #expect(try WAVFile.parse(wav(code: 3, bits: 32, floats), name: "f").samples == [16_384, -32_768, 0])
    }

    @Test func `that is none is refused with what would be right`() {
        #expect(throws: WAVError(file: "f", "is not a WAV file (it does not begin with RIFF … WAVE)")) {
            try WAVFile.parse(Array("OggS and more".utf8), name: "f")
        }
        let coded = wav(code: 6, bits: 8, [1, 2])
        #expect { try WAVFile.parse(coded, name: "f") } throws: { "\($0)".contains("wants PCM of 8 to 32 bits or 32-bit float") }
        #expect { try WAVFile.read(path: "/nowhere.wav") } throws: {
            "\($0)" == "/nowhere.wav: cannot be read: No such file or directory"
        }
    }

    @Test func `never traps, however it is broken`() {
        let whole = wav(code: 1, bits: 16, [1, 0, 2, 0, 3, 0])
        for cut in 0..<whole.count {
            _ = try? WAVFile.parse(Array(whole[..<cut]), name: "f")
            var spoiled = whole
            for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                spoiled[cut] = value
                _ = try? WAVFile.parse(spoiled, name: "f")
            }
        }
    }
}
