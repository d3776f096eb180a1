/// How long to wait before the next try: doubling, half of it by chance, so that many boxes do not come back in step.
package struct BackOff: Sendable {
    package private(set) var attempts = 0
    private let firstMilliseconds: Int
    private let longestMilliseconds: Int

    package init(firstMilliseconds: Int, longestMilliseconds: Int) {
        self.firstMilliseconds = firstMilliseconds
        self.longestMilliseconds = longestMilliseconds
    }

    /// Counts an attempt and says how long to wait before it.
    package mutating func next() -> Int {
        let whole = min(longestMilliseconds, firstMilliseconds << min(attempts, 16))
        attempts += 1
        return whole / 2 + Int.random(in: 0...max(1, whole / 2))
    }

    package mutating func reset() { attempts = 0 }
}
