import DSP

/// What a box's endpoint needs to be told.
public struct BoxEndpointSettings: Sendable {
    /// The device channel of each microphone, 1...8 of them.
    public var microphoneChannels: [Int]
    /// SCHED_FIFO priority of the front end's thread, below those of capture and playback; 0 for the ordinary policy.
    public var realTimePriority: Int
    /// The front end's stages; its number of microphones is taken from `microphoneChannels`.
    public var frontEnd: FrontEnd.Configuration

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
    /// Levels of the latest frame in hundredths of dB of full scale.
    public var microphoneLevelCentibels = 0
    public var farEndLevelCentibels = 0
    /// Echo return loss enhancement of the canceller, in hundredths of dB; what the front end reports, 0 while nothing sounds.
    public var echoReturnLossEnhancementCentibels = 0
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
