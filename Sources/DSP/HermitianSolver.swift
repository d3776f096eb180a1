/// Solves R v = h for one small Hermitian positive definite matrix by R = L D L^H, without square roots.
///
/// Formats: R Q30 with a trace of at most 1.5 and eigenvalues above 2^-11, packed lower triangle; h below 2^27; L Q24 (|L| is at
/// most the square root of the condition number, below 2^6); D Q30, held above 2^-11. The solution is normalised to parts below
/// 2^28 and has lost its scale, which a beam does not need. Source: Golub and Van Loan, "Matrix computations", 4.1 (outer
/// products: what is left of R is again positive definite and its parts never grow).
struct HermitianSolver: ~Copyable {
    /// R in; then L below the diagonal.
    let matrix = FixedArray(count: 36, repeating: ComplexInt32(re: 0, im: 0))
    let right = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))
    let solution = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))

    /// The column of L D that is being eliminated, Q30.
    private let column = FixedArray(count: 8, repeating: ComplexInt32(re: 0, im: 0))
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
        for row in 0..<count {
            partRe.base[row] = Int64(right.base[row].re)
            partIm.base[row] = Int64(right.base[row].im)
        }
        for pivot in 0..<count { eliminate(pivot, count) }
        var row = count &- 1
        while row >= 0 {
            backward(row, count)
            row &-= 1
        }
        normalise(count)
    }

    /// Takes column `pivot` out of what is left of R, and out of h.
    @_noAllocation @_noLocks
    private func eliminate(_ pivot: Int, _ count: Int) {
        var row = matrix.base + (pivot &* (pivot &+ 1)) &>> 1
        let inverse = (1 &<< 50) / Int64(max(row[pivot].re, 1 &<< 19))
        reciprocals.base[pivot] = inverse &>> 6
        let (re, im) = (partRe.base[pivot], partIm.base[pivot])
        var i = pivot &+ 1
        while i < count {
            row += i
            let value = row[pivot]
            let (a, b) = ((Int64(value.re) &* inverse) &>> 26, (Int64(value.im) &* inverse) &>> 26)
            row[pivot] = ComplexInt32(re: Int32(truncatingIfNeeded: a), im: Int32(truncatingIfNeeded: b))
            column.base[i] = value
            var k = pivot &+ 1
            while k < i {
                let other = column.base[k]
                row[k].re &-= Int32(truncatingIfNeeded: (a &* Int64(other.re) &+ b &* Int64(other.im)) &>> 24)
                row[k].im &-= Int32(truncatingIfNeeded: (b &* Int64(other.re) &- a &* Int64(other.im)) &>> 24)
                k &+= 1
            }
            row[i].re &-= Int32(truncatingIfNeeded: (a &* Int64(value.re) &+ b &* Int64(value.im)) &>> 24)
            partRe.base[i] &-= (a &* re &- b &* im) &>> 24
            partIm.base[i] &-= (a &* im &+ b &* re) &>> 24
            i &+= 1
        }
    }

    /// h / D, less what the rows below have of it.
    @_noAllocation @_noLocks
    private func backward(_ row: Int, _ count: Int) {
        var (re, im): (Int64, Int64) = (0, 0)
        var (k, index) = (row &+ 1, ((row &+ 1) &* (row &+ 2)) &>> 1 &+ row)
        while k < count {
            let l = matrix.base[index]
            re &+= Int64(l.re) &* partRe.base[k] &+ Int64(l.im) &* partIm.base[k]
            im &+= Int64(l.re) &* partIm.base[k] &- Int64(l.im) &* partRe.base[k]
            k &+= 1
            index &+= k
        }
        partRe.base[row] = (partRe.base[row] &* reciprocals.base[row]) &>> 22 &- re &>> 24
        partIm.base[row] = (partIm.base[row] &* reciprocals.base[row]) &>> 22 &- im &>> 24
    }

    @_noAllocation @_noLocks
    private func normalise(_ count: Int) {
        var bits: Int64 = 1
        for row in 0..<count {
            bits |= partRe.base[row] ^ (partRe.base[row] &>> 63)
            bits |= partIm.base[row] ^ (partIm.base[row] &>> 63)
        }
        let excess = 36 &- Int64(truncatingIfNeeded: bits.leadingZeroBitCount)
        let (left, right) = (max(0 &- excess, 0), max(excess, 0))
        for row in 0..<count {
            solution.base[row].re = Int32(truncatingIfNeeded: (partRe.base[row] &<< left) &>> right)
            solution.base[row].im = Int32(truncatingIfNeeded: (partIm.base[row] &<< left) &>> right)
        }
    }
}
