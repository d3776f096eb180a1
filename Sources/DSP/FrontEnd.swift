/// The whole chain, from the microphones to what the recognizer hears and whether somebody speaks.
///
///     microphones ─▶ average ─▶ high-pass ─▶ echo canceller ─▶ spectrum ─▶ residual echo and noise suppressor ─▶ recognizer
///                                              ▲                  └─▶ detector, gated by what may still be echo ─▶ verdict
///     far end ─▶ history, alignment ─▶ spectra ┘
///
/// One frame of 160 samples per call, on one thread, with no allocation and no lock. Causal: later samples never change it.
///
/// For files (`linnet dsp aec`, `front-end`) feed the loudspeaker's file as the far end, 160 samples per call and offset 0;
/// the output stands `delaySamples` behind the microphones.
public struct FrontEnd: ~Copyable {
    /// The recognizer's sample n is the microphones' sample n - 160.
    public static var delaySamples: Int { SpectrumSynthesizer.delaySamples }

    private let configuration: Configuration
    private let mixer: FrontEndMixer
    private var highPass = HighPass()
    private var history = FarEndHistory()
    private var farSpectra: FarEndSpectra
    private var canceller: EchoCanceller
    private var analyzer = SpectrumAnalyzer()
    private var spectrum = Spectrum()
    private var synthesizer = SpectrumSynthesizer()
    private var noise = NoiseEstimator()
    private var residualEcho = EchoResidual()
    private var noiseSuppressor: NoiseSuppressor
    private var echoSuppressor = EchoSuppressor()
    private var detector = VoiceDetector()
    private var meter = FrontEndMeter()
    private var echoFrames = 0

    private let far = FixedArray<Int16>(count: 160, repeating: 0)
    private let microphone = FixedArray<Int16>(count: 160, repeating: 0)
    private let residual = FixedArray<Int16>(count: 160, repeating: 0)
    private let echo = FixedArray<Int16>(count: 160, repeating: 0)
    private let gains = FixedArray<Int32>(count: 257, repeating: 32_768)

    public init(_ configuration: Configuration) {
        precondition((1...8).contains(configuration.microphones) && (0...36).contains(configuration.microphoneGainDecibels))
        self.configuration = configuration
        mixer = FrontEndMixer(microphones: configuration.microphones, gainDecibels: configuration.microphoneGainDecibels)
        farSpectra = FarEndSpectra(tailMilliseconds: configuration.echoTailMilliseconds)
        canceller = EchoCanceller(tailMilliseconds: configuration.echoTailMilliseconds)
        noiseSuppressor = NoiseSuppressor(floorDecibels: configuration.noiseFloorDecibels)
    }

    /// One frame.
    ///
    /// - Parameters:
    ///   - microphones: planar, `microphones` x 160 samples at 16 kHz.
    ///   - farEnd: the samples newly played since the last call, on the loudspeaker's clock at nominal 16 kHz.
    ///   - farEndCount: 0...1600, usually about 160.
    ///   - farEndOffset: where `microphones[0]` stands on the loudspeaker's clock, counted from `farEnd[0]` of this call; may be
    ///     negative or beyond `farEndCount`. Interpolation needs eight samples beyond the frame's last; missing ones are silence.
    ///   - recognizerOutput: receives 160 samples.
    @_noAllocation @_noLocks
    public mutating func process(
        microphones: UnsafePointer<Int16>, farEnd: UnsafePointer<Int16>, farEndCount: Int, farEndOffset: FarEndOffset,
        recognizerOutput: UnsafeMutablePointer<Int16>
    ) -> Verdict {
        var verdict = Verdict()
        verdict.clippedSamples = mixer.process(microphones, into: microphone.base)
        if configuration.filtersRumble { highPass.process(microphone.base, into: microphone.base) }
        history.process(played: farEnd, count: farEndCount, offset: farEndOffset, into: far.base)
        farSpectra.process(far.base)
        cancel()
        analyzer.process(residual.base, into: &spectrum)
        let mayEcho = mayHoldEcho()
        if mayEcho { judgeResidual() }
        if !(mayEcho && residualEcho.isAudible) { noise.process(spectrum.logPowerQ16) }
        suppress(mayEcho: mayEcho, into: recognizerOutput)
        verdict.nearEndQ15 = mayEcho ? residualEcho.nearEndQ15 : .max
        verdict.speechProbabilityQ15 = min(detector.process(spectrum, noise), verdict.nearEndQ15)
        describe(&verdict, output: recognizerOutput)
        return verdict
    }

