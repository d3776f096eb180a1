/// What the recognizer has said about one utterance, kept apart from what it still says about earlier ones.
///
/// A stream lives through several turns, and its results come late. Two marks keep them apart: results come in the order of
/// the audio, so whatever comes before the answer to an earlier utterance's `finalize` is that utterance's; and a result
/// that ends after the last sample sent for earlier ones can only be ours.
package struct TranscriptLedger: Sendable, Equatable {
    /// Text kept of one utterance, in UTF-8 bytes.
    package static let bound = 8_192

    package init() {}

    private var settled: [String] = []
    private var interim = ""
    private var windowStart: Int64 = 0
    /// Samples up to here may stand in results that are not ours.
    private var freshFrom: Int64 = 0
    /// Answers to `finalize` that are outstanding: from earlier utterances, and ours.
    private var staleAnswers = 0
    private var ownAnswers = 0
    /// Where the newest `finalize` stands; an answer that reaches there answers all before it too.
    private var finalizedUpTo: Int64 = 0
    private static let reachSamples: Int64 = 1_600

    /// All words so far, settled ones first.
    package var text: String { (settled + (interim.isEmpty ? [] : [interim])).joined(separator: " ") }

    /// Whether all that was asked for has been answered.
    package var isSettled: Bool { ownAnswers == 0 && staleAnswers == 0 && interim.isEmpty }

    /// A new utterance begins.
    /// - Parameters:
    ///   - start: its first sample, on the endpoint's 16 kHz clock.
    ///   - sentUpTo: the end of what earlier utterances sent.
    package mutating func begin(at start: Int64, sentUpTo: Int64) {
        staleAnswers += ownAnswers
        ownAnswers = 0
        settled = []
        interim = ""
        windowStart = start
        freshFrom = max(start, sentUpTo)
    }

    /// A new stream: nothing of the old one will come any more.
    package mutating func forgetStream() {
        staleAnswers = 0
        ownAnswers = 0
        if !interim.isEmpty { settle(interim) }
    }

    /// - Parameter sample: the end of what was sent until now.
    package mutating func finalizeSent(at sample: Int64) {
        ownAnswers += 1
        finalizedUpTo = sample
    }

    /// Takes a result.
    /// - Returns: whether anything changed that the turn should hear of.
    package mutating func take(interim transcript: Transcript) -> Bool {
        guard isOurs(transcript), transcript.text != interim else { return false }
        interim = String(decoding: transcript.text.utf8.prefix(Self.bound), as: UTF8.self)
        return true
    }

    package mutating func take(settled transcript: Transcript, answersFinalize: Bool) -> Bool {
        guard isOurs(transcript) else {
            // Empty answers may carry any range: only the order counts for them.
            guard answersFinalize else { return false }
            if staleAnswers > 0 { staleAnswers -= 1 } else { ownAnswers = max(0, ownAnswers - 1) }
            return staleAnswers == 0
        }
        if answersFinalize {
            ownAnswers = transcript.endSample >= finalizedUpTo - Self.reachSamples ? 0 : max(0, ownAnswers - 1)
        }
        settle(transcript.text)
        return true
    }

    private mutating func isOurs(_ transcript: Transcript) -> Bool {
        if staleAnswers == 0 { return transcript.endSample > windowStart }
        guard transcript.endSample > freshFrom else { return false }
        staleAnswers = 0
        return true
    }

    private mutating func settle(_ text: String) {
        interim = ""
        let size = settled.reduce(0) { $0 + $1.utf8.count + 1 }
        let trimmed = text.trimmed
        guard !trimmed.isEmpty, size + trimmed.utf8.count <= Self.bound else { return }
        settled.append(trimmed)
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
            return ""
        }
        return String(self[first...last])
    }
}
