import Audio
import CAllocationCounter
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
        for (before, after) in zip(blocks, blocks.dropFirst()) {
            #expect(after.stamp.firstSample == before.stamp.firstSample + 160)
        }
        let span = blocks[99].stamp.time.milliseconds(since: blocks[0].stamp.time)
        #expect(abs(span - 990) < 15, "\(span) ms for 99 blocks")
        let age = Double(ln_monotonic_ns() - blocks[99].stamp.time.nanoseconds) / 1e6
        #expect(age > 9 && age < 300, "a block is stamped with the instant of its first sample")
        #expect(capture.counters.overruns == 0)
    }

    @Test(arguments: [(2, 48_000, 32), (8, 16_000, 16), (1, 44_100, 16)])
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
        #expect { try ALSACapture.open(device: "no_such_card") { _ in } } throws: { ($0 as? Failure)?.kind == .absent }
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
        #expect(capture.counters.xruns == 1)
        let all = before + after
        let drift =
            all[59].stamp.time.milliseconds(since: all[0].stamp.time) - Double(
                all[59].stamp.firstSample - all[0].stamp.firstSample) / 16
        #expect(abs(drift) < 15, "samples that were lost are counted by the clock: \(drift) ms off")
        #expect(room.changes.seen == [])
    }

    @Test func `that are unplugged are waited for, and go on when they are back`() throws {
        let room = try CaptureRoom()
        let capture = try room.open()
        defer { capture.stop() }
        #expect(capture.blocks(10).count == 10)
        room_unplug(room.air, ROOM_MICROPHONES)
        usleep(400_000)
        #expect(room.changes.seen.count == 1)
        guard case .lost(let failure)? = room.changes.seen.first else {
            Issue.record("not said: \(room.changes.seen)")
            return
        }
        #expect(failure.subject == .capture && failure.kind == .unplugged)
        _ = capture.blocks(1000, withinMilliseconds: 50)
        room_replug(room.air, ROOM_MICROPHONES)
        let back = ln_monotonic_ns()
        let blocks = capture.blocks(10, withinMilliseconds: 2000)
        #expect(blocks.count == 10)
        #expect(ln_monotonic_ns() - back < 2_000_000_000)
        #expect(room.changes.seen.last == .recovered)
        #expect((blocks.first?.stamp.firstSample ?? 0) > 1600 + 4000, "the time away counts")
    }

    @Test func `never touch the heap while they run`() throws {
        let room = try CaptureRoom()
        let capture = try room.open()
        defer { capture.stop() }
        #expect(capture.blocks(20).count == 20)
        #expect(ln_watch_allocations("linnet-capture") == 0)
        #expect(capture.blocks(100).count == 100)
        let count = ln_watched_allocations()
        ln_unwatch_allocations()
        #expect(count == 0, "over a second of capture")
    }
}
