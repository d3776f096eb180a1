/// The audio of one connection that is not settled yet, and where speech is in it. Positions are samples of the connection.
struct SpeechSegmenter {
    /// Audio with speech in it, ready for a recognizer.
    struct Segment: Equatable {
        var samples: [Int16]
        var speech: Range<Int>
    }

    private static let paddingMilliseconds = 250
    /// Less loud sound than this in a segment is a click, not a word.
    private static let shortestSpeechMilliseconds = 80
    /// Speech swings; a fan that is switched on does not.
    private static let leastSwingDecibels: Float = 6

    let rateHz: Int
    private(set) var received = 0
    /// Everything before this sample has been settled.
    private(set) var settled = 0
    /// From the first to the end of the last frame of speech that is unsettled.
    private(set) var speech: Range<Int>?

    private var gate = SpeechGate()
    private var audio: [Int16] = []
    private var audioStart = 0
    private var levels: [Float] = []
    private var frameStart = 0
    private var loudFrames = 0

    init(rateHz: Int) { self.rateHz = rateHz }

    private var frameSamples: Int { rateHz / 100 }
    private var paddingSamples: Int { rateHz * Self.paddingMilliseconds / 1000 }

    /// Silence since the last speech, or since the last settling; milliseconds.
    var silenceMilliseconds: Int { (received - (speech?.upperBound ?? settled)) * 1000 / rateHz }
    var unsettledMilliseconds: Int { (received - settled) * 1000 / rateHz }

    mutating func feed(_ samples: [Int16]) {
        audio += samples
        received += samples.count
        while frameStart + frameSamples <= received {
            let first = frameStart - audioStart
            levels.append(gate.feed(audio[first..<(first + frameSamples)]))
            if gate.isSpeech { note(frameStart..<(frameStart + frameSamples)) }
            frameStart += frameSamples
        }
        if speech == nil { forget(before: received - paddingSamples) }
    }

    private mutating func note(_ frame: Range<Int>) {
        loudFrames += 1
        // The gate needs a few frames to be sure, and a word begins softly.
        let start = speech?.lowerBound ?? max(settled, frame.lowerBound - 2 * frameSamples)
        speech = start..<frame.upperBound
    }

    /// What a recognizer should hear of the unsettled audio; nil when nobody spoke.
    var segment: Segment? {
        guard let speech, loudFrames * 10 >= Self.shortestSpeechMilliseconds, swing >= Self.leastSwingDecibels else { return nil }
        // What is settled was heard already: a word across the border must not be heard twice.
        let from = max(audioStart, settled, speech.lowerBound - paddingSamples)
        let to = min(received, speech.upperBound + paddingSamples)
        return Segment(samples: Array(audio[(from - audioStart)..<(to - audioStart)]), speech: speech)
    }

    /// Level between the loud and the quiet parts of the unsettled audio.
    private var swing: Float {
        let sorted = levels.sorted()
        guard sorted.count > 9 else { return 0 }
        return sorted[sorted.count * 9 / 10] - sorted[sorted.count / 10]
    }

    /// All audio so far has been dealt with.
    mutating func settle() {
        settled = received
        speech = nil
        loudFrames = 0
        forget(before: received - paddingSamples)
    }

    private mutating func forget(before position: Int) {
        let surplus = min(position, frameStart) - audioStart
        guard surplus > 0 else { return }
        audio.removeFirst(surplus)
        audioStart += surplus
        levels.removeFirst(max(0, levels.count - (received - audioStart) / frameSamples))
    }
}
