/// What the passes of `FFT` multiply by, e^(-i 2 pi k / 512), in the order of use.
///
/// A factor w = e^(-i t) is Q15 plus a remainder in Q30, 16 bits each, so that a product with a 32-bit value is made of products of 16
/// bits, of which processors do several at once, and still has 30 bits. A rotation is four words of two 16-bit halves, the lower first:
/// (w.re, -w.im) and (w.im, w.re) of the main part, then the same of the remainder.
struct Rotations: ~Copyable {
    private static var laneWords: Int { 4 * ComplexLanes.count }
    private static var firstWords: Int { 64 / ComplexLanes.count * 3 * laneWords }
    private static var secondWords: Int { 15 * 3 * laneWords }
    private static var thirdWords: Int { 3 * 3 * laneWords }
    private static var foldWords: Int { 128 / ComplexLanes.count * laneWords }
    private let words = FixedArray<Int32>(count: firstWords + secondWords + thirdWords + foldWords, repeating: 0)

    /// 64 turns, as many side by side as there are lanes: of w, w^2 and w^3 the four words each, each for all lanes.
    var first: UnsafePointer<Int32> { UnsafePointer(words.base) }
    /// 15 turns from the second on, likewise, all lanes the same.
    var second: UnsafePointer<Int32> { first + Self.firstWords }
    /// 3 turns, likewise.
    var third: UnsafePointer<Int32> { second + Self.secondWords }
    /// -i w of bins 1...128, as many side by side as there are lanes.
    var fold: UnsafePointer<Int32> { third + Self.thirdWords }

    init() {
        let lanes = ComplexLanes.count
        for turn in 0..<64 {
            for power in 1...3 {
                put(2 * turn * power, at: (turn / lanes * 3 + power - 1) * Self.laneWords + turn % lanes)
            }
        }
        for turn in 0..<18 {
            let turns = turn < 15 ? 8 * (turn + 1) : 32 * (turn - 14)
            for power in 1...3 {
                for lane in 0..<lanes {
                    put(turns * power, at: Self.firstWords + (turn * 3 + power - 1) * Self.laneWords + lane)
                }
            }
        }
        for bin in 1...128 {
            // -i is a quarter turn more.
            let place = (bin - 1) / lanes * Self.laneWords + (bin - 1) % lanes
            put(bin + 128, at: words.count - Self.foldWords + place)
        }
    }

    @inline(never)
    private func put(_ turns: Int, at index: Int) {
        let step = ComplexLanes.count
        let w = phasorQ31(turnsQ32: 0 &- UInt32(turns) << 23)
        let (re, im) = (halves(w.re), halves(w.im))
        words[index] = pair(re.main, -im.main)
        words[index + step] = pair(im.main, re.main)
        words[index + 2 * step] = pair(re.rest, -im.rest)
        words[index + 3 * step] = pair(im.rest, re.rest)
    }

    /// Q31 as Q15 within +-32767 and the rest in Q30.
    private func halves(_ valueQ31: Int32) -> (main: Int32, rest: Int32) {
        let main = max(min((Int64(valueQ31) + 0x8000) >> 16, 32_767), -32_767)
        return (Int32(main), Int32(max((Int64(valueQ31) - main << 16) >> 1, -32_767)))
    }

    private func pair(_ low: Int32, _ high: Int32) -> Int32 { low & 0xFFFF | high << 16 }
}
