/// A function of a base-2 logarithm, tabulated every thirty-second octave from 2^-12 to 2^12; constant outside.
///
/// The nearest point is taken, so an argument is rounded by at most 0.05 dB of power. Arguments are Q16 logarithms, values have the
/// format that the owner chose.
struct Curve: ~Copyable {
    private let values = FixedArray<Int32>(count: 769, repeating: 0)

    /// One copy serves all curves: the page's module must be small.
    ///
    /// - Parameter function: gives the value at a Q16 logarithm.
    @inline(never)
    init(function: (Int32) -> Int32) {
        for index in 0..<769 {
            values[index] = function((Int32(index) - 384) << 11)
        }
    }

    /// The table without its owner, for loops: reading it through the owner would fetch the address for every value.
    @_noAllocation @_noLocks @inline(__always)
    func points() -> Points { Points(middle: UnsafePointer(values.base + 384)) }

    struct Points: BitwiseCopyable {
        let middle: UnsafePointer<Int32>

        @_noAllocation @_noLocks @inline(__always)
        func value(at argumentQ16: Int32) -> Int32 {
            middle[Int((max(min(argumentQ16, 12 &* Log2.one), -12 &* Log2.one) &+ 1_024) &>> 11)]
        }
    }
}
