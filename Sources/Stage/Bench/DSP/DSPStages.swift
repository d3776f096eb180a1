#if canImport(DSP)
    import DSP
#endif

// This file and `DSPScene.swift` are compiled twice: here, and into the bare AArch64 program of `scripts/dsp-bench.sh`, where the
// stages are one module with them. Embedded Swift, therefore: no strings, no existentials.

/// What `linnet bench dsp` counts: the stages in the order in which a frame passes them, then the whole.
package enum DSPStage: Int, CaseIterable {
    // One microphone, tail of `DSPStages.tailMilliseconds`.
    case highPass, cancelEcho, analyse, estimateNoise, detectVoice, judgeEcho, suppressNoise, suppressNoiseByNetworks,
        synthesize, controlGain
    // The whole front end.
    case fourMicrophones, fourMicrophonesIdle, oneMicrophone, oneMicrophoneIdle

    /// Whether the loudspeaker is silent.
    var isIdle: Bool { self == .fourMicrophonesIdle || self == .oneMicrophoneIdle }
    /// Whether it is a stage by itself.
    var isPart: Bool { rawValue < DSPStage.fourMicrophones.rawValue }
}

/// Whoever counts: runs a stage once and notes what it took.
class DSPCounter {
    func count(_ stage: DSPStage, of stages: DSPStages) { stages.perform(stage) }
}

/// All stages at work on the frames of a scene, and four front ends beside them.
final class DSPStages {
    /// The issue asks for 128 ms; tails are multiples of 20.
    static var tailMilliseconds: Int { 140 }

    private let talk: DSPScene
    private let idle: DSPScene
    private var highPass = HighPass()
    private var echo = EchoStage(microphones: 1, tailMilliseconds: DSPStages.tailMilliseconds)
    private var analyzer = SpectrumAnalyzer()
    private var spectrum = Spectrum()
    private var noise = NoiseEstimator()
    private var detector = VoiceDetector()
    private var suppressor = NoiseSuppressor()
    private var networkSuppressor = NoiseSuppressor()
    private var synthesizer = SpectrumSynthesizer()
    private var gain = GainControl()
    private var probabilityQ15: Int16 = 0
    private var fourMicrophones = FrontEnd(DSPStages.configuration(microphones: 4))
    private var fourMicrophonesIdle = FrontEnd(DSPStages.configuration(microphones: 4))
    private var oneMicrophone = FrontEnd(DSPStages.configuration(microphones: 1))
    private var oneMicrophoneIdle = FrontEnd(DSPStages.configuration(microphones: 1))
    private let samples = FixedArray<Int16>(count: 160, repeating: 0)
    private let residual = FixedArray<Int16>(count: 160, repeating: 0)
    private let output = FixedArray<Int16>(count: 160, repeating: 0)

    /// - Parameters:
    ///   - talk: a scene with a far end.
    ///   - idle: one without.
    init(talk: DSPScene, idle: DSPScene) {
        self.talk = talk
        self.idle = idle
    }

    private static func configuration(microphones: Int) -> FrontEnd.Configuration {
        var configuration = FrontEnd.Configuration(microphones: microphones)
        if microphones == 4 { configuration.geometry = .circular4 }
        return configuration
    }

    /// Frames [0, warmUp) through every stage, then `counted` more, each stage by way of the counter.
    func run(warmUp: Int, counted: Int, _ counter: DSPCounter) {
        let none = DSPCounter()
        for frame in 0..<warmUp + counted {
            talk.load(frame)
            idle.load(frame)
            for stage in DSPStage.allCases {
                (frame < warmUp ? none : counter).count(stage, of: self)
            }
        }
    }

    /// One frame through one stage.
    func perform(_ stage: DSPStage) {
        switch stage {
        case .highPass: highPass.process(talk.microphones, into: samples.base)
        case .cancelEcho: cancelEcho()
        case .analyse: analyzer.process(UnsafePointer(residual.base), into: &spectrum)
        case .estimateNoise: noise.process(spectrum.logPowerQ16)  // the front end leaves it out while echo is audible
        case .detectVoice: probabilityQ15 = detector.process(spectrum, noise)
        case .judgeEcho: judgeEcho()
        case .suppressNoise: suppressor.process(spectrum, noise)
        case .suppressNoiseByNetworks: networkSuppressor.process(spectrum, noise, detector)
        case .synthesize: synthesizer.process(spectrum, gainsQ15: networkSuppressor.gainsQ15, into: output.base)
        case .controlGain: gain.process(output.base, speechProbabilityQ15: probabilityQ15)
        case .fourMicrophones: process(&fourMicrophones, talk)
        case .fourMicrophonesIdle: process(&fourMicrophonesIdle, idle)
        case .oneMicrophone: process(&oneMicrophone, talk)
        case .oneMicrophoneIdle: process(&oneMicrophoneIdle, idle)
        }
    }

    private func cancelEcho() {
        echo.cancel(
            UnsafePointer(samples.base), farEnd: talk.farEnd, farEndCount: 160,
            farEndOffset: FarEndOffset(samples: 0, fractionQ15: 0), into: residual.base)
    }

    private func judgeEcho() {
        echo.judge(spectrum, noise, voiceProbabilityQ15: probabilityQ15)
        echo.apply(to: &spectrum, noise)
    }

    private func process(_ frontEnd: inout FrontEnd, _ scene: DSPScene) {
        _ = frontEnd.process(
            microphones: scene.microphones, farEnd: scene.farEnd, farEndCount: 160,
            farEndOffset: FarEndOffset(samples: 0, fractionQ15: 0), recognizerOutput: output.base)
    }
}
