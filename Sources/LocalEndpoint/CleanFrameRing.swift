import Audio
import CPlatform
import Synchronization

/// Clean frames between the front end's thread, which must not allocate, and the pump, which makes ``CleanFrame``
/// values of them: one writer, one reader, all memory set aside at the start.
package final class CleanFrameRing: @unchecked Sendable {  // one writer, one reader: the atomic counters order the slots
    private struct Head {
        var stamp = FrameStamp(firstSample: 0, time: MonotonicTime(nanoseconds: 0))
        var speechProbabilityQ15: Int16 = 0
        var farEndActive = false
    }

    /// 640 ms.
    private static let frames = 64

    /// An eventfd: readable when a frame was pushed.
    package let wake: Int32
    private let heads: UnsafeMutablePointer<Head>
    private let samples: UnsafeMutablePointer<Int16>
    private let pushed = Atomic<Int>(0)
    private let popped = Atomic<Int>(0)

    package init() {
        wake = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        heads = .allocate(capacity: Self.frames)
        heads.initialize(repeating: Head(), count: Self.frames)
        samples = .allocate(capacity: Self.frames * SpeechFormat.frameSamples)
        samples.initialize(repeating: 0, count: Self.frames * SpeechFormat.frameSamples)
    }

    deinit {
        heads.deallocate()
        samples.deallocate()
        close(wake)
    }

    /// Writer: adds a frame of 160 samples; false when the ring is full.
    @_noAllocation @_noLocks
    package func push(
        stamp: FrameStamp, samples new: UnsafePointer<Int16>, speechProbabilityQ15: Int16, farEndActive: Bool
    ) -> Bool {
        let index = pushed.load(ordering: .relaxed)
        guard index - popped.load(ordering: .acquiring) < Self.frames else { return false }
        let slot = index % Self.frames
        heads[slot] = Head(stamp: stamp, speechProbabilityQ15: speechProbabilityQ15, farEndActive: farEndActive)
        let target = samples + slot * SpeechFormat.frameSamples
        for i in 0..<SpeechFormat.frameSamples { target[i] = new[i] }
        pushed.store(index + 1, ordering: .releasing)
        ln_eventfd_signal(wake)
        return true
    }

    /// Reader: the oldest frame, as a value of its own.
    package func pop() -> CleanFrame? {
        let index = popped.load(ordering: .relaxed)
        guard index < pushed.load(ordering: .acquiring) else { return nil }
        let slot = index % Self.frames
        let source = UnsafeBufferPointer(start: samples + slot * SpeechFormat.frameSamples, count: SpeechFormat.frameSamples)
        let head = heads[slot]
        let frame = CleanFrame(
            stamp: head.stamp, samples: Array(source), speechProbabilityQ15: head.speechProbabilityQ15,
            farEndActive: head.farEndActive)
        popped.store(index + 1, ordering: .releasing)
        return frame
    }
}
