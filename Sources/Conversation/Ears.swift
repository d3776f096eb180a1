import Audio
import Failures

/// The way from the microphones to the recognizer: the pre-roll, one stream that lives through the turns, and the words of the
/// utterance under way.
struct Ears {
    var preRoll: PreRoll
    var ledger = TranscriptLedger()
    var stream: (any RecognitionStream)?
    var listener: Task<Void, Never>?
    /// Which stream events may come from.
    var generation = 0
    /// Audio goes to the recognizer.
    var isOpen = false
    /// Muted: audio goes nowhere, not even into the pre-roll.
    var isDeaf = false
    /// The end of what was sent, on the endpoint's 16 kHz clock.
    var sentUpTo: Int64 = 0
    /// Speech was sent that no `finalize` has settled yet.
    var owesFinalize = false
    var finalizeSentAt: MonotonicTime?
    var settledAt: MonotonicTime?
    /// When the newest frame ended, to see gaps.
    var heardUntil: MonotonicTime?

    init(settings: SessionSettings) {
        preRoll = PreRoll(milliseconds: max(settings.preRollMilliseconds, SpeechFormat.frameMilliseconds))
    }

    /// Other settings and another recognizer from the next utterance on.
    mutating func adopt(_ settings: SessionSettings) {
        hangUp()
        preRoll.resize(milliseconds: max(settings.preRollMilliseconds, SpeechFormat.frameMilliseconds))
    }

    mutating func hangUp() {
        stream?.close()
        forgetStream()
    }

    mutating func forgetStream() {
        listener?.cancel()
        listener = nil
        stream = nil
        generation += 1
        owesFinalize = false
        ledger.forgetStream()
    }
}

extension Session {
    /// Frames further apart than this end whatever was heard before the gap.
    private static let gapMilliseconds = 300.0

    // MARK: Frames

    func take(_ frame: CleanFrame) {
        guard !ears.isDeaf else { return }
        let start = frame.stamp.time
        let end = start.advanced(byMilliseconds: SpeechFormat.frameMilliseconds)
        endSpeechAtGap(before: start)
        ears.heardUntil = end
        ears.preRoll.append(frame)
        if ears.isOpen { send([frame]) }
        let event = endpointer.process(start: start, probabilityQ15: frame.speechProbabilityQ15)
        handle(.frame(end: end, lastVoiced: endpointer.lastVoiced))
        switch event {
        case .speechStarted(let onset): handle(.speechStarted(onset: onset))
        case .speechEnded(let end): handle(.speechEnded(end: end))
        case nil: break
        }
    }

    private func endSpeechAtGap(before start: MonotonicTime) {
        guard let heardUntil = ears.heardUntil, start.milliseconds(since: heardUntil) > Self.gapMilliseconds else { return }
        if endpointer.isSpeaking { handle(.speechEnded(end: endpointer.lastVoiced ?? heardUntil)) }
        endpointer.reset()
    }

    // MARK: Sending

    func openEars(from time: MonotonicTime, keepsWords: Bool) {
        let frames = ears.preRoll.frames(from: time, sample: keepsWords ? ears.sentUpTo : .min)
        if !keepsWords {
            let first = frames.first?.stamp.firstSample ?? ears.sentUpTo
            ears.ledger.begin(at: first, sentUpTo: ears.sentUpTo)
        }
        ears.isOpen = true
        ears.finalizeSentAt = nil
        ears.settledAt = nil
        send(frames)
    }

    /// Hands frames over, as runs without gaps.
    private func send(_ frames: [CleanFrame]) {
        guard let first = frames.first else { return }
        let stream = openStream()
        var start = first.stamp.firstSample
        var run: [Int16] = []
        for frame in frames {
            if start + Int64(run.count) != frame.stamp.firstSample {
                stream.hear(run, firstSample: start)
                start = frame.stamp.firstSample
                run.removeAll()
            }
            run += frame.samples
        }
        stream.hear(run, firstSample: start)
        ears.sentUpTo = start + Int64(run.count)
        ears.owesFinalize = ears.owesFinalize || frames.count > 1 || endpointer.isSpeaking
    }

    func finalize() {
        openStream().finalize()
        ears.ledger.finalizeSent(at: ears.sentUpTo)
        ears.owesFinalize = false
        ears.finalizeSentAt = timekeeper.now()
        ears.settledAt = nil
    }

    /// Ends the utterance. Speech that was not settled is settled now, so that it cannot run into the next one.
    func closeEars() {
        guard ears.isOpen else { return }
        if ears.owesFinalize, let stream = ears.stream {
            stream.finalize()
            ears.ledger.finalizeSent(at: ears.sentUpTo)
            ears.owesFinalize = false
        }
        ears.isOpen = false
    }

    func deafen() {
        ears.isOpen = false
        ears.isDeaf = true
        ears.hangUp()
        ears.preRoll.removeAll()
        ears.heardUntil = nil
        endpointer.reset()
    }

    // MARK: Results

    private func openStream() -> any RecognitionStream {
        if let stream = ears.stream { return stream }
        let stream = recognizer.open()
        ears.stream = stream
        ears.generation += 1
        let generation = ears.generation
        ears.listener = Task {
            for await event in stream.events {
                guard self.ears.generation == generation else { return }
                self.take(event)
            }
            if self.ears.generation == generation { self.take(.closed) }
        }
        return stream
    }

    private func take(_ event: RecognitionEvent) {
        switch event {
        case .opened: break
        case .interim(let transcript):
            if ears.ledger.take(interim: transcript) { tellWords() }
        case .settled(let transcript, let answersFinalize, _):
            if ears.ledger.take(settled: transcript, answersFinalize: answersFinalize) { tellWords() }
        case .failed(let failure):
            ears.forgetStream()
            handle(.recognizerFailed(failure))
        case .closed:
            // The next frame opens another; what was asked of this one will not be answered.
            ears.forgetStream()
            tellWords()
        }
    }

    private func tellWords() {
        guard ears.isOpen else { return }
        let text = ears.ledger.text
        let isSettled = ears.ledger.isSettled
        if isSettled, ears.finalizeSentAt != nil, ears.settledAt == nil { ears.settledAt = timekeeper.now() }
        if !isSettled, !text.isEmpty { note(.interim(text)) }
        handle(.words(text, isSettled: isSettled))
    }
}
