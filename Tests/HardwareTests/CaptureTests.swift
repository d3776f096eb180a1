import Audio
import CPlatform
import CRoom
import Failures
import Hardware
import Testing

@Suite(.serialized) struct `The microphones` {
    @Test func `deliver stamped blocks of 10 ms, one after the other`() throws {
        let room = try CaptureRoom()
        let capture = try room.open()
        defer { capture.stop() }
        #expect(capture.format == CaptureFormat(rateHz: 16_000, channels: 4, blockFrames: 160, sampleBits: 16))
        let blocks = capture.blocks(100)
        try #require(blocks.count == 100)
        // A machine that starves the capture thread for 80 ms loses samples for real.
        if capture.counters.xruns == 0 { #expect(blocks[99].stamp.firstSample == blocks[0].stamp.firstSample + 99 * 160) }
        #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $1.stamp.firstSample >= $0.stamp.firstSample + 160 })
        let drift = blocks[99].driftMilliseconds(since: blocks[0])
        #expect(abs(drift) < 15, "samples and instants part by \(drift) ms")
        let age = Double(ln_monotonic_ns() - blocks[99].stamp.time.nanoseconds) / 1e6
        #expect(age > 9 && age < 1000, "a block is stamped with the instant of its first sample")
        #expect(capture.counters.overruns == 0)
    }

    @Test(arguments: [(2, 48_000, 32), (8, 16_000, 16), (1, 44_100, 16), (4, 16_000, 24)])
    func `are taken as they are: channels, rate and sample size`(channels: Int, rateHz: Int, bits: Int) throws {
        let room = try CaptureRoom(channels: channels, rateHz: rateHz, bits: bits)
        let capture = try room.open()
        defer { capture.stop() }
        #expect(capture.format == CaptureFormat(rateHz: rateHz, channels: channels, blockFrames: rateHz / 100, sampleBits: bits))
        room.speak(milliseconds: 600)
        let loudest = capture.blocks(60).flatMap(\.samples).map { Int($0.magnitude) }.max() ?? 0
        #expect(loudest > 1000 << 16 && loudest < 32_767 << 16, "Q31, left-justified: \(loudest >> 16) of 32767")
    }

    @Test func `that cannot do what is asked are refused with what they can`() throws {
        let room = try CaptureRoom(channels: 4)
        #expect { try room.open(channels: 6) } throws: { error in
            let failure = error as? Failure
            return failure?.kind == .unsupported && failure?.detail.contains("has 4 to 4 channels, not 6") == true
        }
        #expect { try ALSACapture.open(CaptureRequest(device: "no_such_card")) { _ in } } throws: { error in
            let failure = error as? Failure
            return failure?.kind == .absent && failure?.detail.contains("(alsa-lib: Unknown PCM no_such_card)") == true
        }
        let first = try room.open()
        defer { first.stop() }
        #expect { try room.open() } throws: { ($0 as? Failure)?.kind == .busy }
    }

    @Test func `recover from an XRUN at once, count it, and keep the clock`() throws {
        let room = try CaptureRoom()
        let capture = try room.open()
        defer { capture.stop() }
        let before = capture.blocks(20)
        room_force_xrun(room.air, ROOM_MICROPHONES)
        let after = capture.blocks(40)
        try #require(before.count == 20 && after.count == 40)
        let counted = capture.counters.xruns
        #expect(counted >= 1 && counted == Int(room_xruns(room.air, ROOM_MICROPHONES)))
        let drift = after[39].driftMilliseconds(since: before[0])
        #expect(abs(drift) < 15, "samples that were lost are counted by the clock: \(drift) ms off")
        #expect(room.changes.seen == [])
    }

    @Test func `that are unplugged are waited for, and go on when they are back`() throws {
        let room = try CaptureRoom()
        let capture = try room.open()
        defer { capture.stop() }
        let last = try #require(capture.blocks(10).last)
        room_unplug(room.air, ROOM_MICROPHONES)
        try #require(room.changes.reach(1))
        guard case .lost(let failure)? = room.changes.seen.first else {
            Issue.record("not said: \(room.changes.seen)")
            return
        }
        #expect(failure.subject == .capture && failure.kind == .unplugged)
        usleep(300_000)
        _ = capture.blocks(1000, withinMilliseconds: 50)
        room_replug(room.air, ROOM_MICROPHONES)
        let blocks = capture.blocks(10, withinMilliseconds: 5000)
        try #require(blocks.count == 10)
        #expect(room.changes.seen == [.lost(failure), .recovered])
        #expect(capture.counters.reopens == 1)
        #expect(blocks[0].stamp.firstSample - last.stamp.firstSample > 16 * 300)
        let drift = blocks[0].driftMilliseconds(since: last)
        #expect(abs(drift) < 15, "the time away counts: \(drift) ms off")
    }

    @Test func `that come back as others are named, and waited for until they are themselves again`() throws {
        let room = try CaptureRoom(channels: 4)
        let capture = try room.open()
        defer { capture.stop() }
        #expect(capture.blocks(5).count == 5)
        room_unplug(room.air, ROOM_MICROPHONES)
        try #require(room.changes.reach(1))
        try room.shape(channels: 2)
        room_replug(room.air, ROOM_MICROPHONES)
        try #require(room.changes.reach(2))
        guard case .lost(let failure) = room.changes.seen[1] else {
            Issue.record("not said: \(room.changes.seen)")
            return
        }
        #expect(failure.kind == .unsupported && failure.detail.contains("has 2 to 2 channels, not 4"))
        usleep(600_000)
        #expect(room.changes.seen.count == 2, "said once, however often it is tried")
        try room.shape(channels: 4)
        try #require(room.changes.reach(3))
        #expect(room.changes.seen.last == .recovered)
    }

    @Test func `end while their device is away`() throws {
        let room = try CaptureRoom()
        let capture = try room.open()
        room_unplug(room.air, ROOM_MICROPHONES)
        try #require(room.changes.reach(1))
        capture.stop()
        room_replug(room.air, ROOM_MICROPHONES)
        #expect(capture.blocks(100, withinMilliseconds: 400).count < 50)
        #expect(room.changes.seen.count == 1 && !room_is_running(room.air, ROOM_MICROPHONES))
    }
}
