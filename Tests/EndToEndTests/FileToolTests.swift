import Audio
import Foundation
import Stage
import Testing

/// `linnet dsp`, as an engineer types it: sound files in, sound files or numbers out.
@Suite struct `The file tools` {
    private let work: WorkFolder
    private let voice: [Int16]

    init() throws {
        work = try WorkFolder()
        voice = try Line("What is the capital of Portugal, and how many people live there today?", .flite("rms"), .tap).rendered()
    }

    private func path(_ name: String) -> String { "\(work.path)/\(name).wav" }

    /// 16 kHz; one array for each channel.
    private func write(_ channels: [[Int16]], _ name: String) throws {
        let frames = channels[0].indices.flatMap { n in channels.map { $0[n] } }
        try WAVFile(rateHz: 16_000, channels: channels.count, samples: frames).write(path: path(name))
    }

    /// - Returns: exit status, and what was written on standard output or standard error.
    private func dsp(_ arguments: [String], gathering stream: Int32 = 2) async throws -> (status: Int32?, lines: [String]) {
        let linnet = try ChildProcess("\(WorkFolder.programs)/linnet", ["dsp"] + arguments, environment: [:], gathering: stream)
        return (await linnet.wait(deadlineMilliseconds: 60_000), linnet.lines())
    }

    private func noise(_ count: Int, rms: Double, seed: UInt64) -> [Int16] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Evenly spread over a width of sqrt(12) deviations.
            return Int16((Double(state >> 32) / 4_294_967_296 - 0.5) * rms * 3.4641)
        }
    }

    /// Decibels of a stretch in seconds.
    private func level(_ samples: [Int16], _ from: Double, _ to: Double) -> Double {
        let part = samples[Int(from * 16_000)..<Int(to * 16_000)]
        return 10 * log10(part.reduce(0.01) { $0 + Double($1) * Double($1) } / Double(part.count))
    }

    /// Two seconds of noise, the question in it, two more.
    private func question(noiseRMS: Double, seed: UInt64) -> [Int16] {
        let whole = [Int16](repeating: 0, count: 32_000) + voice + [Int16](repeating: 0, count: 32_000)
        return zip(whole, noise(whole.count, rms: noiseRMS, seed: seed)).map { Int16(clamping: Int($0) + Int($1)) }
    }

    @Test func `denoise takes steady noise away and leaves the question`() async throws {
        let heard = question(noiseRMS: 100, seed: 1)
        try write([heard], "in")
        #expect(try await dsp(["denoise", "--in", path("in"), "--out", path("out")]).status == 0)
        let clean = try WAVFile.read(path: path("out"))
        #expect((clean.rateHz, clean.channels, clean.samples.count) == (16_000, 1, heard.count))
        #expect(level(clean.samples, 1, 1.9) < level(heard, 1, 1.9) - 20)
        let seconds = Double(voice.count) / 16_000
        #expect(abs(level(clean.samples, 2, 2 + seconds) - level(voice, 0, seconds)) < 2)
    }

    @Test func `vad prints a probability for every 10 ms, high where somebody asks`() async throws {
        let heard = question(noiseRMS: 100, seed: 2)
        try write([heard], "in")
        let (status, lines) = try await dsp(["vad", "--in", path("in")], gathering: 1)
        let probabilities = lines.compactMap(Double.init)
        #expect(status == 0)
        #expect(probabilities.count == lines.count && probabilities.count == (heard.count + 159) / 160)
        #expect(probabilities[..<190].allSatisfy { $0 < 0.5 })
        let asked = probabilities[220..<200 + voice.count / 160 - 20]
        #expect(Double(asked.count { $0 > 0.5 }) > 0.8 * Double(asked.count))
    }

    @Test func `aec takes the loudspeaker out of the microphone`() async throws {
        let played = voice + voice + voice
        let echo = [Int16](repeating: 0, count: 800) + played.map { $0 / 2 }
        let heard = zip(echo, noise(echo.count, rms: 20, seed: 3)).map { Int16(clamping: Int($0) + Int($1)) }
        try write([heard], "mic")
        try write([played], "ref")
        #expect(try await dsp(["aec", "--mic", path("mic"), "--ref", path("ref"), "--out", path("out")]).status == 0)
        let left = try WAVFile.read(path: path("out")).samples
        let end = Double(played.count) / 16_000
        #expect(level(left, end / 2, end) < level(heard, end / 2, end) - 25)
    }

    @Test func `the whole front end makes one voice of four microphones, and pauses as quiet as one wishes`() async throws {
        try write((0..<4).map { question(noiseRMS: 100, seed: 10 + $0) }, "in")
        let four = ["front-end", "--in", path("in"), "--geometry", "circular4"]
        #expect(try await dsp(four + ["--out", path("whole")]).status == 0)
        let quieter = try await dsp(four + ["--noise-floor-db", "-12", "--out", path("quiet")])
        #expect(quieter.status == 0, "\(quieter.lines)")
        let (whole, quiet) = (try WAVFile.read(path: path("whole")), try WAVFile.read(path: path("quiet")))
        #expect(whole.channels == 1 && quiet.channels == 1)
        let difference = level(whole.samples, 1, 1.9) - level(quiet.samples, 1, 1.9)
        #expect((8...13).contains(difference), "\(difference) dB")
    }

    @Test func `a quiet voice comes out at its level, or as quiet as it was`() async throws {
        let quiet = voice.map { $0 / 8 }
        try write([quiet + quiet + quiet], "in")
        let (end, heard) = (3 * Double(quiet.count) / 16_000, level(quiet, 0, Double(quiet.count) / 16_000))
        for (flag, raised) in [("--level-control", 10.0...30), ("--no-level-control", -1...1)] {
            #expect(try await dsp(["front-end", "--in", path("in"), flag, "--out", path("out")]).status == 0)
            let change = try level(WAVFile.read(path: path("out")).samples, 2 * end / 3, end) - heard
            #expect(raised.contains(change), "\(flag): \(change) dB")
        }
    }

    @Test func `what cannot be done is refused in words, and nothing is written`() async throws {
        try write([question(noiseRMS: 100, seed: 4)], "one")
        try write(Array(repeating: voice, count: 9), "nine")
        let refusals: [([String], String)] = [
            (["--in", path("none"), "--geometry", "single"], "none.wav"),
            (["--in", path("one"), "--geometry", "circular4"], "circular4 has 4 microphones"),
            (["--in", path("one"), "--geometry", "heap"], "--geometry"),
            (["--in", path("one"), "--noise-floor-db", "5"], "5 is outside -40 to 0 dB"),
            (["--in", path("nine")], "9 channels"),
        ]
        for (arguments, reason) in refusals {
            let (status, lines) = try await dsp(["front-end", "--out", path("out")] + arguments)
            #expect(status != 0 && status != nil, "\(arguments)")
            #expect(lines.contains { $0.contains(reason) }, "\(arguments): \(lines)")
        }
        #expect(!FileManager.default.fileExists(atPath: path("out")))
    }
}
