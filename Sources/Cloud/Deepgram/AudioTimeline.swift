/// The audio of one stream on its way to the recognizer, and the bookkeeping of three clocks: the endpoint's samples (with gaps
/// and repeats), the *position* in all that was handed over (without either), and the seconds of one connection.
///
/// What was sent and is not settled yet is kept too, so that a new connection can hear it again. At most 15 s in all; the
/// oldest goes first.
package struct AudioTimeline: Sendable {
    package static let rateHz = 16_000
    package static let bound = 15 * rateHz

    /// A stretch without gap: where it begins on both clocks.
    private struct Run: Sendable {
        var position: Int64
        var firstSample: Int64
    }

    private var samples: [Int16] = []
    /// Position of `samples[0]`.
    private var base: Int64 = 0
    private var runs: [Run] = []
    /// Up to where the connection has it.
    package private(set) var sent: Int64 = 0
    /// Up to where transcripts will not change any more.
    package private(set) var settled: Int64 = 0
    /// The connection's second 0, and the silence that was sent first on it.
    private var connectionStart: Int64 = 0
    private var leadSamples: Int64 = 0

    package init() {}

    package var end: Int64 { base + Int64(samples.count) }
    package var unsent: Int { Int(end - sent) }

    package mutating func append(_ new: [Int16], firstSample: Int64) {
        if runs.isEmpty || sample(at: end) != firstSample { runs.append(Run(position: end, firstSample: firstSample)) }
        samples += new
        // A second at a time: moving the rest costs more than keeping it.
        if samples.count > Self.bound + Self.rateHz { forget(before: end - Int64(Self.bound)) }
    }

    /// The next samples for the connection.
    package mutating func take(_ count: Int) -> ArraySlice<Int16> {
        let start = Int(sent - base)
        let slice = samples[start..<min(start + count, samples.count)]
        sent += Int64(slice.count)
        return slice
    }

    package mutating func settle(upTo position: Int64) {
        settled = max(settled, min(position, sent))
        if settled - base > Int64(Self.rateHz) { forget(before: settled) }
    }

    /// Nobody waits for what was handed over so far.
    package mutating func settleAll() {
        sent = end
        settle(upTo: end)
    }

    /// A new connection: what is not settled goes again.
    /// - Parameter leadSamples: of silence, sent before anything else.
    package mutating func beginConnection(leadSamples: Int) {
        sent = max(base, settled)
        connectionStart = sent
        self.leadSamples = Int64(leadSamples)
    }

    // MARK: Clocks

    /// Seconds of audio received on this connection → position, never beyond what was sent.
    package func position(ofSeconds seconds: Double) -> Int64 {
        guard seconds.isFinite, seconds > 0, seconds < 1e9 else { return connectionStart }
        let heard = Int64((seconds * Double(Self.rateHz)).rounded()) - leadSamples
        return min(sent, connectionStart + max(0, heard))
    }

    /// Position → sample on the endpoint's clock, for the beginning of something.
    package func sample(at position: Int64) -> Int64 {
        guard let run = runs.last(where: { $0.position <= position }) ?? runs.first else { return position }
        return run.firstSample + (position - run.position)
    }

    /// Position → sample on the endpoint's clock, for the end of something: where a gap follows, it is the gap's near side.
    package func sample(endingAt position: Int64) -> Int64 { sample(at: position - 1) + 1 }

    // MARK: Bounds

    private mutating func forget(before position: Int64) {
        let count = Int(min(max(0, position - base), Int64(samples.count)))
        samples.removeFirst(count)
        base += Int64(count)
        sent = max(sent, base)
        settled = max(settled, base)
        // Results may still speak of audio that is gone: one minute of runs is kept.
        let horizon = base - Int64(60 * Self.rateHz)
        while runs.count > 1, runs[1].position <= horizon { runs.removeFirst() }
    }
}
