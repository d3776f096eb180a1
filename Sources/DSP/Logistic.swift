/// The functions that bend a network's sums: 1 / (1 + e^-x) and tanh x, arguments Q16, values Q20.
///
/// A table from -12 to 12 every sixteenth, joined by straight lines, constant outside: within 5e-5 and 1e-4 of the functions.
/// The table's powers of e^(-1/16) are made by repeated multiplication in Q32.
public struct Logistic: ~Copyable {
    private static var lastIndex: Int { 24 * 16 }
    private let pointsQ20 = FixedArray<Int32>(count: 24 * 16 + 1, repeating: 0)

    public init() {
        // e^(-1/16) x 2^32; 2^52 / (2^32 + e^-x x 2^32) is the value in Q20.
        let ratioQ32: UInt64 = 4_034_748_382
        var powerQ32: UInt64 = 1 << 32
        for step in 0...Self.lastIndex / 2 {
            let value = Int32((1 << 52 + powerQ32 / 2) / (1 << 32 + powerQ32))
            pointsQ20[Self.lastIndex / 2 + step] = value
            pointsQ20[Self.lastIndex / 2 - step] = 1 << 20 - value
            powerQ32 = (powerQ32 * ratioQ32) >> 32
        }
    }

    /// 1 / (1 + e^-x), 0...2^20.
    @_noAllocation @_noLocks @inline(__always)
    public func sigmoidQ20(_ argumentQ16: Int32) -> Int32 {
        let position = max(min(argumentQ16, 12 &* 65_536 &- 1), -12 &* 65_536) &+ 12 &* 65_536
        let point = pointsQ20.base + Int(position &>> 12)
        return point[0] &+ ((point[1] &- point[0]) &* (position & 0xFFF)) &>> 12
    }

    /// tanh x = 2 / (1 + e^(-2 x)) - 1, -2^20...2^20.
    @_noAllocation @_noLocks @inline(__always)
    public func tanhQ20(_ argumentQ16: Int32) -> Int32 {
        2 &* sigmoidQ20(2 &* max(min(argumentQ16, 6 &* 65_536), -6 &* 65_536)) &- 1 &<< 20
    }
}
