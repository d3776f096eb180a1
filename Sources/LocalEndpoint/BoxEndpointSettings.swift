import DSP

/// What a box's endpoint needs to be told.
public struct BoxEndpointSettings: Sendable {
    /// The device channel of each microphone, 1...8 of them.
    public var microphoneChannels: [Int]
    /// SCHED_FIFO priority of the front end's thread, below those of capture and playback; 0 for the ordinary policy.
    public var realTimePriority: Int
    /// The front end's stages; its number of microphones is taken from `microphoneChannels`.
    public var frontEnd: FrontEnd.Configuration
    /// What `BoxEndpoint.learnedEchoPath` or `lastEchoPath` gave, perhaps before a restart: the canceller begins with it. `join` does not ask it.
    public var echoPath: [UInt8]?

    public init(
        microphoneChannels: [Int], realTimePriority: Int = 10,
        frontEnd: FrontEnd.Configuration? = nil
    ) {
        self.microphoneChannels = microphoneChannels
        self.realTimePriority = realTimePriority
        self.frontEnd = frontEnd ?? FrontEnd.Configuration(microphones: microphoneChannels.count)
    }
}

/// What the watchdog watches: both must advance.
public struct BoxEndpointProgress: Sendable, Equatable {
    /// 10 ms blocks that came from the microphones.
    public var captureBlocks: Int
    /// Frames that the front end has processed.
    public var frames: Int

    public init(captureBlocks: Int, frames: Int) {
        self.captureBlocks = captureBlocks
        self.frames = frames
    }
}

/// What `linnet status` shows of the sound path.
public struct BoxEndpointFigures: Sendable, Equatable {
    /// Root mean squares of the latest frame, in sample steps (32767 is full scale): the microphones together, the noise
    /// in them, what the recognizer gets, and what the loudspeaker played.
    public var microphoneLevel = 0
    public var noiseLevel = 0
    public var outputLevel = 0
    public var farEndLevel = 0
    /// Echo return loss enhancement of the canceller, smoothed over the frames in which the loudspeaker sounded.
    public var echoReturnLossEnhancementDecibels = 0.0
    /// From the loudspeaker's converter to the beginning of the echo; nil as long as it is not known.
    public var echoDelayMilliseconds: Int?
    /// Where the talker is, degrees counter-clockwise from the array's x axis; nil when unknown or without a beam.
    public var directionDegrees: Int?
    /// The microphones, from 0 in the geometry's order, that are left out because they are dead or deaf.
    public var deafMicrophones: [Int] = []
    /// What the level control adds.
    public var gainDecibels = 0.0
    /// Microphone samples at full scale since the start, all channels.
    public var clippedSamples = 0
    /// Frames whose samples were older than 20 ms when the front end had them.
    public var lateFrames = 0
    /// Frames nobody fetched in time.
    public var droppedFrames = 0
    public var captureOverruns = 0
    public var captureXruns = 0
    public var playbackUnderruns = 0
    /// How much faster the microphones' clock runs than the loudspeaker's, in millionths.
    public var clockDriftPartsPerMillion = 0.0
    /// Whether the front end's thread runs in real time.
    public var isRealTime = false

    public init() {}
}
