import DSP
import DSPFuzz
import Foundation
import Testing

/// What `scripts/dsp-wasm.sh` builds, run by node.
private enum Web {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let frontEnd = root.appending(path: ".build/dsp-web/linnet-front-end.wasm")
    static let lives = root.appending(path: ".build/dsp-web/linnet-fuzz.wasm")

    static func node(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/node")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }

    /// What `run.mjs` writes for these microphones: 163 values per frame.
    static func run(_ microphones: [[Int16]], far: [Int16], options: String) throws -> [Int16] {
        let base = FileManager.default.temporaryDirectory.appending(path: "linnet-web-\(UUID().uuidString)")
        defer { for kind in ["in", "out"] { try? FileManager.default.removeItem(atPath: "\(base.path).\(kind)") } }
        var input: [Int16] = []
        for start in stride(from: 0, to: far.count, by: 160) {
            for signal in microphones + [far] { input += signal[start..<start + 160] }
        }
        try input.withUnsafeBytes { Data($0) }.write(to: URL(filePath: "\(base.path).in"))
        let script = root.appending(path: "Sources/DSPWeb/run.mjs").path
        print(try node(script, frontEnd.path, "\(base.path).in", "\(base.path).out", options), terminator: "")
        return try Data(contentsOf: URL(filePath: "\(base.path).out")).withUnsafeBytes {
            Array($0.bindMemory(to: Int16.self))
        }
    }
}

@Suite(.serialized)
struct WebTests {
    /// Modules older than the sources would say so by other samples.
    init() throws {
        for needed in [Web.frontEnd.path, Web.lives.path, "/usr/bin/node"] {
            try #require(
                FileManager.default.fileExists(atPath: needed),
                "\(needed) is missing: `make test` installs node and builds the modules (scripts/dsp-wasm.sh) before the tests")
        }
    }

    @Test(
        .enabled(if: Recordings.areInstalled, "asterisk-core-sounds-en-g722 is not installed"),
        arguments: [(1, "unknown", 0), (4, "linear", -15)])
    func `a page hears the same samples as the daemon`(microphones: Int, shape: String, floor: Int) throws {
        let clean = Recordings.track.clean[24_000...].map(Double.init)
        var voice = [Double](repeating: 0, count: 80_000)
        for n in 32_000..<80_000 { voice[n] = clean[200_000 + n] / 2 }
        let scene = FrontEndScene(seed: 111, played: Array(clean[..<80_000]), voice: voice)
        let (heard, far) = (Array(scene.microphones.prefix(microphones)), EchoRoom.quantized(scene.far))
        let daemon = FrontEndRun(
            heard, far: far,
            change: {
                $0.geometry = shape == "linear" ? .linear(count: microphones, spacingMicrometres: 25_000) : nil
                $0.noiseFloorDecibels = floor
            })
        let page = try Web.run(
            heard, far: far,
            options: """
                {"microphones": \(microphones), "shape": "\(shape)", "measureMicrometres": 25000, "noiseFloorDecibels": \(floor)}
                """)
        try #require(page.count == 500 * 163)
        for (frame, verdict) in daemon.verdicts.enumerated() {
            let samples = daemon.output[frame * 160..<frame * 160 + 160].map { Int16($0) }
            let figures = [verdict.speechProbabilityQ15, verdict.nearEndQ15, verdict.directionDegrees]
            try #require(Array(page[frame * 163..<frame * 163 + 163]) == samples + figures, "frame \(frame)")
        }
        #expect(daemon.output.contains { abs($0) > 1_000 })
    }

    @Test func `a page may be given anything: 32 bits trap no sooner than 64 and say the same`() throws {
        let count = 24
        let page = try Web.node(Web.root.appending(path: "Tests/DSPFuzz/lives.mjs").path, Web.lives.path, "\(count)")
        #expect(
            page.split(separator: "\n").map(String.init) == (0..<UInt64(count)).map { "\(FuzzedFrontEnd.live(seed: $0))" })
    }

    @Test func `a page loads less than 150 KiB`() throws {
        let size = try FileManager.default.attributesOfItem(atPath: Web.frontEnd.path)[.size] as? Int
        #expect(try #require(size) < 150 * 1024)
    }
}
