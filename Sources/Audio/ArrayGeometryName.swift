import DSP

extension ArrayGeometry {
    /// What a name may look like, for whoever wrote another.
    public static let names =
        "\"linear4\", \"circular4\", \"linear:COUNT:SPACINGmm\" (2 to 8 microphones) or \"circular:COUNT:RADIUSmm\" (3 to 8), 5 to 200 mm"

    /// An array by the name that settings and command lines use: `linear4`, `circular4`, `linear:6:40mm`, `circular:6:46.3mm`.
    ///
    /// Nil for any other name, and for measures outside 5 to 200 mm.
    public init?(named name: String) {
        switch name {
        case "linear4": self = .linear4
        case "circular4": self = .circular4
        default:
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 3, let count = Int(parts[1]), parts[2].hasSuffix("mm"),
                let millimetres = Double(parts[2].dropLast(2)), (0...1_000).contains(millimetres)
            else { return nil }
            let micrometres = Int32((millimetres * 1_000).rounded())
            let array: ArrayGeometry? =
                switch parts[0] {
                case "linear": .linear(count: count, spacingMicrometres: micrometres)
                case "circular": .circular(count: count, radiusMicrometres: micrometres)
                default: nil
                }
            guard let array else { return nil }
            self = array
        }
    }
}
