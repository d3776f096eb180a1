import Foundation
import Stage
import Testing

@Suite struct `A spectrogram` {
    /// A tone of 1 kHz for half a second, then nothing for half a second.
    private static let tone = (0..<16_000).map { n in
        n < 8_000 ? Int16(8_000 * sin(2 * Double.pi * 1_000 * Double(n) / 16_000)) : 0
    }

    @Test func `finds a tone where and when it sounds, at its level`() {
        let frames = Spectrogram(Self.tone).decibels
        #expect(frames.count == 100)
        let loudest = frames[25].indices.max { frames[25][$0] < frames[25][$1] }
        #expect(loudest == 32)  // 1 kHz at 31.25 Hz a bin
        #expect(abs(frames[25][32] - -12.2) < 0.3)  // 8000 of 32768
        #expect(frames[25][100] < -80 && frames[75][32] < -130)
    }

    @Test func `becomes a picture that an XML reader accepts, with axes, headings and one image for each sound`() throws {
        let panels = ["before <it>", "after"].map { SpectrogramPicture.Panel(title: $0, samples: Self.tone) }
        let svg = SpectrogramPicture(title: "A tone", panels: panels).svg()
        #expect(try isXML(svg), "no XML")
        #expect(svg.components(separatedBy: "data:image/png;base64,").count == 3)
        for part in ["before &lt;it>", ">8 kHz<", ">0 s<", ">1 s<", ">-30<", ">dB<"] {
            #expect(svg.contains(part), "no \(part)")
        }
    }

    @Test func `of no sound at all is a picture too`() throws {
        #expect(try isXML(SpectrogramPicture(title: "", panels: [.init(title: "nothing", samples: [])]).svg()))
    }
}

@Suite struct `A picture's pixels` {
    @Test func `are a PNG whose parts carry their lengths and sums`() {
        let png = IndexedPNG(width: 3, height: 2, palette: [[0, 0, 0], [255, 255, 255]], pixels: [0, 1, 0, 1, 0, 1]).bytes
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        // The last part is the same in every PNG, its CRC published with the standard.
        #expect(png.suffix(12).elementsEqual([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
        // Two rows of a filter byte and two bytes of pixels, stored: Adler-32 of 00 01 00 00 10 10.
        let data: [UInt8] = [0x78, 0x01, 1, 6, 0, 0xF9, 0xFF, 0, 0x01, 0x00, 0, 0x10, 0x10, 0x00, 0x3B, 0x00, 0x22]
        #expect(png.firstRange(of: data) != nil, "\(png)")
    }

    @Test func `stand in a text as RFC 4648 has it`() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            #expect(base64(Array(bytes.utf8)) == text)
        }
    }
}

@Suite struct `What callgrind and qemu print` {
    @Test func `gives each stage its instructions`() {
        let counts = Callgrind.inclusive([
            "Ir  file:function", " 57,220,361  ???:linnet_dsp_four_microphones [/tmp/lr]",
            "    116,540  ???:linnet_dsp_high_pass [/tmp/lr]", "1,000  ???:other [/tmp/lr]",
        ])
        #expect(counts == ["linnet_dsp_four_microphones": 57_220_361, "linnet_dsp_high_pass": 116_540])
        #expect(throws: InstructionCount.Unavailable.self) { try Callgrind.total(["valgrind: no such file"]) }
    }

    @Test func `of an AArch64 is shared among the frames`() {
        let counts = AArch64Count.counts(["stage 0 84000", "", "nonsense 1 2", "stage 99 5"], frames: 20)
        #expect(counts == [.highPass: 4200])
    }

    @Test func `is held or falls short, in groups of three digits`() {
        let held = DSPCost(name: "a stage", group: .stage, method: "", x86: 89_999.6, arm: 1_234_567, atMost: 90_000)
        let short = DSPCost(name: "another", group: .stage, method: "", x86: 90_001, atMost: 90_000)
        let lines = DSPTable.lines([held, short])
        #expect(lines.contains { $0.hasPrefix("  a stage ") && $0.contains(" 1 234 567 ") && $0.hasSuffix("  held") })
        #expect(lines.contains { $0.hasPrefix("  another ") && $0.hasSuffix("  falls short") })
    }
}

@Suite struct `An hour's report` {
    private static let machine = MachineFacts(
        processor: "x", processors: 1, architecture: "x", kernel: "x", system: "x", memoryMebibytes: 1, loadAverage: 0,
        linnet: "1")

    private static func report(_ lines: [String]) -> BenchReport {
        var settings = HourBench.Settings()
        settings.seconds = 2
        return HourMeasurement(lines: lines).report(settings, machine: machine, sound: "a test")
    }

    @Test func `adds up what the front end's process says of itself`() throws {
        let report = Self.report([
            "allocations 0", "frames 200", "cpu_ns 50000000", "peak_kib 9000", "start_kib 1000", "settled_kib 1500",
            "end_kib 1500", "cpu 200 150", "cpu 400 50", "wall 300 200",
        ])
        #expect(report.allHold)
        let figures = Dictionary(uniqueKeysWithValues: report.figures.map { ($0.key, $0) })
        #expect(abs(try #require(figures["share_of_real_time_percent"]?.percentile(50)) - 2.5) < 0.01)
        #expect(figures["frame_on_the_processor_ms"]?.count == 200)
        #expect(abs(try #require(figures["frame_on_the_processor_ms"]?.percentile(99)) - 0.4) < 0.001)
    }

    @Test func `does not hold when it allocates, is late, grows or stops early`() {
        let good = ["allocations 0", "frames 200", "settled_kib 1500", "end_kib 1500"]
        #expect(Self.report(good).allHold)
        for bad in [["allocations 1"], ["cpu 10000 1"], ["end_kib 1600"], ["frames 100"]] {
            #expect(!Self.report(good + bad).allHold, "\(bad)")
        }
        #expect(!Self.report(Array(good.dropFirst())).allHold, "what was not counted was not shown")
    }
}

@Suite struct `A room that is rendered` {
    /// Half a second of what somebody says, of what is played, and of noise.
    private static func heard(played: Bool) throws -> [Int16] {
        let work = try WorkFolder()
        let room = try RoomRendering(folder: work.path, settings: Room.Settings(), noise: (0..<800).map { Int16($0 % 7 * 20) })
        let voice = (0..<8_000).map { Int16(4_000 * sin(Double($0) * Double($0) / 9_000)) }
        return room.hear(person: voice, played: played ? voice.reversed() : voice.map { _ in 0 })
    }

    @Test func `sounds the same whenever it is rendered, and otherwise when the loudspeaker plays`() throws {
        let first = try Self.heard(played: true)
        #expect(first.count == 4 * 8_000 && first.contains { abs(Int($0)) > 1_000 })
        #expect(try Self.heard(played: true) == first)
        #expect(try Self.heard(played: false) != first)
    }

    @Test func `has four microphones and what was played in the bench's scene`() throws {
        let work = try WorkFolder()
        let talk = try DSPSceneSound.render(seconds: 2, farEnd: true, folder: work.path)
        #expect(talk.channels == 5 && talk.frames == 32_000)
        #expect((0..<5).allSatisfy { channel in talk.channel(channel).contains { abs(Int($0)) > 300 } })
        let idle = try DSPSceneSound.render(seconds: 1, farEnd: false, folder: work.path)
        #expect(idle.channel(4).allSatisfy { $0 == 0 })
    }
}
