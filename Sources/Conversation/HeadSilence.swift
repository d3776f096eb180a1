/// Takes the silence off the head of a synthesizer's audio, but for a little: what precedes the first sound is waited for in vain.
package struct HeadSilence: Sendable {
    /// Below this a sample is silence: -42 dB of full scale.
    static let threshold: Int16 = 256
    /// Longest silence that is taken away; then the rest is taken as meant.
    static let longestMilliseconds = 1_000

    /// Samples taken away so far: word times count from before them.
    package private(set) var trimmed = 0
    private let kept: Int
    private let bound: Int
    private var tail: [Int16] = []
    private var isOver = false

    package init(rateHz: Int, keptMilliseconds: Int) {
        kept = rateHz * keptMilliseconds / 1_000
        bound = rateHz * Self.longestMilliseconds / 1_000
    }

    /// Takes the next samples, gives what is to be played of them; empty while all is silence.
    package mutating func process(_ samples: [Int16]) -> [Int16] {
        guard !isOver else { return samples }
        let all = tail + samples
        let sound = all.firstIndex { $0.magnitude >= Self.threshold.magnitude }
        let cut = max(0, (sound ?? all.count) - kept)
        trimmed += cut
        guard sound == nil, trimmed < bound else {
            isOver = true
            tail = []
            return Array(all[cut...])
        }
        tail = Array(all[cut...])
        return []
    }

    /// No more will come: what was kept back.
    package mutating func finish() -> [Int16] {
        defer { tail = [] }
        isOver = true
        return tail
    }
}
