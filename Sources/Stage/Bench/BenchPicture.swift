/// A bench's figures as one picture (SVG): a row for each, its histogram over the group's axis, median and tail marked.
public struct BenchPicture: Sendable {
    private let report: BenchReport

    public init(_ report: BenchReport) { self.report = report }

    private static let width = 1200.0
    private static let left = 330.0
    private static let right = 880.0
    private static let rowHeight = 40.0
    private static let bins = 110
    private static let colours = ["#2b5fa8", "#2f7d46", "#b8621b", "#7a5aa0", "#4a7f8c"]

    public func svg() -> String {
        var y = 60.0
        var body: [String] = []
        for (index, group) in report.groups.enumerated() {
            body += draw(group, from: y, colour: Self.colours[index % Self.colours.count])
            y += Double(group.count) * Self.rowHeight + 68
        }
        let size = "width='\(Int(Self.width))' height='\(Int(y))'"
        let head = [
            "<svg xmlns='http://www.w3.org/2000/svg' \(size) viewBox='0 0 \(Int(Self.width)) \(Int(y))' "
                + "font-family='sans-serif' font-size='12'>",
            "<rect \(size) fill='white'/>",
            "<text x='20' y='28' font-size='16' fill='#222'>linnet bench \(report.bench)</text>",
            "<text x='20' y='46' font-size='10' fill='#777'>\(escaped(report.machine.text.joined(separator: " ")))</text>",
        ]
        return (head + body + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func draw(_ group: [Figure], from top: Double, colour: String) -> [String] {
        guard let first = group.first else { return [] }
        let ends = group.compactMap(\.summary).flatMap { [$0.min, $0.max] }
        // What was taken once is a bar, and a bar begins at nothing.
        let axis = PictureAxis(covering: group.allSatisfy { $0.count <= 1 } ? ends + [0] : ends)
        let bottom = top + 24 + Double(group.count) * Self.rowHeight
        let title =
            "<text x='20' y='\(top + 14)' font-weight='bold' fill='#333'>\(escaped(first.group)), \(first.unit.label)</text>"
            + "<text x='\(Self.right + 20)' y='\(top + 14)' fill='#777'>median · p95 · p99 · max (count)</text>"
        let grid = axis.ticks.map { tick in
            "<line x1='\(x(tick, axis))' y1='\(top + 22)' x2='\(x(tick, axis))' y2='\(bottom)' stroke='#eee'/>"
                + "<text x='\(x(tick, axis))' y='\(bottom + 14)' text-anchor='middle' fill='#777'>\(axis.label(tick))</text>"
        }
        return [title] + grid
            + group.enumerated().flatMap { row, figure in
                draw(figure, base: top + 24 + Double(row + 1) * Self.rowHeight, axis, colour)
            }
    }

    private func x(_ value: Double, _ axis: PictureAxis) -> String {
        tenths(Self.left + (Self.right - Self.left) * axis.share(value))
    }

    private func draw(_ figure: Figure, base: Double, _ axis: PictureAxis, _ colour: String) -> [String] {
        let label = "<text x='\(Self.left - 12)' y='\(base - 8)' text-anchor='end' fill='#222'>\(escaped(figure.name))</text>"
        let line = "<line x1='\(Self.left)' y1='\(base)' x2='\(Self.right)' y2='\(base)' stroke='#bbb'/>"
        guard let summary = figure.summary else {
            return [label, line, "<text x='\(Self.right + 20)' y='\(base - 8)' fill='#999'>not measured here</text>"]
        }
        if summary.count == 1 { return [label, line] + bar(summary.p50, base: base, axis, colour) }
        let numbers = [summary.p50, summary.p95, summary.p99, summary.max].map(tenths).joined(separator: " · ")
        let marks = [(summary.p50, "#222", ""), (summary.p95, "#c0392b", " stroke-dasharray='3 2'")].map { value, stroke, dash in
            "<line x1='\(x(value, axis))' y1='\(base - 34)' x2='\(x(value, axis))' y2='\(base)' stroke='\(stroke)'\(dash)/>"
        }
        return [label, line, bars(figure, base: base, axis, colour)] + marks
            + ["<text x='\(Self.right + 20)' y='\(base - 8)' fill='#222'>\(numbers) (\(summary.count))</text>"]
    }

    /// A figure that is one number.
    private func bar(_ value: Double, base: Double, _ axis: PictureAxis, _ colour: String) -> [String] {
        let left = Self.left + (Self.right - Self.left) * axis.share(0)
        let width = Self.left + (Self.right - Self.left) * axis.share(value) - left
        let number = value < 10_000 ? tenths(value) : grouped(value)
        return [
            "<rect x='\(tenths(left))' y='\(base - 20)' width='\(tenths(width))' height='20' "
                + "fill='\(colour)' fill-opacity='0.55'/>",
            "<text x='\(Self.right + 20)' y='\(base - 8)' fill='#222'>\(number)</text>",
        ]
    }

    /// The histogram; the tallest bar of each row is as tall as the row.
    private func bars(_ figure: Figure, base: Double, _ axis: PictureAxis, _ colour: String) -> String {
        let counts = figure.bins(Self.bins, over: axis.range)
        let tallest = Double(max(1, counts.max() ?? 1))
        let step = (Self.right - Self.left) / Double(Self.bins)
        let path = counts.enumerated().filter { $0.element > 0 }.map { bin, count in
            let height = 2 + 28 * Double(count) / tallest
            return
                "M\(tenths(Self.left + Double(bin) * step)) \(base)v-\(tenths(height))h\(tenths(step - 0.6))v\(tenths(height))z"
        }
        return "<path d='\(path.joined())' fill='\(colour)' fill-opacity='0.55'/>"
    }
}

/// A linear axis with round numbers at its ticks.
struct PictureAxis {
    let range: ClosedRange<Double>
    let ticks: [Double]

    /// Covers all values, from zero unless they lie far from it and apart from each other.
    init(covering values: [Double]) {
        let (least, most) = (values.min() ?? 0, max(values.max() ?? 1, 1e-3))
        let isFar = least > most / 2 && most - least > most / 20
        let from = isFar ? least - (most - least) * 0.1 : 0
        let step = Self.roundStep((most - from) / 6)
        let first = (from / step).rounded(.down) * step
        ticks = (0...12).map { first + Double($0) * step }.filter { $0 <= most + step }
        range = first...max(ticks.last ?? most, most)
    }

    func share(_ value: Double) -> Double {
        max(0, min(1, (value - range.lowerBound) / max(range.upperBound - range.lowerBound, .ulpOfOne)))
    }

    func label(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : tenths(value) }

    /// 1, 2 or 5 times a power of ten, at least `step`.
    private static func roundStep(_ step: Double) -> Double {
        var power = 1.0
        while power * 10 <= step { power *= 10 }
        while power > step, power > 1e-4 { power /= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step } ?? power
    }
}
