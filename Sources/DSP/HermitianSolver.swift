/// Solves R v = h for one small Hermitian positive definite matrix by R = L D L^H, without square roots.
///
/// Formats: R Q30, diagonal at most 1.5, packed lower triangle; h below 2^27; L Q24 (|L| is at most the square root of the
/// condition number, here below 2^6); D Q30, held above 2^-11. The solution is normalised to parts below 2^28 and has lost its
/// scale, which a beam does not need. Source: Golub and Van Loan, "Matrix computations", 4.1.
struct HermitianSolver: ~Copyable {
    /// Triangles: R in, then L below the diagonal.
    let matrix = FixedArray(count: 36, repeating: ComplexInt32(re: 0, im: 0))
    let right = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))
    let solution = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))

    /// L D, Q30.
    private let scaledL = FixedArray(count: 36, repeating: ComplexInt32(re: 0, im: 0))
    /// 1 / D, Q14.
    private let reciprocals = FixedArray<Int64>(count: 8, repeating: 0)
    private let partRe = FixedArray<Int64>(count: 8, repeating: 0)
    private let partIm = FixedArray<Int64>(count: 8, repeating: 0)

    init() {}

    /// `solution` from `matrix` and `right`.
    ///
    /// - Parameter count: unknowns, 1...8.
    @_noAllocation @_noLocks
    func solve(_ count: Int) {
        factor(count)
        for row in 0..<count { forward(row) }
        for row in 0..<count {
            partRe.base[row] = (partRe.base[row] &* reciprocals.base[row]) &>> 22
            partIm.base[row] = (partIm.base[row] &* reciprocals.base[row]) &>> 22
        }
        var row = count &- 1
        while row >= 0 {
            backward(row, count)
            row &-= 1
        }
        normalise(count)
    }

    /// Column j: L D = R - sum of (L D)(L^H) over the columns before; D is its first value; L = (L D) / D.
    @_noAllocation @_noLocks
    private func factor(_ count: Int) {
        for column in 0..<count {
            let pivotRow = matrix.base + (column &* (column &+ 1)) &>> 1
            for row in column..<count {
                let start = (row &* (row &+ 1)) &>> 1
                let known = scaledL.base + start
                var (re, im): (Int64, Int64) = (0, 0)
                for k in 0..<column {
                    let (a, b) = (known[k], pivotRow[k])
                    re &+= Int64(a.re) &* Int64(b.re) &+ Int64(a.im) &* Int64(b.im)
                    im &+= Int64(a.im) &* Int64(b.re) &- Int64(a.re) &* Int64(b.im)
                }
                let value = matrix.base[start &+ column]
                known[column].re = saturatedInt32(Int64(value.re) &- re &>> 24)
                known[column].im = saturatedInt32(Int64(value.im) &- im &>> 24)
            }
            divide(column, count)
        }
    }

    @_noAllocation @_noLocks
    private func divide(_ column: Int, _ count: Int) {
        let pivot = Int64(max(scaledL.base[(column &* (column &+ 3)) &>> 1].re, 1 &<< 19))
        reciprocals.base[column] = (1 &<< 44) / pivot
        let inverse = (1 &<< 50) / pivot
        for row in column &+ 1..<max(count, column &+ 1) {
            let index = (row &* (row &+ 1)) &>> 1 &+ column
            let value = scaledL.base[index]
            matrix.base[index].re = saturatedInt32((Int64(value.re) &* inverse) &>> 26)
            matrix.base[index].im = saturatedInt32((Int64(value.im) &* inverse) &>> 26)
        }
    }

    @_noAllocation @_noLocks
    private func forward(_ row: Int) {
        let l = matrix.base + (row &* (row &+ 1)) &>> 1
        var (re, im): (Int64, Int64) = (0, 0)
        for k in 0..<row {
            re &+= Int64(l[k].re) &* partRe.base[k] &- Int64(l[k].im) &* partIm.base[k]
            im &+= Int64(l[k].re) &* partIm.base[k] &+ Int64(l[k].im) &* partRe.base[k]
        }
        partRe.base[row] = Int64(right.base[row].re) &- re &>> 24
        partIm.base[row] = Int64(right.base[row].im) &- im &>> 24
    }

    @_noAllocation @_noLocks
    private func backward(_ row: Int, _ count: Int) {
        var (re, im): (Int64, Int64) = (0, 0)
        for k in row &+ 1..<max(count, row &+ 1) {
            let l = matrix.base[(k &* (k &+ 1)) &>> 1 &+ row]
            re &+= Int64(l.re) &* partRe.base[k] &+ Int64(l.im) &* partIm.base[k]
            im &+= Int64(l.re) &* partIm.base[k] &- Int64(l.im) &* partRe.base[k]
        }
        partRe.base[row] &-= re &>> 24
        partIm.base[row] &-= im &>> 24
    }

    @_noAllocation @_noLocks
    private func normalise(_ count: Int) {
        var bits: UInt64 = 1
        for row in 0..<count {
            bits |= UInt64(bitPattern: partRe.base[row] ^ (partRe.base[row] &>> 63))
            bits |= UInt64(bitPattern: partIm.base[row] ^ (partIm.base[row] &>> 63))
        }
        let excess = 36 &- Int64(bits.leadingZeroBitCount)
        let (left, right) = (max(0 &- excess, 0), max(excess, 0))
        for row in 0..<count {
            solution.base[row].re = Int32(truncatingIfNeeded: (partRe.base[row] &<< left) &>> right)
            solution.base[row].im = Int32(truncatingIfNeeded: (partIm.base[row] &<< left) &>> right)
        }
    }
}
