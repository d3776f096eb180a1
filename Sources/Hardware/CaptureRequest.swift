/// What microphones are opened with.
public struct CaptureRequest: Sendable {
    /// An ALSA PCM name.
    public var device: String
    /// 16000, 44100 or 48000; the device's choice among these when it cannot or none is given.
    public var preferredRateHz: Int?
    /// Exactly so many, 1...8; nil for what the device has.
    public var channels: Int?
    /// The device channels that are microphones, and watched for silence; empty for all.
    public var microphones: [Int]
    /// Of SCHED_FIFO; the ordinary policy where the kernel refuses, or when 0.
    public var realTimePriority: Int

    public init(
        device: String, preferredRateHz: Int? = nil, channels: Int? = nil, microphones: [Int] = [], realTimePriority: Int = 0
    ) {
        self.device = device
        self.preferredRateHz = preferredRateHz
        self.channels = channels
        self.microphones = microphones
        self.realTimePriority = realTimePriority
    }
}

extension CaptureRequest {
    /// The PCM's own request, by the name under which it is found now.
    func pcm(named name: String) -> PCMRequest {
        .capture(name, preferredRateHz: preferredRateHz, channels: channels)
    }
}