    /// Whether the canceller was awake within the last half second: the detector's memory of an echo outlasts the echo.
    @_noAllocation @_noLocks
    private mutating func mayHoldEcho() -> Bool {
        echoFrames = farSpectra.isAwake ? 50 : max(echoFrames &- 1, 0)
        return configuration.cancelsEcho && echoFrames > 0
    }

    /// `residual` from `microphone`.
    @_noAllocation @_noLocks
    private mutating func cancel() {
        guard configuration.cancelsEcho else { return copy(microphone.base, to: residual.base, count: 160) }
        canceller.process(microphone.base, far: farSpectra, into: residual.base)
    }

    @_noAllocation @_noLocks
    private mutating func judgeResidual() {
        for n in 0..<160 {
            echo.base[n] = saturatedInt16(Int32(microphone.base[n]) &- Int32(residual.base[n]))
        }
        residualEcho.process(
            echoEstimate: echo.base, residualSpectrum: spectrum, expectedMisalignment: canceller.expectedMisalignment,
            isPathSuspect: canceller.isPathSuspect, noiseEstimator: noise)
    }

    /// The recognizer's samples, 160 behind `residual`.
    @_noAllocation @_noLocks
    private mutating func suppress(mayEcho: Bool, into output: UnsafeMutablePointer<Int16>) {
        if mayEcho && configuration.suppressesResidualEcho {
            echoSuppressor.process(residualEcho)
        } else {
            echoSuppressor.open()
        }
        copy(echoSuppressor.gainsQ15, to: gains.base, count: 257)
        if configuration.noiseFloorDecibels < 0 {
            noiseSuppressor.process(spectrum, noise)
            for k in 0..<257 {
                gains.base[k] = (gains.base[k] &* (noiseSuppressor.gainsQ15[k] &>> 1)) &>> 14
            }
        }
        synthesizer.process(spectrum, gainsQ15: UnsafePointer(gains.base), into: output)
    }

    @_noAllocation @_noLocks
    private mutating func describe(_ verdict: inout Verdict, output: UnsafePointer<Int16>) {
        let microphoneEnergy = FrontEndMeter.energy(microphone.base)
        if farSpectra.isSounding {
            meter.note(microphone: microphoneEnergy, residual: FrontEndMeter.energy(residual.base))
        }
        verdict.farEndActive = farSpectra.isSounding
        verdict.stages.farEndLevel = FrontEndMeter.level(ofEnergy: FrontEndMeter.energy(far.base))
        verdict.stages.microphoneLevel = FrontEndMeter.level(ofEnergy: microphoneEnergy)
        verdict.stages.outputLevel = FrontEndMeter.level(ofEnergy: FrontEndMeter.energy(output))
        verdict.stages.noiseLevel = noise.level()
        verdict.stages.echoReturnLossEnhancementDecibelsQ8 = meter.enhancementDecibelsQ8()
        verdict.driftPartsPerMillionQ8 = history.driftPartsPerMillionQ8
    }
}

extension NoiseEstimator {
    /// Root mean square of the noise, sample steps.
    @_noAllocation @_noLocks
    func level() -> Int16 {
        var power: Int64 = 0
        for bin in 1..<256 {
            power &+= Int64(Log2.power(logNoiseQ16[bin]))
        }
        // Two halves of the spectrum over 512 bins, under a window whose squares sum to 256.
        return saturatedInt16(Int64(squareRoot(UInt64(bitPattern: power &>> 16))))
    }
}
