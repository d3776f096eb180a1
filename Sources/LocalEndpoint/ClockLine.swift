/// One device's sample clock against CLOCK_MONOTONIC, from stamps that are right but for jitter.
///
/// A stamp can come late (a thread that slept, a pointer that steps) but hardly early, so the truth lies along the
/// lower edge of the stamps: the line that runs below all of them and nearest to them. It is the edge of their lower
/// convex hull under the middle of the window (S. Moon, P. Skelly, D. Towsley, "Estimation and removal of clock skew
/// from network delay measurements", 1999). Its error falls with 1/n instead of the 1/√n of a regression, and late
/// stamps do not touch it.
package struct ClockLine: ~Copyable {
    /// A stamp: the index of a sample, and when it met the converter in nanoseconds.
    private struct Point {
        var index: Double
        var time: Double
    }

    /// One point, the earliest against the line, is kept of so many stamps (250 ms).
    private static let stampsPerPoint = 25
    /// 20 s of points.
    private static let windowPoints = 80
    /// The rate is taken from the stamps only when they span this: before, jitter would speak louder than drift.
    private static let spanForRate = 8
    /// A stamp so far before the line, or a quarter of a second of stamps so far behind it, is a step of the clock.
    private static let stepNanoseconds = 3e6

    private let nominalSlope: Double
    private let points: UnsafeMutablePointer<Point>
    private let hull: UnsafeMutablePointer<Point>
    private var count = 0
    private var candidate = Point(index: 0, time: 0)
    private var candidateStamps = 0

    /// The line: `anchor`, and nanoseconds per sample.
    private var anchor = Point(index: 0, time: 0)
    private var slope: Double

    package init(nominalRateHz: Int) {
        nominalSlope = 1e9 / Double(nominalRateHz)
        slope = nominalSlope
        points = .allocate(capacity: Self.windowPoints)
        hull = .allocate(capacity: Self.windowPoints)
    }

    deinit {
        points.deallocate()
        hull.deallocate()
    }

    /// Whether any stamp came since the last restart.
    package var isSet: Bool {
        @_noAllocation @_noLocks get { count > 0 || candidateStamps > 0 }
    }

    /// Nanoseconds per sample, as far as known.
    package var nanosecondsPerSample: Double {
        @_noAllocation @_noLocks get { slope }
    }

    /// How far the device runs from its nominal rate, in millionths; positive is fast.
    package var driftPartsPerMillion: Double {
        @_noAllocation @_noLocks get { (nominalSlope / slope - 1) * 1e6 }
    }

    /// When sample `index` met or will meet the converter, in nanoseconds of CLOCK_MONOTONIC.
    @_noAllocation @_noLocks
    package func time(ofIndex index: Double) -> Double { anchor.time + (index - anchor.index) * slope }

    /// Which sample meets the converter at `time`.
    @_noAllocation @_noLocks
    package func index(atTime time: Double) -> Double { anchor.index + (time - anchor.time) / slope }

    /// Forgets the offset, for instance after a gap; keeps the rate.
    @_noAllocation @_noLocks
    package mutating func restart() {
        count = 0
        candidateStamps = 0
    }

    /// Takes a stamp. Indices ascend between restarts.
    @_noAllocation @_noLocks
    package mutating func note(index: Int64, nanoseconds: Int64) {
        let point = Point(index: Double(index), time: Double(nanoseconds))
        if !isSet { anchor = point }
        let lag = point.time - time(ofIndex: point.index)
        if lag < -Self.stepNanoseconds {
            restart()
            anchor = point
        } else if lag < 0, count < Self.spanForRate {
            anchor = point
        }
        if candidateStamps == 0 || lag < candidate.time - time(ofIndex: candidate.index) { candidate = point }
        candidateStamps += 1
        if candidateStamps == Self.stampsPerPoint { keepCandidate() }
    }

    @_noAllocation @_noLocks
    private mutating func keepCandidate() {
        candidateStamps = 0
        if candidate.time - time(ofIndex: candidate.index) > Self.stepNanoseconds {
            count = 0
            anchor = candidate
        }
        if count == Self.windowPoints {
            count -= 1
            for i in 0..<count { points[i] = points[i + 1] }
        }
        points[count] = candidate
        count += 1
        if count >= Self.spanForRate { supportFromBelow() } else { anchor = lowestPoint() }
    }

    /// While the rate is not to be had: the point that lies lowest against the present slope.
    @_noAllocation @_noLocks
    private func lowestPoint() -> Point {
        var lowest = points[0]
        for i in 1..<max(count, 1) where points[i].time - lowest.time < (points[i].index - lowest.index) * slope {
            lowest = points[i]
        }
        return lowest
    }

    /// Lays the line along the hull's edge under the middle of the window.
    @_noAllocation @_noLocks
    private mutating func supportFromBelow() {
        let corners = buildHull()
        let middle = (points[0].index + points[count - 1].index) / 2
        var edge = 0
        while edge + 2 < corners, hull[edge + 1].index < middle { edge += 1 }
        anchor = hull[edge + 1]
        slope = (hull[edge + 1].time - hull[edge].time) / (hull[edge + 1].index - hull[edge].index)
    }

    /// The lower convex hull of the points (Andrew's monotone chain; they are sorted already). Returns its corners' count.
    @_noAllocation @_noLocks
    private func buildHull() -> Int {
        var corners = 0
        for i in 0..<count {
            while corners >= 2, !turnsUp(hull[corners - 2], hull[corners - 1], points[i]) { corners -= 1 }
            hull[corners] = points[i]
            corners += 1
        }
        return corners
    }

    @_noAllocation @_noLocks
    private func turnsUp(_ a: Point, _ b: Point, _ c: Point) -> Bool {
        (b.index - a.index) * (c.time - a.time) > (b.time - a.time) * (c.index - a.index)
    }
}
