import DSP
import Synchronization

/// What the front end's thread shows of itself to others.
final class FrontEndGauges: Sendable {
    let captureBlocks = Atomic<Int>(0)
    let frames = Atomic<Int>(0)
    let lateFrames = Atomic<Int>(0)
    let droppedFrames = Atomic<Int>(0)
    let driftPartsPerMillionQ8 = Atomic<Int>(0)
    let isRealTime = Atomic<Bool>(false)

    /// A block came from the microphones.
    @_noAllocation @_noLocks
    func noteBlock() { captureBlocks.add(1, ordering: .releasing) }

    @_noAllocation @_noLocks
    func noteDrift(partsPerMillion: Double) {
        driftPartsPerMillionQ8.store(Int(partsPerMillion * 256), ordering: .relaxed)
    }

    /// A frame was processed, with this verdict.
    @_noAllocation @_noLocks
    func note(_ verdict: FrontEnd.Verdict, isLate: Bool, isDropped: Bool) {
        frames.add(1, ordering: .releasing)
        if isLate { lateFrames.add(1, ordering: .relaxed) }
        if isDropped { droppedFrames.add(1, ordering: .relaxed) }
    }

    var figures: BoxEndpointFigures {
        var figures = BoxEndpointFigures()
        figures.lateFrames = lateFrames.load(ordering: .relaxed)
        figures.droppedFrames = droppedFrames.load(ordering: .relaxed)
        figures.clockDriftPartsPerMillion = Double(driftPartsPerMillionQ8.load(ordering: .relaxed)) / 256
        figures.isRealTime = isRealTime.load(ordering: .relaxed)
        return figures
    }
}
