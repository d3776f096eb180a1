/// The twenty bands, about a bark wide, in which residual echo is judged; together they hold every bin.
struct EchoBands: ~Copyable {
    static var count: Int { 20 }
    /// Those below 4.3 kHz, where speech shows.
    static var speechCount: Int { 15 }

    /// First bin of each band, and the bin behind the last.
    let edges = FixedArray<Int>(count: 21, repeating: 0)
    /// What undoes the canceller's pre-emphasis in power at each band's centre, Q8: below 2^15.
    let deemphasisQ8 = FixedArray<Int64>(count: 20, repeating: 0)

    init() {
        let bins = [0, 6, 9, 12, 16, 20, 24, 29, 34, 40, 47, 55, 64, 74, 86, 100, 117, 137, 160, 190, 257]
        for (index, bin) in bins.enumerated() {
            edges[index] = bin
        }
        for band in 0..<Self.count {
            // |1 - 0.9 z^-1|^2 = 1.81 - 1.8 cos w, in Q31.
            let cosineQ31 = Int64(phasorQ31(turns: edges[band] + edges[band + 1], over: 1024).re)
            let emphasisQ31 = 3_886_945_403 - cosineQ31 * 9 / 5
            deemphasisQ8[band] = (1 << 39) / emphasisQ31
        }
    }
}

/// `value` x `factorQ14` / 4: quarters of a squared step become whole ones. `value` is 0...2^50, the product below 2^79.
@_noAllocation @_noLocks @inline(__always)
func wholeSteps(_ value: Int64, _ factorQ14: Int64) -> Int64 {
    (value &>> 16) &* factorQ14 &+ ((value & 0xFFFF) &* factorQ14) &>> 16
}
