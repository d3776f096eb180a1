/// The costs as lines: what it is, here, on AArch64, the target.
package enum DSPTable {
    package static func lines(_ costs: [DSPCost]) -> [String] {
        DSPCost.Group.allCases.flatMap { group in
            let rows = costs.filter { $0.group == group }
            return rows.isEmpty ? [] : [heading(group)] + rows.map(line) + [""]
        }
    }

    private static func heading(_ group: DSPCost.Group) -> String {
        group.rawValue.padded(to: 54) + ["x86-64", "AArch64", "at most"].map { $0.aligned(to: 12) }.joined()
    }

    private static func line(_ cost: DSPCost) -> String {
        let cells = [cost.x86, cost.arm, cost.atMost].map { ($0.map(grouped) ?? "").aligned(to: 12) }.joined()
        return ("  \(cost.name)".padded(to: 54) + cells + (cost.isHeld.map { $0 ? "  held" : "  falls short" } ?? ""))
    }
}

/// A whole number in groups of three: 1 234 567.
func grouped(_ value: Double) -> String {
    let digits = String(Int(value.rounded()))
    return String(
        digits.enumerated().flatMap { index, digit -> [Character] in
            index > 0 && (digits.count - index) % 3 == 0 ? [" ", digit] : [digit]
        })
}
