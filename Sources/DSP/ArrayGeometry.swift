/// Where the microphones of an array stand, in channel order: up to eight points in the plane.
///
/// Directions are degrees counter-clockwise from the x axis, as the talker is seen from the origin. A linear array lies on the x axis
/// and cannot tell the two sides apart: its directions are 0...180.
public struct ArrayGeometry: Sendable, Equatable {
    /// Where one microphone stands.
    public struct Position: Sendable, Equatable {
        public var xMicrometres: Int32
        public var yMicrometres: Int32

        public init(xMicrometres: Int32, yMicrometres: Int32) {
            (self.xMicrometres, self.yMicrometres) = (xMicrometres, yMicrometres)
        }
    }

    public let positions: [Position]
    /// Whether all microphones stand on one line.
    public let isLinear: Bool

    /// Microphones on the x axis, centred, the first leftmost.
    ///
    /// - Parameters:
    ///   - count: 2...8.
    ///   - spacingMicrometres: between neighbours, 5000...200000 (5 to 200 mm).
    /// - Returns: nil when an argument is outside its range.
    public static func linear(count: Int, spacingMicrometres: Int32) -> ArrayGeometry? {
        guard (2...8).contains(count), (5_000...200_000).contains(spacingMicrometres) else { return nil }
        let positions = (0..<count).map { index in
            Position(xMicrometres: (2 * Int32(index) - Int32(count) + 1) * spacingMicrometres / 2, yMicrometres: 0)
        }
        return ArrayGeometry(positions: positions, isLinear: true)
    }

    /// Microphones evenly on a circle around the origin, the first on the x axis, counter-clockwise.
    ///
    /// - Parameters:
    ///   - count: 3...8.
    ///   - radiusMicrometres: 5000...200000 (5 to 200 mm).
    /// - Returns: nil when an argument is outside its range.
    public static func circular(count: Int, radiusMicrometres: Int32) -> ArrayGeometry? {
        guard (3...8).contains(count), (5_000...200_000).contains(radiusMicrometres) else { return nil }
        let positions = (0..<count).map { index in
            let direction = phasorQ31(turnsQ32: UInt32((UInt64(index) << 32) / UInt64(count)))
            return Position(
                xMicrometres: Int32(truncatingIfNeeded: roundingShift(Int64(direction.re) * Int64(radiusMicrometres), 31)),
                yMicrometres: Int32(truncatingIfNeeded: roundingShift(Int64(direction.im) * Int64(radiusMicrometres), 31)))
        }
        return ArrayGeometry(positions: positions, isLinear: false)
    }

    /// Four microphones 25 mm apart on a line.
    public static var linear4: ArrayGeometry {
        ArrayGeometry(
            positions: [-37_500, -12_500, 12_500, 37_500].map { Position(xMicrometres: $0, yMicrometres: 0) }, isLinear: true)
    }

    /// Four microphones on a circle of 32.5 mm radius, at 0, 90, 180 and 270 degrees.
    public static var circular4: ArrayGeometry {
        ArrayGeometry(
            positions: [(32_500, 0), (0, 32_500), (-32_500, 0), (0, -32_500)].map {
                Position(xMicrometres: $0.0, yMicrometres: $0.1)
            },
            isLinear: false)
    }

    private init(positions: [Position], isLinear: Bool) {
        (self.positions, self.isLinear) = (positions, isLinear)
    }
}
