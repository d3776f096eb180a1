import FoundationEssentials

/// What a bench found: figures, what must hold, and the machine. One shape for all benches, as table, JSON and picture.
public struct BenchReport: Sendable {
    /// `turn`, `barge-in`, `idle`.
    public var bench: String
    public var machine: MachineFacts
    /// How the bench was asked for: option and value.
    public var options: [String: String]
    public var figures: [Figure]
    /// What makes the figures worth something; a bench ends well only if all of it holds.
    public var checks: [SceneCheck]
    /// What could not be measured here, and why.
    public var notes: [String]
    /// Lines in the place of the tables of distributions, where each figure is one number.
    public var table: [String]?

    public init(
        bench: String, machine: MachineFacts, options: [String: String], figures: [Figure], checks: [SceneCheck],
        notes: [String] = []
    ) {
        self.bench = bench
        self.machine = machine
        self.options = options
        self.figures = figures
        self.checks = checks
        self.notes = notes
    }

    public var allHold: Bool { checks.allSatisfy(\.holds) }

    /// The whole report, a line each.
    public var text: [String] {
        machine.text + (table.map { [""] + $0 } ?? groups.flatMap { group in [""] + Self.table(group) })
            + ["", "How each was taken", ""] + methods + notes.map { "  Note: \($0)" } + ["", "What must be true", ""]
            + checks.map { "  \($0.holds ? "✓" : "✗") \($0.claim): \($0.seen)" }
    }

    /// A line for each figure, or for each method where they stand in a table of their own.
    private var methods: [String] {
        guard table != nil else { return figures.map { "  \($0.name): \($0.method)" } }
        var seen: Set<String> = []
        return figures.filter { seen.insert($0.method).inserted }.map { figure in
            let isShared = figures.count { $0.method == figure.method } > 1
            return "  \(isShared ? figure.group : figure.name): \(figure.method)"
        }
    }

    /// Figures by group, in the order of the first of each.
    var groups: [[Figure]] {
        var order: [String] = []
        for figure in figures where !order.contains(figure.group) { order.append(figure.group) }
        return order.map { name in figures.filter { $0.group == name } }
    }

    private static let columns = ["count", "min", "p50", "p90", "p95", "p99", "max"]

    private static func table(_ group: [Figure]) -> [String] {
        let title = group.first.map { "\($0.group), \($0.unit.label)" } ?? ""
        let width = 48
        return [title.padded(to: width) + columns.map { $0.aligned(to: 10) }.joined()]
            + group.map { figure in
                let name = "  \(figure.name)" + (figure.unit == group.first?.unit ? "" : ", \(figure.unit.label)")
                let cells = figure.summary.map { s in
                    [String(s.count)] + [s.min, s.p50, s.p90, s.p95, s.p99, s.max].map(tenths)
                }
                return name.padded(to: width)
                    + (cells ?? ["0"] + Array(repeating: "–", count: 6)).map { $0.aligned(to: 10) }.joined()
                    + (figure.belowZero > 0 ? "   \(figure.belowZero) below zero" : "")
            }
    }
}

extension Figure.Unit {
    /// For people.
    var label: String {
        switch self {
        case .seconds: "s"
        case .milliseconds: "ms"
        case .percent: "%"
        case .kibibytes: "KiB"
        case .count: "count"
        case .perSecond: "per second"
        case .perMinute: "per minute"
        case .millionsPerSecond: "millions per second"
        case .instructionsPerFrame: "instructions per 10 ms"
        }
    }
}

// MARK: For programs

extension BenchReport {
    /// The version of the JSON's shape; a change that a reader would notice changes the number.
    public static let schema = "linnet-bench/1"

    /// The report as JSON: sorted keys, a figure's key ends with its unit, null where there were no values.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Page(self)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private struct Page: Encodable {
        var schema: String
        var bench: String
        var machine: MachineFacts
        var options: [String: String]
        var figures: [String: Entry]
        var checks: [Check]
        var notes: [String]
        var ok: Bool

        init(_ report: BenchReport) {
            schema = BenchReport.schema
            bench = report.bench
            machine = report.machine
            options = report.options
            figures = Dictionary(report.figures.map { ($0.key, Entry($0)) }) { first, _ in first }
            checks = report.checks.map { Check(claim: $0.claim, holds: $0.holds, seen: $0.seen) }
            notes = report.notes
            ok = report.allHold
        }
    }

    private struct Check: Encodable {
        var claim: String
        var holds: Bool
        var seen: String
    }

    private struct Entry: Encodable {
        var figure: Figure
        init(_ figure: Figure) { self.figure = figure }

        enum CodingKeys: String, CodingKey {
            case name, unit, group, method, count, min, p50, p90, p95, p99, max
            case belowZero = "below_zero"
        }

        func encode(to encoder: any Encoder) throws {
            var box = encoder.container(keyedBy: CodingKeys.self)
            try box.encode(figure.name, forKey: .name)
            try box.encode(figure.unit.rawValue, forKey: .unit)
            try box.encode(figure.group, forKey: .group)
            try box.encode(figure.method, forKey: .method)
            try box.encode(figure.count, forKey: .count)
            try box.encode(figure.belowZero, forKey: .belowZero)
            let summary = figure.summary
            try box.encode(summary?.min, forKey: .min)
            try box.encode(summary?.p50, forKey: .p50)
            try box.encode(summary?.p90, forKey: .p90)
            try box.encode(summary?.p95, forKey: .p95)
            try box.encode(summary?.p99, forKey: .p99)
            try box.encode(summary?.max, forKey: .max)
        }
    }
}
