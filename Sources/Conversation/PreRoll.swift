import Audio

/// The last moments of the microphones: what was said before the press, or before speech was sure to be speech.
struct PreRoll: Sendable {
    private var frames: [CleanFrame] = []
    /// Index of the oldest frame once the ring is full.
    private var oldest = 0
    private let bound: Int

    /// - Parameter milliseconds: kept; rounded down to whole frames, at least one.
    init(milliseconds: Int) {
        bound = max(1, milliseconds / SpeechFormat.frameMilliseconds)
        frames.reserveCapacity(bound)
    }

    /// Keeps more or less from now on, and of what it has the newest.
    mutating func resize(milliseconds: Int) {
        var resized = PreRoll(milliseconds: milliseconds)
        for frame in frames[oldest...] + frames[..<oldest] { resized.append(frame) }
        self = resized
    }

    mutating func append(_ frame: CleanFrame) {
        guard frames.count == bound else { return frames.append(frame) }
        frames[oldest] = frame
        oldest = (oldest + 1) % bound
    }

    mutating func removeAll() {
        frames.removeAll(keepingCapacity: true)
        oldest = 0
    }

    /// The frames that end after `time` and begin at or after `sample`, oldest first.
    func frames(from time: MonotonicTime, sample: Int64 = .min) -> [CleanFrame] {
        (frames[oldest...] + frames[..<oldest]).filter {
            $0.stamp.firstSample >= sample && $0.stamp.time.advanced(byMilliseconds: SpeechFormat.frameMilliseconds) > time
        }
    }
}
