/// The endpoint's own reaction to speech over a reply, as a pure value: one step per 10 ms frame.
///
/// Speech is a run of frames at or above `speechQ15`; it ends after `hangoverMilliseconds` of frames below. Only
/// frames that fell on a sounding reply count towards ducking and pausing, but the run's start is where the speech
/// really began.
package struct ReflexMachine: Sendable {
    /// What the reflex does to the reply.
    package enum Action: Sendable, Equatable {
        /// `speechStart` is the index of the first frame of the speech, as counted by the caller.
        case duck(speechStart: Int64)
        case pause(speechStart: Int64)
        case unduck
    }

    /// When to act, in milliseconds of speech over the reply.
    package struct Limits: Sendable, Equatable {
        package var duckAfterMilliseconds: Int
        package var pauseAfterMilliseconds: Int

        package init(duckAfterMilliseconds: Int, pauseAfterMilliseconds: Int) {
            self.duckAfterMilliseconds = duckAfterMilliseconds
            self.pauseAfterMilliseconds = pauseAfterMilliseconds
        }
    }

    /// Speech from this probability on (0...32767).
    package static let speechQ15: Int16 = 16_384
    /// How long the probability may stay below before the speech is over: the closure of a stop consonant, not a word gap.
    package static let hangoverMilliseconds = 100

    private var speechStart: Int64 = 0
    private var speechMilliseconds = 0
    private var quietMilliseconds = 0
    private var inSpeech = false
    private var phase = Phase.calm

    private enum Phase { case calm, ducked, paused }

    package init() {}

    /// Takes one frame.
    /// - Parameters:
    ///   - frame: the frame's index on the caller's clock.
    ///   - limits: nil while the reflex is off; a duck that stands then is lifted.
    @_noAllocation @_noLocks
    package mutating func step(frame: Int64, probabilityQ15: Int16, replySounds: Bool, limits: Limits?) -> Action? {
        followSpeech(frame: frame, isSpeech: probabilityQ15 >= Self.speechQ15, counts: replySounds && limits != nil)
        guard let limits else { return calmDown() }
        if !replySounds, phase == .paused { phase = .calm }
        guard replySounds else { return calmDown() }
        if !inSpeech { return phase == .ducked ? calmDown() : nil }
        if phase != .paused, speechMilliseconds >= limits.pauseAfterMilliseconds {
            phase = .paused
            speechMilliseconds = 0
            return .pause(speechStart: speechStart)
        }
        if phase == .calm, speechMilliseconds >= limits.duckAfterMilliseconds {
            phase = .ducked
            return .duck(speechStart: speechStart)
        }
        return nil
    }

    @_noAllocation @_noLocks
    private mutating func followSpeech(frame: Int64, isSpeech: Bool, counts: Bool) {
        if isSpeech {
            if !inSpeech {
                inSpeech = true
                speechStart = frame
                speechMilliseconds = 0
            }
            quietMilliseconds = 0
            speechMilliseconds = counts ? speechMilliseconds + 10 : 0
        } else if inSpeech {
            quietMilliseconds += 10
            inSpeech = quietMilliseconds < Self.hangoverMilliseconds
            if !inSpeech { speechMilliseconds = 0 }
        }
    }

    @_noAllocation @_noLocks
    private mutating func calmDown() -> Action? {
        let wasDucked = phase == .ducked
        if phase == .ducked { phase = .calm }
        return wasDucked ? .unduck : nil
    }
}
