/// A function of a base-2 logarithm, tabulated every quarter octave of power and joined by straight lines; constant outside.
///
/// Arguments are Q16 logarithms, values have the format that the owner chose.
struct Curve: ~Copyable {
    private let points: FixedArray<Int32>
    private let firstArgumentQ16: Int32
    private let lastStep: Int32

    /// - Parameters:
    ///   - first: whole octaves at the first point.
    ///   - last: whole octaves at the last one.
    ///   - function: gives the value at a Q16 logarithm; neighbours must differ by less than 2^17.
    init(from first: Int32, to last: Int32, function: (Int32) -> Int32) {
        precondition(first < last)
        points = FixedArray(count: Int(last - first) * 4 + 1, repeating: 0)
        for index in 0..<points.count {
            points[index] = function(first << 16 + Int32(index) << 14)
        }
        firstArgumentQ16 = first << 16
        lastStep = (last - first) << 16
    }

    @_noAllocation @_noLocks @inline(__always)
    func value(at argumentQ16: Int32) -> Int32 {
        let position = max(min(argumentQ16 &- firstArgumentQ16, lastStep &- 1), 0)
        let index = Int(position &>> 14)
        let (left, right) = (points.base[index], points.base[index &+ 1])
        return left &+ ((right &- left) &* (position & 0x3FFF)) &>> 14
    }
}
