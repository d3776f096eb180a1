import Histogram

/// One measured quantity as a distribution, with the method by which it was taken. The benches print nothing else.
public struct Figure: Sendable {
    /// What one is; the raw value ends the figure's key, so that no reader of the JSON has to guess.
    public enum Unit: String, Sendable {
        case seconds = "s"
        case milliseconds = "ms"
        case percent = "percent"
        case kibibytes = "kib"
        case count = "count"
        case perSecond = "per_s"
        case perMinute = "per_min"
        case millionsPerSecond = "millions_per_s"
        case instructionsPerFrame = "instructions_per_frame"
    }

    /// What was recorded, or what it adds up to; nil in a figure that holds nothing.
    public struct Summary: Sendable, Equatable {
        public var count: Int
        public var min: Double
        public var p50: Double
        public var p90: Double
        public var p95: Double
        public var p99: Double
        public var max: Double
    }

    public let name: String
    public let unit: Unit
    /// Figures of one group share a heading, and an axis in the picture.
    public let group: String
    /// From what to what, how it was taken, and what it leaves out.
    public let method: String
    /// Values below zero, which the histogram holds as zero; 0 unless the order of two instants was not what it should be.
    public private(set) var belowZero = 0
    private var histogram = Histogram<UInt32>(
        lowestDiscernibleValue: 1, highestTrackableValue: 1 << 44, numberOfSignificantValueDigits: .three)

    /// The histogram counts thousandths of the unit.
    private static let resolution = 1000.0

    public init(_ name: String, _ unit: Unit, group: String, method: String, values: [Double] = []) {
        self.name = name
        self.unit = unit
        self.group = group
        self.method = method
        for value in values { record(value) }
    }

    public mutating func record(_ value: Double, times: Int = 1) {
        if value < 0 { belowZero += times }
        histogram.record(UInt64((max(0, value) * Self.resolution).rounded()), count: UInt32(clamping: times))
    }

    /// `voice to voice` in milliseconds -> `voice_to_voice_ms`. Stable: programs read it.
    public var key: String {
        let words = name.lowercased().split { !($0.isLetter || $0.isNumber) }
        return (words.map(String.init) + [unit.rawValue]).joined(separator: "_")
    }

    public var count: Int { Int(histogram.totalCount) }

    /// The value that `percent` of all values do not exceed; nil without values.
    public func percentile(_ percent: Double) -> Double? {
        count == 0 ? nil : Double(histogram.valueAtPercentile(percent)) / Self.resolution
    }

    public var summary: Summary? {
        guard count > 0 else { return nil }
        func at(_ percent: Double) -> Double { percentile(percent) ?? 0 }
        return Summary(count: count, min: at(0), p50: at(50), p90: at(90), p95: at(95), p99: at(99), max: at(100))
    }

    /// How many values fall into each of `bins` equal parts of a range; what lies outside falls into the first or the last.
    public func bins(_ bins: Int, over range: ClosedRange<Double>) -> [Int] {
        var counts = [Int](repeating: 0, count: bins)
        let width = max(range.upperBound - range.lowerBound, .ulpOfOne)
        for step in histogram.recordedValues() {
            let place = (Double(step.value) / Self.resolution - range.lowerBound) / width * Double(bins)
            counts[Swift.max(0, Swift.min(bins - 1, Int(place)))] += Int(step.count)
        }
        return counts
    }
}
