extension FrontEnd {
    /// What a front end is made for, and which of its stages run. Everything else it finds out by itself.
    public struct Configuration: Sendable, Equatable {
        /// Channels of `process`'s microphones: 1...8.
        public var microphones: Int
        /// Where they stand; nil when unknown: then they are averaged. Must have `microphones` positions.
        public var geometry: ArrayGeometry?
        /// Digital gain on every microphone before anything else, dB: 0...36. Saturates.
        public var microphoneGainDecibels = 0
        /// The 80 Hz high-pass.
        public var filtersRumble = true
        /// The adaptive echo canceller. Without it the far end is ignored but for `Verdict.farEndActive`.
        public var cancelsEcho = true
        /// The suppression of what the canceller leaves.
        public var suppressesResidualEcho = true
        /// The beam towards the talker; without it, or without a geometry, the microphones are averaged.
        public var formsBeam = true
        /// The most that the noise suppressor takes away from what the recognizer hears, dB of gain: -40...0; 0 leaves it out.
        ///
        /// 0, because no floor is proven to help a neural recognizer: over 2804 words in noise (0 to 15 dB) -3, -6 and -20 dB differ
        /// from 0 by no more than chance (`docs/dsp.md`). Detection never depends on it.
        public var noiseFloorDecibels = 0
        /// The level control behind everything, to -20 dB full scale of active speech.
        public var controlsGain = true
        /// How long an echo can last, from the loudspeaker's converter to the microphones', ms: a multiple of 20 in 20...320.
        public var echoTailMilliseconds = 200

        public init(microphones: Int) {
            self.microphones = microphones
        }
    }

    /// What the front end found in one frame.
    public struct Verdict: Sendable, Equatable {
        /// Probability that a person speaks near the microphones, 0...32767 = 0...1. The assistant's own voice does not count.
        public var speechProbabilityQ15: Int16 = 0
        /// Whether the loudspeaker sounded within the last 100 ms.
        public var farEndActive = false
        /// How sure the front end is that the residual is more than echo and noise, 0...32767; 32767 without a far end.
        public var nearEndQ15: Int16 = 0
        /// Where the talker is, degrees counter-clockwise from the array's x axis, 0...359 (0...180 on a line); -1 when unknown.
        public var directionDegrees: Int16 = -1
        /// How sure the direction is, 0...32767.
        public var directionConfidenceQ15: Int16 = 0
        /// The microphones that are left out because they are dead or deaf: bit n is channel n.
        public var deafMicrophones: UInt8 = 0
        /// Microphone samples at full scale in this frame, all channels.
        public var clippedSamples: Int16 = 0
        /// How fast the loudspeaker's clock runs against the microphones', parts per million in Q8.
        public var driftPartsPerMillionQ8: Int32 = 0
        public var stages = StageFigures()

        public init() {}
    }

    /// What each stage did to the frame, for diagnosis. Levels are root mean squares in sample steps.
    public struct StageFigures: Sendable, Equatable {
        /// Of the aligned far end.
        public var farEndLevel: Int16 = 0
        /// Of the reference microphone (the first that is well, or their average), behind gain and high-pass.
        public var microphoneLevel: Int16 = 0
        /// Of that microphone behind the canceller.
        public var cancelledLevel: Int16 = 0
        /// Of the noise behind canceller and beam.
        public var noiseLevel: Int16 = 0
        /// Of what the recognizer gets.
        public var outputLevel: Int16 = 0
        /// Echo return loss enhancement by the canceller alone, dB in Q8, smoothed over the frames where the far end sounds.
        public var echoReturnLossEnhancementDecibelsQ8: Int16 = 0
        /// From the loudspeaker's converter to the beginning of its echo at the microphones, ms in steps of 10; -1 as long as it is not known.
        public var echoDelayMilliseconds: Int16 = -1
        /// What the level control adds, dB in Q8.
        public var gainDecibelsQ8: Int16 = 0

        public init() {}
    }
}
