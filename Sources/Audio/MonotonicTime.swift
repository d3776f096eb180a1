/// An instant of CLOCK_MONOTONIC, the one clock of every stamp. A value: reading the clock is the caller's business.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Nanoseconds from `earlier` to this instant; negative when this one is the earlier.
    public func nanoseconds(since earlier: Self) -> Int64 { nanoseconds - earlier.nanoseconds }

    /// Milliseconds from `earlier` to this instant, with the fraction.
    public func milliseconds(since earlier: Self) -> Double { Double(nanoseconds - earlier.nanoseconds) / 1_000_000 }

    public func advanced(byNanoseconds n: Int64) -> Self { Self(nanoseconds: nanoseconds + n) }
    public func advanced(byMilliseconds n: Int) -> Self { Self(nanoseconds: nanoseconds + Int64(n) * 1_000_000) }
}

/// Where a frame stands: the index of its first sample on its device's clock, and when that sample met the converter.
public struct FrameStamp: Sendable, Equatable {
    /// Samples (per channel) since the device's clock began; grows across XRUNs and reopening, never falls.
    public var firstSample: Int64
    public var time: MonotonicTime

    public init(firstSample: Int64, time: MonotonicTime) {
        self.firstSample = firstSample
        self.time = time
    }
}

/// The front end's frame: 10 ms at 16 kHz.
public enum SpeechFormat {
    public static let rateHz = 16_000
    public static let frameSamples = 160
    public static let frameMilliseconds = 10
}

/// One cleaned frame, as a session gets it.
public struct CleanFrame: Sendable, Equatable {
    /// On the 16 kHz clock of the microphones.
    public var stamp: FrameStamp
    /// What the recognizer should hear: 160 samples, 16 kHz, mono.
    public var samples: [Int16]
    /// The detector's verdict on this frame, 0...32767 = 0...1.
    public var speechProbabilityQ15: Int16
    /// Whether the loudspeaker was sounding during this frame.
    public var farEndActive: Bool

    public init(stamp: FrameStamp, samples: [Int16], speechProbabilityQ15: Int16, farEndActive: Bool) {
        self.stamp = stamp
        self.samples = samples
        self.speechProbabilityQ15 = speechProbabilityQ15
        self.farEndActive = farEndActive
    }
}
