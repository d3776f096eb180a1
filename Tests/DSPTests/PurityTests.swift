import CAllocationCounter
import DSP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.serialized) struct PurityTests {
    @Test(arguments: [1, 2, 4, 8], [true, false])
    func `once it is made, a front end never asks the heap for anything`(microphones: Int, farEndSounds: Bool) {
        var configuration = FrontEnd.Configuration(microphones: microphones)
        configuration.geometry = .linear(count: microphones, spacingMicrometres: 25_000)
        configuration.noiseFloorDecibels = -15
        var frontEnd = FrontEnd(configuration)
        var noise = SeededNoise(seed: 103)
        let planar = FixedArray<Int16>(count: 160 * microphones, repeating: 0)
        let farEnd = FixedArray<Int16>(count: 160, repeating: 0)
        let output = FixedArray<Int16>(count: 160, repeating: 0)
        let count = heapCalls {
            for frame in 0..<300 {
                let loudness = frame % 50 < 30 ? 5_000 : 50
                for n in 0..<160 * microphones { planar[n] = Int16(truncatingIfNeeded: Int(noise.next() >> 48) % loudness) }
                for n in 0..<160 { farEnd[n] = farEndSounds ? Int16(truncatingIfNeeded: Int(noise.next() >> 48) % 9_000) : 0 }
                _ = frontEnd.process(
                    microphones: UnsafePointer(planar.base), farEnd: UnsafePointer(farEnd.base), farEndCount: 160,
                    farEndOffset: FarEndOffset(samples: 0, fractionQ15: 0), recognizerOutput: output.base)
            }
        }
        #expect(count == 0)
        #expect(heapCalls { _ = FixedArray<Int16>(count: 100, repeating: 0) } > 0)
    }

    /// By this thread, which gets a name of its own meanwhile.
    private func heapCalls(_ body: () -> Void) -> Int64 {
        name("linnet-purity")
        guard ln_watch_allocations("linnet-purity") == 0 else { return -1 }
        body()
        let count = ln_watched_allocations()
        ln_unwatch_allocations()
        name("linnet-tests")
        return count
    }

    private func name(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }
}
