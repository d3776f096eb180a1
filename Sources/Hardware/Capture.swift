import Audio

/// How microphones deliver.
public struct CaptureFormat: Sendable, Equatable {
    public var rateHz: Int
    /// 1...8.
    public var channels: Int
    /// Frames in the 10 ms blocks of the ring.
    public var blockFrames: Int
    /// 16, 24 or 32.
    public var sampleBits: Int

    public init(rateHz: Int, channels: Int, blockFrames: Int, sampleBits: Int) {
        self.rateHz = rateHz
        self.channels = channels
        self.blockFrames = blockFrames
        self.sampleBits = sampleBits
    }
}

/// What microphones have counted since they were opened.
public struct CaptureCounters: Sendable, Equatable {
    /// 10 ms blocks that came from the device.
    public var blocks = 0
    /// Times the device ran over.
    public var xruns = 0
    /// Blocks nobody fetched in time.
    public var overruns = 0
    /// Times the device was opened again.
    public var reopens = 0

    public init() {}
}

/// Microphones that deliver stamped blocks on a thread of their own.
public protocol MicrophoneCapture: AnyObject, Sendable {
    var format: CaptureFormat { get }
    /// `format.blockFrames * format.channels` samples a block, interleaved. One reader. The stamps' sample index counts frames of
    /// the device's clock, lost ones included.
    var ring: StampedRing { get }
    /// An eventfd: readable after every block.
    var wake: Int32 { get }
    var counters: CaptureCounters { get }
    /// Ends capture and its thread, closes the device. Waits at most 500 ms.
    func stop()
}
