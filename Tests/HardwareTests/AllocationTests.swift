import Audio
import CAllocationCounter
import CPlatform
import CRoom
import Hardware
import Testing

// Serialized with the microphones' suite: the process has one ALSA_CONFIG_PATH.
extension `The microphones` {
    /// What the compiler's `@_noAllocation` cannot see: alsa-lib, and the runtime under us.
    @Suite struct `and the heap` {
        /// Calls of the allocator by the thread of that name, while `body` runs.
        private func allocations(of thread: String, during body: () throws -> Void) throws -> Int64 {
            try #require(ln_watch_allocations(thread) == 0, "no thread is called \(thread)")
            defer { ln_unwatch_allocations() }
            try body()
            return ln_watched_allocations()
        }

        @Test func `which is counted when it is touched`() throws {
            ln_thread_name("linnet-control")
            let count = try allocations(of: "linnet-control") {
                let some = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 16)
                some.deallocate()
            }
            #expect(count >= 2)
        }

        @Test func `which running microphones never touch, XRUN and overrun included`() throws {
            let room = try CaptureRoom()
            let capture = try room.open()
            defer { capture.stop() }
            #expect(capture.blocks(20).count == 20)
            let count = try allocations(of: "linnet-capture") {
                #expect(capture.blocks(50).count == 50)
                room_force_xrun(room.air, ROOM_MICROPHONES)
                #expect(capture.blocks(50).count == 50)
                usleep(900_000)
            }
            #expect(count == 0)
            #expect(capture.counters.xruns >= 1 && capture.counters.overruns >= 1)
        }

        @Test func `which a running loudspeaker never touches, whatever it is told`() throws {
            let room = try PlaybackRoom()
            let playback = room.playback
            usleep(200_000)
            let count = try allocations(of: "linnet-play") {
                _ = playback.enqueue([Int16](repeating: 8000, count: 48_000))
                usleep(150_000)
                playback.setDucked(true)
                usleep(50_000)
                playback.pause()
                usleep(50_000)
                playback.resume()
                usleep(100_000)
                // While something sounds: one that meets the cut of a dropped reply is none.
                room.forceUnderrun()
                for _ in 0..<200 where playback.counters.underruns == 0 { usleep(5_000) }
                playback.drop()
                usleep(150_000)
                _ = playback.enqueue([Int16](repeating: 8000, count: 4800))
                usleep(300_000)
            }
            #expect(count == 0)
            #expect(playback.counters.underruns >= 1)
        }
    }
}
