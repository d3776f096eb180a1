import Audio

/// Turns the detector's frame probabilities into the beginnings and ends of speech, on the sample clock.
///
/// Two thresholds (hysteresis) and two run lengths: an onset needs `onsetMilliseconds` of speech with at most one frame
/// missing in a row, and is dated back to the first frame of its run; an end needs `offsetMilliseconds` without speech and is
/// dated back to the last frame that was speech. A single frame against the trend changes nothing, in either direction.
public struct Endpointer: Sendable {
    public enum Event: Sendable, Equatable {
        /// Speech began with the sample met at `onset`.
        case speechStarted(onset: MonotonicTime)
        /// Speech ended; the first sample that was no speech was met at `end`.
        case speechEnded(end: MonotonicTime)
    }

    private struct Limits: Sendable {
        var onsetQ15: Int16
        var offsetQ15: Int16
        var onsetFrames: Int
        var offsetFrames: Int

        init(_ settings: SessionSettings) {
            onsetQ15 = settings.speechOnsetQ15
            offsetQ15 = settings.speechOffsetQ15
            onsetFrames = max(2, settings.onsetMilliseconds / SpeechFormat.frameMilliseconds)
            offsetFrames = max(2, settings.offsetMilliseconds / SpeechFormat.frameMilliseconds)
        }
    }
    private var limits: Limits

    /// Whether speech is going on; true until the end is confirmed.
    public private(set) var isSpeaking = false
    /// Where the latest speech ended so far: the end of the last frame that counted as speech.
    public private(set) var lastVoiced: MonotonicTime?

    private var runStart = MonotonicTime(nanoseconds: 0)
    /// Frames of speech in the run that may become an onset, and frames without speech since the last of them.
    private var run = 0
    private var misses = 0
    /// Consecutive frames of speech within speech, and frames since the last that counted.
    private var voicedRun = 0
    private var silentFrames = 0

    public init(settings: SessionSettings = SessionSettings()) { limits = Limits(settings) }

    /// Other thresholds and run lengths from the next frame on; speech that goes on goes on.
    mutating func adopt(_ settings: SessionSettings) { limits = Limits(settings) }

    /// Takes the next frame.
    ///
    /// - Parameters:
    ///   - start: when its first sample met the converter.
    ///   - probabilityQ15: that it is speech, 0...32767.
    public mutating func process(start: MonotonicTime, probabilityQ15: Int16) -> Event? {
        isSpeaking
            ? whileSpeaking(start: start, isVoiced: probabilityQ15 >= limits.offsetQ15)
            : whileSilent(start: start, isVoiced: probabilityQ15 >= limits.onsetQ15)
    }

    /// Forgets what was heard: after a gap in the frames.
    public mutating func reset() {
        isSpeaking = false
        lastVoiced = nil
        (run, misses, voicedRun, silentFrames) = (0, 0, 0, 0)
    }

    private mutating func whileSilent(start: MonotonicTime, isVoiced: Bool) -> Event? {
        guard isVoiced else {
            misses += 1
            if misses > 1 { run = 0 }
            return nil
        }
        if run == 0 { runStart = start }
        run += 1
        misses = 0
        guard run >= limits.onsetFrames else { return nil }
        isSpeaking = true
        (run, voicedRun, silentFrames) = (0, limits.onsetFrames, 0)
        lastVoiced = start.advanced(byMilliseconds: SpeechFormat.frameMilliseconds)
        return .speechStarted(onset: runStart)
    }

    private mutating func whileSpeaking(start: MonotonicTime, isVoiced: Bool) -> Event? {
        voicedRun = isVoiced ? voicedRun + 1 : 0
        // One lonely frame in a silence is a click; in speech it is the second frame of a run at the latest.
        if isVoiced && (voicedRun > 1 || silentFrames < 2) {
            silentFrames = 0
            lastVoiced = start.advanced(byMilliseconds: SpeechFormat.frameMilliseconds)
            return nil
        }
        silentFrames += 1
        guard silentFrames >= limits.offsetFrames, let end = lastVoiced else { return nil }
        isSpeaking = false
        (run, misses, voicedRun) = (0, 0, 0)
        return .speechEnded(end: end)
    }
}
