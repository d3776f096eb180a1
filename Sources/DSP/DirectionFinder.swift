/// Where the talker is: the direction whose plane wave explains the talker's covariance best (SRP-PHAT on smoothed statistics).
///
/// Of 36 bins from 0.4 to 5.8 kHz three are looked at per frame, so the whole grid is renewed eight times a second. A bin says
/// for each direction how strongly d^H (C - r N) d answers, C being the talker's covariance, N that of everything else at the
/// same trace: what comes from where the noise comes from does not count. A direction farther than 10 degrees from the
/// present one takes over only when it has answered more by an eighth twice in a row: a beam that jumps within a word is
/// worse than a late one.
/// Source: DiBiase, "A high-accuracy, low-latency technique for talker localization in reverberant environments", 2000.
public struct DirectionFinder: ~Copyable {
    private static var firstBin: Int { 12 }
    private static var binStep: Int { 5 }
    private static var bins: Int { 36 }
    private static var binsPerFrame: Int { 3 }

    /// Degrees counter-clockwise from the x axis, 0...359, 0...180 on a line; -1 as long as nobody has spoken.
    public private(set) var degrees: Int16 = -1
    /// The share of the talker's covariance that a plane wave from there explains, 0...32767.
    public private(set) var confidenceQ15: Int16 = 0
    /// The grid's direction, -1 as long as nobody has spoken.
    private(set) var index = -1

    /// Answers of the present round and of the last complete one, Q11 of the trace, per direction.
    private let answers: FixedArray<Int32>
    private let round: FixedArray<Int32>
    /// The trace that the present round has seen, Q13 per bin.
    private var mass: Int32 = 0
    private var nextBin = 0
    private var challengerRounds = 0

    init(_ steering: borrowing SteeringVectors) {
        answers = FixedArray(count: steering.directions, repeating: 0)
        round = FixedArray(count: steering.directions, repeating: 0)
    }

    /// One frame.
    ///
    /// - Parameters:
    ///   - well: the `count` microphones in `statistics`.
    @_noAllocation @_noLocks
    mutating func look(
        _ statistics: borrowing SpatialStatistics, _ steering: borrowing SteeringVectors, well: UnsafePointer<Int>, count: Int
    ) {
        for _ in 0..<Self.binsPerFrame {
            ask(Self.firstBin &+ Self.binStep &* nextBin, statistics, steering, well, count)
            nextBin &+= 1
        }
        guard nextBin == Self.bins else { return }
        nextBin = 0
        closeRound(steering, microphones: Int32(truncatingIfNeeded: count))
    }

    @_noAllocation @_noLocks
    private mutating func ask(
        _ bin: Int, _ statistics: borrowing SpatialStatistics, _ steering: borrowing SteeringVectors, _ well: UnsafePointer<Int>,
        _ count: Int
    ) {
        var (talker, noise) = (statistics.talker(bin), statistics.noise(bin))
        let talkerTrace = statistics.trace(talker, count)
        guard talkerTrace > 1 &<< 19 else { return }
        let ratioQ15 = min((talkerTrace &<< 15) / max(statistics.trace(noise, count), 1 &<< 21), 1 &<< 20)
        mass &+= Int32(truncatingIfNeeded: talkerTrace &>> 14)
        for i in 0..<count {
            for j in 0..<i {
                // At most the trace in size, so products with a phasor stay below 2^31.
                let re = Int64(talker[j].re) &- (Int64(noise[j].re) &* ratioQ15) &>> 15
                let im = Int64(talker[j].im) &- (Int64(noise[j].im) &* ratioQ15) &>> 15
                let elementQ13 = ComplexInt32(re: Int32(truncatingIfNeeded: re &>> 14), im: Int32(truncatingIfNeeded: im &>> 14))
                add(bin, well[i], well[j], elementQ13, steering)
            }
            talker += i &+ 1
            noise += i &+ 1
        }
    }

    /// Re(C conj(d_i) d_j) for every direction.
    @_noAllocation @_noLocks
    private func add(_ bin: Int, _ i: Int, _ j: Int, _ elementQ13: ComplexInt32, _ steering: borrowing SteeringVectors) {
        let (first, second) = (steering.leadsQ32(i), steering.leadsQ32(j))
        for direction in 0..<steering.directions {
            let phasor = steering.phasorQ14(bin: bin, leadQ32: second[direction] &- first[direction])
            answers.base[direction] &+= (elementQ13.re &* phasor.re &- elementQ13.im &* phasor.im) &>> 16
        }
    }

    @_noAllocation @_noLocks
    private mutating func closeRound(_ steering: borrowing SteeringVectors, microphones: Int32) {
        var best = 0
        for direction in 0..<steering.directions {
            round.base[direction] = answers.base[direction]
            answers.base[direction] = 0
            if round.base[direction] > round.base[best] { best = direction }
        }
        // A plane wave alone gives (microphones - 1) / 2 of the mass, which has two bits more.
        let seen = mass
        mass = 0
        let most = max((seen &* max(microphones &- 1, 1)) &>> 3, 1)
        let shareQ15 = max(Int64(round.base[best]) &<< 15 / Int64(most), 0)
        guard shareQ15 > 328, seen > 36 &* 160 else { return }
        follow(best, steering)
        confidenceQ15 = saturatedInt16(shareQ15)
        degrees = refined(steering)
    }

    @_noAllocation @_noLocks
    private mutating func follow(_ best: Int, _ steering: borrowing SteeringVectors) {
        guard index >= 0 else {
            index = best
            return
        }
        let apart = abs(best &- index)
        let isNear = min(apart, steering.isClosed ? steering.directions &- apart : apart) <= 1
        let present = round.base[index]
        challengerRounds = round.base[best] > present &+ max(present, 0) &>> 3 ? challengerRounds &+ 1 : 0
        if isNear || challengerRounds >= 2 {
            index = best
            challengerRounds = 0
        }
    }

    /// The top of the parabola through the peak and its neighbours, degrees.
    @_noAllocation @_noLocks
    private func refined(_ steering: borrowing SteeringVectors) -> Int16 {
        let last = steering.directions &- 1
        let left = round.base[index > 0 ? index &- 1 : steering.isClosed ? last : 1]
        let right = round.base[index < last ? index &+ 1 : steering.isClosed ? 0 : last &- 1]
        let bend = left &+ right &- 2 &* round.base[index]
        let step = Int32(truncatingIfNeeded: SteeringVectors.stepDegrees)
        let offset = bend < 0 ? max(min(step &* (right &- left) / (0 &- 2 &* bend), 4), -4) : 0
        let whole = Int32(truncatingIfNeeded: index) &* step &+ offset
        return Int16(truncatingIfNeeded: steering.isClosed ? (whole &+ 360) % 360 : max(min(whole, 180), 0))
    }
}
