import Foundation
import Stage
import Testing

@Suite struct `A bench's report` {
    private static let machine = MachineFacts(
        processor: "a <small> one", processors: 2, architecture: "riscv64", kernel: "6.12", system: "Debian",
        memoryMebibytes: 1024,
        loadAverage: 0.5, linnet: "1.0")

    private static let report = BenchReport(
        bench: "turn", machine: machine, options: ["turns": "3"],
        figures: [
            Figure("voice to voice", .milliseconds, group: "A turn", method: "from here to there", values: [500, 510, 600]),
            Figure("instructions", .millionsPerSecond, group: "Cost", method: "counted"),
        ],
        checks: [SceneCheck(claim: "all were answered", holds: false, seen: "2 of 3")], notes: ["no counters here"])

    @Test func `is JSON that a program can rely on`() throws {
        let page = try #require(
            JSONSerialization.jsonObject(with: Data(Self.report.json.utf8)) as? [String: Any])
        #expect(page["schema"] as? String == "linnet-bench/1")
        #expect(page["ok"] as? Bool == false)
        let figures = try #require(page["figures"] as? [String: [String: Any]])
        #expect(figures.keys.sorted() == ["instructions_millions_per_s", "voice_to_voice_ms"])
        let voice = try #require(figures["voice_to_voice_ms"])
        #expect(voice["count"] as? Int == 3)
        #expect(abs((voice["p50"] as? Double ?? 0) - 510) < 1)
        #expect(voice["method"] as? String == "from here to there")
        #expect(figures["instructions_millions_per_s"]?["p50"] is NSNull)
        #expect((page["machine"] as? [String: Any])?["load_average_1min"] as? Double == 0.5)
    }

    @Test func `says in its table what was measured, how, and what did not hold`() {
        let text = Self.report.text.joined(separator: "\n")
        for part in ["p95", "voice to voice", "from here to there", "✗ all were answered: 2 of 3", "no counters here"] {
            #expect(text.contains(part), "\(text) lacks \(part)")
        }
    }

    @Test func `is a picture that an XML reader accepts, with a row for every figure`() throws {
        let svg = BenchPicture(Self.report).svg()
        #expect(try isXML(svg), "no XML")
        #expect(svg.contains(">voice to voice<") && svg.contains(">instructions<") && svg.contains("not measured here"))
    }

    @Test func `shows a figure that was taken once against zero, and those that lie apart by themselves`() {
        func picture(_ values: [Double]) -> String {
            BenchPicture(
                BenchReport(
                    bench: "idle", machine: Self.machine, options: [:],
                    figures: [Figure("start", .milliseconds, group: "Start", method: "spawn to READY", values: values)],
                    checks: [],
                    notes: [])
            ).svg()
        }
        #expect(picture([67.2]).contains(">0</text>"))
        #expect(!picture([500, 600]).contains(">0</text>"))
    }
}

/// As Python's reader sees it.
func isXML(_ text: String) throws -> Bool {
    let reader = Process()
    reader.executableURL = URL(filePath: "/usr/bin/env")
    reader.arguments = ["python3", "-c", "import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())"]
    let pipe = Pipe()
    reader.standardInput = pipe
    try reader.run()
    try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try pipe.fileHandleForWriting.close()
    reader.waitUntilExit()
    return reader.terminationStatus == 0
}
