import Hardware
import Testing

@Suite struct `What microphones deliver` {
    /// 160 frames of two channels; every value is some noise, but for what `edit` makes of it.
    private func block(_ n: Int, edit: (Int, Int) -> Int32? = { _, _ in nil }) -> [Int32] {
        (0..<320).map { i in
            let noise = (Int32(truncatingIfNeeded: (n &* 320 &+ i) &* 0x9E37_79B9) >> 14) << 16
            return edit(i / 2, i % 2) ?? noise
        }
    }

    private func findings(_ blocks: [[Int32]], watched: [Int] = []) -> CaptureWatch.Findings {
        var watch = CaptureWatch(blockFrames: 160, channels: 2, watched: watched)
        for block in blocks { watch.note(block) }
        return watch.findings
    }

    @Test func `is silent after three seconds of zeros, and not before, and not with one bit in them`() {
        let zeros = (0..<300).map { block($0) { _, _ in 0 } }
        #expect(findings(zeros).isSilent && !findings(zeros).isFrozen)
        #expect(!findings(Array(zeros.dropLast())).isSilent)
        #expect(!findings(zeros + [block(0) { frame, channel in frame == 7 && channel == 1 ? 1 << 16 : 0 }]).isSilent)
    }

    @Test func `may have one dead channel, unless that is no microphone`() {
        let halves = (0..<300).map { block($0) { _, channel in channel == 1 ? 0 : nil } }
        #expect(findings(halves).deadChannels == 0b10 && !findings(halves).isSilent)
        #expect(findings(halves, watched: [0]) == CaptureWatch.Findings())
    }

    @Test(arguments: [1, 3, 8, 64]) func `is frozen when the same comes round for two seconds`(period: Int) {
        let round = (0..<(period + 200)).map { block($0 % period) }
        #expect(findings(round).isFrozen)
        #expect(!findings(Array(round.dropLast())).isFrozen)
        #expect(findings(round + (0..<19).map { block(1000 + $0) }).isFrozen)
        #expect(!findings(round + (0..<20).map { block(1000 + $0) }).isFrozen)
    }

    @Test func `is a quiet room as long as its last bit lives`() {
        let quiet = (0..<1000).map { n in block(n) { frame, _ in Int32((n &* 160 &+ frame) &* 7919 % 997 == 0 ? 1 : 0) << 16 } }
        #expect(findings(quiet) == CaptureWatch.Findings())
    }
}

@Suite struct `A storm of XRUNs` {
    @Test func `is many in two seconds, and over a second and a half after the last`() {
        var storm = XRUNStorm()
        for n in 0..<40 { storm.strike(at: Int64(n) * 50_000_000) }
        #expect(storm.isRaging)
        storm.calm(at: 40 * 50_000_000 + 1_000_000_000)
        #expect(storm.isRaging)
        storm.calm(at: 40 * 50_000_000 + 2_000_000_000)
        #expect(!storm.isRaging)
    }

    @Test func `is not what a busy machine has now and then`() {
        var storm = XRUNStorm()
        for n in 0..<100 { storm.strike(at: Int64(n) * 250_000_000) }
        #expect(!storm.isRaging)
    }
}

@Suite struct `A card's number` {
    @Test(arguments: [
        ("hw:1", "1"), ("plughw:12,0", "12"), ("dsnoop:CARD=3,DEV=0", "3"), ("plug:hw:2", "2"), ("plug:'hw:2,0'", "2"),
    ])
    func `is found in the names that have one`(name: String, number: String) {
        #expect(CardName.number(in: name).map { String(name[$0]) } == number)
    }

    @Test(arguments: ["default", "room_mic", "hw:Array", "plughw:CARD=Array,DEV=1", "hw:1x", "hw:"])
    func `is not seen where there is none`(name: String) { #expect(CardName.number(in: name) == nil) }
}
