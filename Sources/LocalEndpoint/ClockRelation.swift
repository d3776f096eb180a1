import Audio

/// Where the microphones' clock stands on the loudspeaker's: a line for each against CLOCK_MONOTONIC, and between
/// them a position that glides, so that what the echo canceller sees moves by hundredths of a sample and never jumps
/// without need.
package struct ClockRelation: ~Copyable {
    /// The share of the remaining error that is taken back per frame: a time constant of 320 ms.
    private static let glide = 1.0 / 32
    /// An error of more than this many loudspeaker samples is not glided over.
    private static let jumpSamples = 48.0

    private var microphone: ClockLine
    private var loudspeaker: ClockLine
    private var nextMicrophone: Int64 = 0
    private var nextLoudspeaker: Int64 = 0
    private var isPlaced = false
    private var lastIndex = 0.0
    private var lastPosition = 0.0

    package init(microphoneRateHz: Int, loudspeakerRateHz: Int) {
        microphone = ClockLine(nominalRateHz: microphoneRateHz)
        loudspeaker = ClockLine(nominalRateHz: loudspeakerRateHz)
    }

    /// Whether both clocks have been seen.
    package var isSet: Bool {
        @_noAllocation @_noLocks get { microphone.isSet && loudspeaker.isSet }
    }

    /// How much faster the microphones' clock runs than the loudspeaker's, against their nominal rates, in millionths.
    package var driftPartsPerMillion: Double {
        @_noAllocation @_noLocks get { microphone.driftPartsPerMillion - loudspeaker.driftPartsPerMillion }
    }

    /// Takes the stamp of a block of `frames` microphone samples.
    @_noAllocation @_noLocks
    package mutating func noteMicrophone(_ stamp: FrameStamp, frames: Int) {
        if microphone.isSet, stamp.firstSample != nextMicrophone {
            microphone.restart()
            isPlaced = false
        }
        nextMicrophone = stamp.firstSample + Int64(frames)
        microphone.note(index: stamp.firstSample, nanoseconds: stamp.time.nanoseconds)
    }

    /// Takes the stamp of a block of `frames` loudspeaker samples. One that lies whole blocks back replaces silence of
    /// before and says nothing new of the clock; any other that does not follow the last says that the device was stopped.
    @_noAllocation @_noLocks
    package mutating func noteLoudspeaker(_ stamp: FrameStamp, frames: Int) {
        let back = nextLoudspeaker - stamp.firstSample
        if loudspeaker.isSet, back > 0, back % Int64(frames) == 0 { return }
        if loudspeaker.isSet, stamp.firstSample != nextLoudspeaker {
            loudspeaker.restart()
            isPlaced = false
        }
        nextLoudspeaker = stamp.firstSample + Int64(frames)
        loudspeaker.note(index: stamp.firstSample, nanoseconds: stamp.time.nanoseconds)
    }

    /// The instant at which microphone sample `index` met the converter, free of its stamp's jitter.
    @_noAllocation @_noLocks
    package func time(ofMicrophone index: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(microphone.time(ofIndex: index)))
    }

    /// The loudspeaker's sample (with its fraction) that met its converter when microphone sample `index` met its own.
    @_noAllocation @_noLocks
    package mutating func position(ofMicrophone index: Double) -> Double {
        let target = loudspeaker.index(atTime: microphone.time(ofIndex: index))
        let ratio = microphone.nanosecondsPerSample / loudspeaker.nanosecondsPerSample
        var position = lastPosition + (index - lastIndex) * ratio
        let error = target - position
        position = isPlaced && abs(error) < Self.jumpSamples ? position + error * Self.glide : target
        isPlaced = true
        lastIndex = index
        lastPosition = position
        return position
    }
}
