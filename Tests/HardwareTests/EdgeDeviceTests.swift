import Audio
import CPlatform
import CRoom
import Failures
import Hardware
import Testing

extension `The microphones` {
    /// Cards that differ from what is asked, or change. Serialized with the suite: the process has one ALSA_CONFIG_PATH.
    @Suite struct `and devices at the edge` {
        private func shape(
            channels: Int32 = 0, rateHz: Int32 = 0, format: room_format = ROOM_FORMAT_AS_CONFIGURED, period: Int32 = 0,
            hides: Bool = false
        ) -> room_shape {
            room_shape(channels: channels, rate_hz: rateHz, format: format, period_frames: period, hides_period: hides)
        }

        @Test(arguments: [(1024, false), (1024, true), (512, true)])
        func `of another period are taken with it, whether they declare it or refuse all others`(
            period: Int32, hides: Bool
        ) throws {
            let room = try CaptureRoom(channels: 2)
            var only = shape(channels: 2, rateHz: 16_000, format: ROOM_FORMAT_S16_LE, period: period, hides: hides)
            #expect(room_set_shape(room.air, ROOM_MICROPHONES, &only) == 0)
            let capture = try room.open()
            defer { capture.stop() }
            #expect(capture.blocks(40).count == 40)
        }

        @Test func `of packed 24 bits deliver the same sound as those of 16`() throws {
            let room = try CaptureRoom(channels: 2)
            var packed = shape(channels: 2, rateHz: 44_100, format: ROOM_FORMAT_S24_3LE)
            #expect(room_set_shape(room.air, ROOM_MICROPHONES, &packed) == 0)
            let capture = try room.open()
            defer { capture.stop() }
            #expect(capture.format == CaptureFormat(rateHz: 44_100, channels: 2, blockFrames: 441, sampleBits: 24))
            room.speak(milliseconds: 600)
            let loudest = capture.blocks(60).flatMap(\.samples).map { Int($0.magnitude) }.max() ?? 0
            #expect(loudest > 1000 << 16 && loudest < 32_767 << 16, "Q31, left-justified: \(loudest >> 16) of 32767")
        }

        @Test func `that stand still without an error are opened anew`() throws {
            let room = try CaptureRoom()
            let capture = try room.open()
            defer { capture.stop() }
            #expect(capture.blocks(10).count == 10)
            room_set_stalled(room.air, ROOM_MICROPHONES, true)
            try #require(room.changes.reach(1))
            guard case .lost(let failure)? = room.changes.seen.first else { return }
            #expect(failure.kind == .stalled)
            let start = ln_monotonic_ns()
            room_set_stalled(room.air, ROOM_MICROPHONES, false)
            #expect(room.changes.reach(2) && room.changes.seen.last == .recovered)
            #expect(ln_monotonic_ns() - start < 4_000_000_000)
        }

        @Test func `whose delay jumps play the reply to its end, and nothing of it goes back`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue([Int16](repeating: 8000, count: 96_000))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 20_000 } else { false } }
            #expect(room_set_extra_delay(room.air, ROOM_LOUDSPEAKER, 9600) == 0)
            _ = room.events(until: { if case .heard(_, let upTo, _) = $0 { upTo > 40_000 } else { false } })
            #expect(room_set_extra_delay(room.air, ROOM_LOUDSPEAKER, -9600) == 0)
            let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == 96_000 } else { false } }
            guard case .heard(_, 96_000, _)? = events.last else {
                Issue.record("not heard to its end: \(events.suffix(3))")
                return
            }
            #expect(room.changes.seen == [])
        }

        @Test func `that stand still under a reply are told of, and what was not heard goes on`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue([Int16](repeating: 8000, count: 48_000))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 10_000 } else { false } }
            room_set_stalled(room.air, ROOM_LOUDSPEAKER, true)
            try #require(room.changes.reach(1))
            guard case .lost(let failure)? = room.changes.seen.first else { return }
            #expect(failure.subject == .playback && failure.kind == .stalled)
            room_set_stalled(room.air, ROOM_LOUDSPEAKER, false)
            let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == 48_000 } else { false } }
            guard case .heard(_, 48_000, _)? = events.last else {
                Issue.record("not heard to its end: \(events.suffix(3))")
                return
            }
            #expect(room.changes.seen.last == .recovered)
        }

        @Test func `that take another's place say that it works again`() throws {
            let room = try PlaybackRoom()
            room.playback.stop()
            let before = Failure(.playback, .unplugged, "the one before")
            let changes = Changes()
            let next = try ALSAPlayback.open(PlaybackRequest(device: "playback_test"), recoveringFrom: before) {
                changes.note($0)
            }
            defer { next.stop() }
            #expect(changes.reach(1) && changes.seen == [.recovered])
        }

        @Test func `that are not there yet are waited for`() throws {
            let room = try CaptureRoom(channels: 2)
            room_unplug(room.air, ROOM_MICROPHONES)
            #expect { try room.open() } throws: { ($0 as? Failure)?.kind == .absent }
            let absent = Failure(.capture, .absent, "not there")
            let supposed = CaptureFormat(rateHz: 16_000, channels: 2, blockFrames: 160, sampleBits: 16)
            let capture = try ALSACapture.waiting(
                CaptureRequest(device: room.device), supposing: supposed, because: absent
            ) { [changes = room.changes] in changes.note($0) }
            defer { capture.stop() }
            room_replug(room.air, ROOM_MICROPHONES)
            #expect(room.changes.reach(1) && room.changes.seen == [.recovered])
            #expect(capture.blocks(10).count == 10)
        }
    }
}
