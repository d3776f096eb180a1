import Audio
import DSP
import Synchronization

/// What the front end's thread shows of itself to others.
final class FrontEndGauges: Sendable {
    let captureBlocks = Atomic<Int>(0)
    let frames = Atomic<Int>(0)
    let lateFrames = Atomic<Int>(0)
    let droppedFrames = Atomic<Int>(0)
    let driftPartsPerMillionQ8 = Atomic<Int>(0)
    private let microphoneLevel = Atomic<Int>(0)
    private let noiseLevel = Atomic<Int>(0)
    private let outputLevel = Atomic<Int>(0)
    private let farEndLevel = Atomic<Int>(0)
    private let enhancementDecibelsQ8 = Atomic<Int>(0)
    private let echoDelayMilliseconds = Atomic<Int>(-1)
    private let clippedSamples = Atomic<Int>(0)
    private let directionDegrees = Atomic<Int>(-1)
    private let deafMicrophones = Atomic<Int>(0)
    private let gainDecibelsQ8 = Atomic<Int>(0)
    let isRealTime = Atomic<Bool>(false)
    /// The end of the newest frame: on the endpoint's 16 kHz clock, and in time.
    private let endSample = Atomic<Int>(0)
    private let endNanoseconds = Atomic<Int>(0)

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
        microphoneLevel.store(Int(verdict.stages.microphoneLevel), ordering: .relaxed)
        noiseLevel.store(Int(verdict.stages.noiseLevel), ordering: .relaxed)
        outputLevel.store(Int(verdict.stages.outputLevel), ordering: .relaxed)
        farEndLevel.store(Int(verdict.stages.farEndLevel), ordering: .relaxed)
        enhancementDecibelsQ8.store(Int(verdict.stages.echoReturnLossEnhancementDecibelsQ8), ordering: .relaxed)
        echoDelayMilliseconds.store(Int(verdict.stages.echoDelayMilliseconds), ordering: .relaxed)
        directionDegrees.store(Int(verdict.directionDegrees), ordering: .relaxed)
        deafMicrophones.store(Int(verdict.deafMicrophones), ordering: .relaxed)
        gainDecibelsQ8.store(Int(verdict.stages.gainDecibelsQ8), ordering: .relaxed)
        clippedSamples.add(Int(verdict.clippedSamples), ordering: .relaxed)
    }

    @_noAllocation @_noLocks
    func noteEnd(sample: Int64, time: MonotonicTime) {
        endSample.store(Int(sample), ordering: .relaxed)
        endNanoseconds.store(Int(time.nanoseconds), ordering: .relaxed)
    }

    /// Where the endpoint's clock stands at `time`, judged by the newest frame; nil before the first.
    func sample(at time: MonotonicTime) -> Int64? {
        let nanoseconds = Int64(endNanoseconds.load(ordering: .relaxed))
        guard nanoseconds > 0 else { return nil }
        let passed = max(0, time.nanoseconds - nanoseconds)
        return Int64(endSample.load(ordering: .relaxed)) + passed / 1000 * Int64(SpeechFormat.rateHz) / 1_000_000
    }

    var figures: BoxEndpointFigures {
        var figures = BoxEndpointFigures()
        figures.microphoneLevel = microphoneLevel.load(ordering: .relaxed)
        figures.noiseLevel = noiseLevel.load(ordering: .relaxed)
        figures.outputLevel = outputLevel.load(ordering: .relaxed)
        figures.farEndLevel = farEndLevel.load(ordering: .relaxed)
        figures.echoReturnLossEnhancementDecibels = Double(enhancementDecibelsQ8.load(ordering: .relaxed)) / 256
        let delay = echoDelayMilliseconds.load(ordering: .relaxed)
        figures.echoDelayMilliseconds = delay < 0 ? nil : delay
        let direction = directionDegrees.load(ordering: .relaxed)
        figures.directionDegrees = direction < 0 ? nil : direction
        let deaf = deafMicrophones.load(ordering: .relaxed)
        figures.deafMicrophones = (0..<8).filter { deaf & (1 << $0) != 0 }
        figures.gainDecibels = Double(gainDecibelsQ8.load(ordering: .relaxed)) / 256
        figures.clippedSamples = clippedSamples.load(ordering: .relaxed)
        figures.lateFrames = lateFrames.load(ordering: .relaxed)
        figures.droppedFrames = droppedFrames.load(ordering: .relaxed)
        figures.clockDriftPartsPerMillion = Double(driftPartsPerMillionQ8.load(ordering: .relaxed)) / 256
        figures.isRealTime = isRealTime.load(ordering: .relaxed)
        return figures
    }
}
