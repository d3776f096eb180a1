/// A butterfly of radix 4 in front of its rotations.
private struct Butterfly {
    private let sum: ComplexLanes
    private let other: ComplexLanes
    private let gap: ComplexLanes
    private let cross: ComplexLanes

    /// - Parameter x: the first of four values, 64 apart.
    @_noAllocation @_noLocks @inline(__always)
    init(_ x: UnsafePointer<ComplexInt32>) {
        let (a, b, c, d) = (ComplexLanes(x), ComplexLanes(x + 64), ComplexLanes(x + 128), ComplexLanes(x + 192))
        (sum, other, gap, cross) = (a + c, b + d, a - c, (b - d).turnedBack)
    }

    /// The four results over four, where nothing rotates.
    @_noAllocation @_noLocks @inline(__always)
    func results() -> (ComplexLanes, ComplexLanes, ComplexLanes, ComplexLanes) {
        (
            (sum + other).shifted(right: 2), (gap + cross).shifted(right: 2), (sum - other).shifted(right: 2),
            (gap - cross).shifted(right: 2)
        )
    }

    /// The four results over four, rotated by 1, w, w^2 and w^3.
    @_noAllocation @_noLocks @inline(__always)
    func results(
        _ w1: ComplexLanes.Rotation, _ w2: ComplexLanes.Rotation, _ w3: ComplexLanes.Rotation
    ) -> (ComplexLanes, ComplexLanes, ComplexLanes, ComplexLanes) {
        (
            (sum + other).shifted(right: 2), (gap + cross).halfTurned(w1).shifted(right: 1),
            (sum - other).halfTurned(w2).shifted(right: 1), (gap - cross).halfTurned(w3).shifted(right: 1)
        )
    }
}

extension FFT {
    /// 64 butterflies whose results lie side by side, each with rotations of its own; the first by next to nothing.
    @_noAllocation @_noLocks
    func firstPass(_ x: UnsafePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>) {
        let lanes = ComplexLanes.count
        guard lanes > 1 else { return compact(x, y, stride: 1, turns: 64, rotations: rotations.first) }
        var (from, to, words) = (x, y, rotations.first)
        for _ in 0..<64 / lanes {
            let (p, q, r, s) = Butterfly(from).results(
                ComplexLanes.Rotation(words), ComplexLanes.Rotation(words + 4 &* lanes), ComplexLanes.Rotation(words + 8 &* lanes)
            )
            ComplexLanes.store(p, q, r, s, to)
            (from, to, words) = (from + lanes, to + 4 &* lanes, words + 12 &* lanes)
        }
    }

    /// Another pass: `stride` butterflies that do not rotate, then as many for each of the further turns, 64 in all.
    @_noAllocation @_noLocks @inline(__always)
    func pass(
        _ x: UnsafePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>, stride: Int, rotations: UnsafePointer<Int32>
    ) {
        unrotated(x, y, stride: stride)
        let (from, to, turns) = (x + stride, y + 4 &* stride, 64 / stride &- 1)
        if ComplexLanes.count > 1 {
            rotated(from, to, stride: stride, turns: turns, rotations: rotations)
        } else {
            compact(from, to, stride: stride, turns: turns, rotations: rotations)
        }
    }

    /// Without vectors one copy serves all passes: inlined it would make the page's module larger and this no faster.
    @_noAllocation @_noLocks @inline(never)
    private func compact(
        _ x: UnsafePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>, stride: Int, turns: Int,
        rotations: UnsafePointer<Int32>
    ) {
        rotated(x, y, stride: stride, turns: turns, rotations: rotations)
    }

    /// `stride` butterflies for each of so many turns.
    @_noAllocation @_noLocks @inline(__always)
    private func rotated(
        _ x: UnsafePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>, stride: Int, turns: Int,
        rotations: UnsafePointer<Int32>
    ) {
        var (from, to, words) = (x, y, rotations)
        for _ in 0..<turns {
            let w1 = ComplexLanes.Rotation(words)
            let w2 = ComplexLanes.Rotation(words + 4 &* ComplexLanes.count)
            let w3 = ComplexLanes.Rotation(words + 8 &* ComplexLanes.count)
            for _ in 0..<stride / ComplexLanes.count {
                let (p, q, r, s) = Butterfly(from).results(w1, w2, w3)
                p.store(to)
                q.store(to + stride)
                r.store(to + 2 &* stride)
                s.store(to + 3 &* stride)
                (from, to) = (from + ComplexLanes.count, to + ComplexLanes.count)
            }
            (to, words) = (to + 3 &* stride, words + 12 &* ComplexLanes.count)
        }
    }

    /// The butterflies of a turn that does not rotate.
    @_noAllocation @_noLocks @inline(never)
    func unrotated(_ x: UnsafePointer<ComplexInt32>, _ y: UnsafeMutablePointer<ComplexInt32>, stride: Int) {
        var (from, to) = (x, y)
        for _ in 0..<stride / ComplexLanes.count {
            let (p, q, r, s) = Butterfly(from).results()
            p.store(to)
            q.store(to + stride)
            r.store(to + 2 &* stride)
            s.store(to + 3 &* stride)
            (from, to) = (from + ComplexLanes.count, to + ComplexLanes.count)
        }
    }

    /// 2 X[k] = Z[k] + Z*[-k] - i W^k (Z[k] - Z*[-k]) for k = 1...255, with Z the transform of even samples plus i times that of the odd
    /// ones; and X of a conjugate spectrum likewise gives the conjugate Z.
    ///
    /// - Parameters:
    ///   - z: 256 values.
    ///   - target: receives values 1...255, the middle one last.
    @_noAllocation @_noLocks
    func fold(_ z: UnsafePointer<ComplexInt32>, into target: UnsafeMutablePointer<ComplexInt32>) {
        let lanes = ComplexLanes.count
        var words = rotations.fold
        for group in 0..<128 / lanes {
            let (low, high) = (1 &+ lanes &* group, Self.points &- lanes &* (group &+ 1))
            let (a, b) = (ComplexLanes(z + low), ComplexLanes(z + high).reversed.conjugate)
            let (even, odd) = ((a + b).shifted(right: 1), (a - b).halfTurned(ComplexLanes.Rotation(words)))
            (even + odd).store(target + low)
            (even - odd).conjugate.reversed.store(target + high)
            words += 4 &* lanes
        }
    }

    /// 256 conjugates, shifted.
    @_noAllocation @_noLocks @inline(never)
    func conjugate(
        _ z: UnsafePointer<ComplexInt32>, left: Int32, right: Int32, into target: UnsafeMutablePointer<ComplexInt32>
    ) {
        for group in 0..<Self.points / ComplexLanes.count {
            let offset = ComplexLanes.count &* group
            ComplexLanes(z + offset).shifted(left: left).shifted(right: right).conjugate.store(target + offset)
        }
    }
}
