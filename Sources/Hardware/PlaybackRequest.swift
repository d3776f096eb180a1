/// What a loudspeaker is opened with.
public struct PlaybackRequest: Sendable {
    /// An ALSA PCM name.
    public var device: String
    /// 48000, 44100, 24000 or 16000; the device's choice among these when it cannot or none is given.
    public var preferredRateHz: Int?
    /// Wanted; 2, 1 or what the device has otherwise. The reply goes to all of them.
    public var channels: Int?
    /// Of SCHED_FIFO; the ordinary policy where the kernel refuses, or when 0.
    public var realTimePriority: Int

    public init(device: String, preferredRateHz: Int? = nil, channels: Int? = nil, realTimePriority: Int = 0) {
        self.device = device
        self.preferredRateHz = preferredRateHz
        self.channels = channels
        self.realTimePriority = realTimePriority
    }

    /// The PCM's own request, by the name under which it is found now.
    func pcm(named name: String) -> PCMRequest { .playback(name, preferredRateHz: preferredRateHz, channels: channels) }
}
