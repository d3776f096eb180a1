import Audio

/// How a loudspeaker plays.
public struct PlaybackFormat: Sendable, Equatable {
    public var rateHz: Int
    public var channels: Int
    /// The device's period.
    public var periodFrames: Int
    /// The device's buffer; no more than 40 ms of it are ever filled.
    public var bufferFrames: Int
    /// 16, 24 or 32.
    public var sampleBits: Int

    public init(rateHz: Int, channels: Int, periodFrames: Int, bufferFrames: Int, sampleBits: Int) {
        self.rateHz = rateHz
        self.channels = channels
        self.periodFrames = periodFrames
        self.bufferFrames = bufferFrames
        self.sampleBits = sampleBits
    }

    /// Frames of the 10 ms in which playback works.
    public var blockFrames: Int { rateHz / 100 }
}

/// What a loudspeaker has counted since it was opened.
public struct PlaybackCounters: Sendable, Equatable {
    /// 10 ms blocks handed to the device.
    public var blocks = 0
    /// Times the device ran dry.
    public var underruns = 0
    /// Times the device was opened again.
    public var reopens = 0
    /// Far-end blocks nobody fetched.
    public var overruns = 0

    public init() {}
}

/// A loudspeaker that keeps its converter running, silence included, and knows what was heard.
///
/// Calls return at once. `enqueue` has one caller at a time; the commands may come from any thread.
public protocol LoudspeakerPlayback: AnyObject, Sendable {
    var format: PlaybackFormat { get }
    /// Commands in, "a reply sounds" out.
    var controls: PlaybackControls { get }
    /// What became of the reply. One reader.
    var events: PlaybackEventRing { get }
    /// What the converter plays: mono, Q31, 10 ms blocks on the playback clock, after gain, silence included, stamped with the
    /// instant at the converter. Blocks come when they are handed to the device, up to 40 ms before they are heard. A
    /// block that begins before the end of the one before it replaces the rest of that one and all after it: by whole
    /// blocks when silence was taken back for a reply, on the same clock; by another count when the device was stopped,
    /// and then the clock begins anew. One that begins later leaves a gap in which nothing was played. One reader.
    var farEnd: StampedRing { get }
    var counters: PlaybackCounters { get }

    /// Queues reply audio, mono at `format.rateHz`.
    /// - Returns: the reply position of the first sample; nil when more than the bound (60 s) would wait, and then
    ///   nothing is taken.
    func enqueue(_ samples: [Int16]) -> Int64?
    /// The reply position that the next enqueued sample will get.
    var enqueued: Int64 { get }
    /// Plays a short sound of the box itself. A reply ends it; while one sounds, or the device is away, it is not taken.
    func chime(_ samples: [Int16])
    /// Ends playback and its thread, closes the device. Waits at most 500 ms.
    func stop()
}

extension LoudspeakerPlayback {
    /// Lowers the reply by 12 dB within 10 ms, or lifts it again.
    public func setDucked(_ ducked: Bool) { controls.post(ducked ? .duck : .unduck) }

    /// Silences the device at once and keeps what was not heard. Answered by ``PlaybackEvent/paused(heardUpTo:time:requester:)``.
    public func pause() { controls.post(.pause) }

    /// Goes on from the first sample that was not heard, at full level.
    public func resume() { controls.post(.resume) }

    /// Silences the device at once and forgets all that is queued now.
    public func drop() { controls.postDrop(upTo: enqueued) }
}
