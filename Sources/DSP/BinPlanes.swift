/// Rows of words, one word per bin, which holds two values of 16 bits: what `BinLayer` reads of a bin's neighbours.
///
/// Beside the 257 bins of a row lie two repetitions of the first and of the last.
struct BinPlanes: ~Copyable {
    private static var margin: Int { 4 }
    private static var rowWords: Int { BinLayer.binCount + 2 * margin }

    private let words: FixedArray<Int32>

    init(rows: Int) {
        words = FixedArray(count: rows * Self.rowWords, repeating: 0)
    }

    /// Its bin 0.
    @_noAllocation @_noLocks @inline(__always)
    func row(_ row: Int) -> UnsafeMutablePointer<Int32> { words.base + (row &* Self.rowWords &+ Self.margin) }

    /// Repeats the outermost bins.
    @_noAllocation @_noLocks
    func extend(_ index: Int) {
        let row = row(index)
        for beyond in 1...2 {
            row[0 &- beyond] = row[0]
            row[256 &+ beyond] = row[256]
        }
    }
}
