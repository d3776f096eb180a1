import Audio
import CPlatform
import Hardware
import Testing

// Inside the microphones' suite, and serialized with it: the process has one ALSA_CONFIG_PATH to name cards with.
extension `The microphones` {
    /// The loudspeaker on the virtual card: what its converter really played is compared with what was enqueued.
    @Suite struct `and the loudspeaker` {
        /// A sound whose value says which sample it is: 0.25 per sample, so 2 s at 48 kHz reach 24000.
        private static func ramp(seconds: Double) -> [Int16] { (0..<Int(seconds * 48_000)).map { Int16($0 / 4) } }

        /// The reply position that a value of the recording stands for.
        private static func position(of value: Int16) -> Int { Int(value) * 4 }

        private static func isPaused(_ event: PlaybackEvent) -> Bool { if case .paused = event { true } else { false } }

        @Test func `a reply is heard to its last sample and its instants are the converter's`() throws {
            let room = try PlaybackRoom()
            let start = try #require(room.playback.enqueue(Self.ramp(seconds: 0.5)))
            #expect(start == 0)
            let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == 24_000 } else { false } }
            guard case .heard(_, let upTo, let end)? = events.last else { throw Missing() }
            #expect(upTo == 24_000)
            let sound = room.recording()
            let last = try #require(sound.lastIndex { $0 > 5900 })
            #expect(abs(room.instant(of: last) - end.nanoseconds) < 500_000)
            expectContiguous(events)
        }

        @Test func `a pause cuts at once and nothing is lost or repeated on resume`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue(Self.ramp(seconds: 2))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 30_000 } else { false } }
            let asked = ln_monotonic_ns()
            room.playback.pause()
            let events = room.events(until: Self.isPaused)
            guard case .paused(let heard, let silence, .session)? = events.last else { throw Missing() }
            usleep(100_000)
            let first = room.recording()
            let last = try #require(first.lastIndex { $0 != 0 })
            let lastLoud = try #require(first.lastIndex { $0 > 5000 })
            // The rest of the converter's filter rings for a few samples after the cut.
            #expect(abs(room.instant(of: lastLoud) - silence.nanoseconds) < 1_000_000)
            #expect(room.instant(of: last) - asked < 100_000_000)
            #expect(abs(Self.position(of: first[lastLoud - 20]) + 60 - Int(heard)) < 60)

            room.playback.resume()
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo == 96_000 } else { false } }
            let whole = room.recording()
            let again = try #require(whole[(last + 100)...].firstIndex { $0 != 0 })
            #expect(Self.position(of: whole.max() ?? 0) >= 95_900)
            // After the short rise the ramp stands where it would have been; a starved machine's underrun would have shifted it.
            let later = again + 800
            if room.playback.counters.underruns == 0 {
                #expect(abs(Self.position(of: whole[later]) - (Int(heard) + 800 * 3)) < 120)
            }
        }

        @Test func `replies that begin at any moment take silence back and are heard whole`() throws {
            let room = try PlaybackRoom()
            for reply in 0..<10 {
                usleep(UInt32(41_000 + 3_700 * reply))
                let asked = ln_monotonic_ns()
                let start = try #require(room.playback.enqueue([Int16](repeating: 12_000, count: 4800)))
                let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == start + 4800 } else { false } }
                expectContiguous(events)
                guard case .heard(_, _, let end)? = events.last else { throw Missing() }
                let began = end.nanoseconds - 100_000_000 - asked
                #expect(began < 100_000_000)
            }
            let loud = room.recording().filter { $0 > 6000 }.count
            // Ten times 100 ms; each edge of the converter's filter may hide a sample.
            #expect(abs(loud - 16_000) < 40)
        }

        @Test func `a drop forgets what was queued and what comes after it is played from its start`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue(Self.ramp(seconds: 2))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 20_000 } else { false } }
            room.playback.drop()
            let next = try #require(room.playback.enqueue(Self.ramp(seconds: 0.25)))
            let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == next + 12_000 } else { false } }
            let dropped = try #require(events.first { if case .dropped = $0 { true } else { false } })
            guard case .dropped(let heard, let forgotten, let silence) = dropped else { throw Missing() }
            #expect(heard >= 20_000 && heard < 40_000)
            #expect(forgotten == 96_000 && next == 96_000)
            // The second reply stays below 3000: what is louder is the first one's.
            let last = try #require(room.recording().lastIndex { $0 > 3500 })
            #expect(abs(room.instant(of: last) - silence.nanoseconds) < 1_000_000)
        }

        @Test func `ducking lowers the reply by 12 dB and lifting restores it`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue([Int16](repeating: 16_000, count: 96_000))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 10_000 } else { false } }
            room.playback.setDucked(true)
            guard case .ducked(let ducked, .session)? = room.events(until: { if case .ducked = $0 { true } else { false } }).last
            else { throw Missing() }
            usleep(200_000)
            room.playback.setDucked(false)
            _ = room.events { if case .unducked = $0 { true } else { false } }
            usleep(100_000)
            let sound = room.recording()
            let index = try #require(sound.indices.first { room.instant(of: $0) >= ducked.nanoseconds })
            #expect(abs(sound[index - 160] - 16_000) < 200)
            if room.playback.counters.underruns == 0 { #expect(abs(sound[index + 200] - 4019) < 100) }
            #expect(sound[(index + 400)...].contains { abs($0 - 16_000) < 200 })
        }

        @Test func `an underrun is counted and the reply goes on`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue(Self.ramp(seconds: 1))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 10_000 } else { false } }
            room.forceUnderrun()
            let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == 48_000 } else { false } }
            #expect(events.contains { if case .underrun = $0 { true } else { false } })
            #expect(room.playback.counters.underruns >= 1)
            #expect(Self.position(of: room.recording().max() ?? 0) >= 47_900)
        }

        @Test func `an unplugged loudspeaker comes back with what was not heard`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue(Self.ramp(seconds: 1))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 10_000 } else { false } }
            room.unplug()
            try #require(room.changes.reach(1))
            guard case .lost(let failure)? = room.changes.seen.first else { throw Missing() }
            #expect(failure.subject == .playback && failure.kind == .unplugged)
            room.replug()
            let events = room.events { if case .heard(_, let upTo, _) = $0 { upTo == 48_000 } else { false } }
            #expect(room.changes.seen == [.lost(failure), .recovered])
            expectContiguous(events)
            #expect(room.playback.counters.reopens == 1)
        }

        @Test func `what was dropped or chimed while the loudspeaker was away is never heard`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue([Int16](repeating: 9000, count: 48_000))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 10_000 } else { false } }
            room.unplug()
            try #require(room.changes.reach(1))
            room.playback.drop()
            room.playback.chime([Int16](repeating: 9000, count: 9600))
            let dropped = room.events { if case .dropped = $0 { true } else { false } }
            #expect(dropped.contains { if case .dropped(_, 48_000, _) = $0 { true } else { false } })
            let start = room.recording().count
            room.replug()
            try #require(room.changes.reach(2))
            usleep(300_000)
            #expect(room.recording()[start...].allSatisfy { abs($0) <= 1 })
        }

        @Test func `the far end is what the converter played, cut where it was cut`() throws {
            let room = try PlaybackRoom()
            _ = room.playback.enqueue(Self.ramp(seconds: 2))
            _ = room.events { if case .heard(_, let upTo, _) = $0 { upTo > 15_000 } else { false } }
            room.playback.pause()
            _ = room.events(until: Self.isPaused)
            usleep(30_000)
            var block = [Int32](repeating: 0, count: room.playback.farEnd.samplesPerBlock)
            var played: [Int64: Int32] = [:]
            var times: [(index: Int64, time: Int64)] = []
            while let stamp = room.playback.farEnd.read(into: &block) {
                played = played.filter { $0.key < stamp.firstSample }
                for (i, sample) in block.enumerated() { played[stamp.firstSample + Int64(i)] = sample }
                times.append((stamp.firstSample, stamp.time.nanoseconds))
            }
            let sound = room.recording()
            let origin = try #require(times.first)
            let loud = played.filter { $0.value != 0 }.keys
            let last = try #require(loud.max())
            let lastTime = origin.time + (last - origin.index) * 1_000_000_000 / 48_000
            let lastHeard = try #require(sound.lastIndex { $0 > 3000 })
            #expect(abs(room.instant(of: lastHeard) - lastTime) < 1_500_000)
        }

        private struct Missing: Error {}

        /// What was reported as heard is one run without gap or overlap.
        private func expectContiguous(_ events: [PlaybackEvent]) {
            var next: Int64?
            for case .heard(let from, let upTo, _) in events {
                if let next { #expect(from == next) }
                next = upTo
            }
        }
    }
}
