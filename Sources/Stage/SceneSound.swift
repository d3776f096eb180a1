import Audio

/// What a scene sounded like, on the room's clock: the person on the left, the box on the right.
public struct SceneSound: Sendable {
    public static let rateHz = 16_000
    /// Room time of the first sample, nanoseconds of CLOCK_MONOTONIC.
    public var startNanoseconds: Int64
    public var person: [Int16]
    public var box: [Int16]

    public init(startNanoseconds: Int64, person: [Int16], box: [Int16]) {
        self.startNanoseconds = startNanoseconds
        self.person = person
        self.box = box
    }

    public var interleaved: [Int16] {
        zip(person, box).flatMap { [$0, $1] }
    }

    public func index(of nanoseconds: Int64) -> Int {
        Int((nanoseconds - startNanoseconds) * Int64(Self.rateHz) / 1_000_000_000)
    }

    /// A sample above this is voice: -48.7 dB of full scale, 25 dB below the talkers' level.
    public static let voiceThreshold: Int16 = 120

    /// The person's first sample of voice from an instant on, as an index.
    public func voiceOnset(after nanoseconds: Int64) -> Int? {
        let first = index(of: nanoseconds)
        guard person.indices.contains(first) else { return nil }
        return person[first...].firstIndex { $0.magnitude > Self.voiceThreshold.magnitude }
    }

    /// Milliseconds from the person's first sample of voice after `onset`, at the mouth, to the last sample of the box before it
    /// falls silent for `silenceMilliseconds`: the barge-in figure of DESIGN.md section 7 and the way through the air, read off
    /// the recorded converter.
    public func bargeIn(onset: Int64, silenceMilliseconds: Int = 150, threshold: Int16 = 8) -> Double? {
        guard let voice = voiceOnset(after: onset) else { return nil }
        let gap = silenceMilliseconds * Self.rateHz / 1000
        var last = voice
        var i = voice
        while i < box.count, i - last <= gap {
            if box[i].magnitude > threshold.magnitude { last = i }
            i += 1
        }
        return i < box.count ? Double(last - voice) * 1000 / Double(Self.rateHz) : nil
    }

    /// The longest stretch of the box's silence that begins between two indices; nil when it makes no pause.
    public func longestPause(from first: Int, to last: Int, threshold: Int16 = 8) -> Range<Int>? {
        var longest: Range<Int>?
        var start: Int?
        for i in box.indices.dropFirst(first) {
            if box[i].magnitude > threshold.magnitude {
                if let begun = start, i - begun > longest?.count ?? 0 { longest = begun..<i }
                start = nil
                if i >= last { break }
            } else if start == nil, i < last {
                start = i
            }
        }
        if let start, box.count - start > longest?.count ?? 0 { longest = start..<box.count }
        return longest
    }

    /// Indices of the box's first and last audible samples.
    public var firstAudible: Int? { box.firstIndex { $0.magnitude > 8 } }
    public var lastAudible: Int? { box.lastIndex { $0.magnitude > 8 } }
}
