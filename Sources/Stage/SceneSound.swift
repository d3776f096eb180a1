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

    /// Milliseconds from the person's first sample after `onset` to the last sample of the box before it falls silent for
    /// `silenceMilliseconds`: the barge-in figure of DESIGN.md section 7, read off the recorded converter.
    public func bargeIn(onset: Int64, silenceMilliseconds: Int = 150, threshold: Int16 = 8) -> Double? {
        let first = index(of: onset)
        guard person.indices.contains(first), let voice = person[first...].firstIndex(where: { abs(Int($0)) > 120 }) else {
            return nil
        }
        let gap = silenceMilliseconds * Self.rateHz / 1000
        var last = voice
        var i = voice
        while i < box.count, i - last <= gap {
            if abs(Int(box[i])) > Int(threshold) { last = i }
            i += 1
        }
        return i < box.count ? Double(last - voice) * 1000 / Double(Self.rateHz) : nil
    }
}
