/// The whole chain, from the microphones to what the recognizer hears and whether somebody speaks.
///
///     microphones ─▶ gain, high-pass ─▶ echo cancellers ─▶ spectra, beam ─▶ suppressors ─▶ level control ─▶ recognizer
///                                         ▲                   │    ▲          ▲
///     far end ─▶ history, alignment ──────┘                   ▼    │ mask     │ mask
///                                                          network ┴──────────┘
///                                                             └─▶ probability, gated by what may still be echo ─▶ verdict
///
/// One frame of 160 samples per call, on one thread, with no allocation and no lock. Causal: later samples never change it.
///
/// For files (`linnet dsp aec`, `front-end`) feed the loudspeaker's file as the far end, 160 samples per call and offset 0;
/// the output stands `delaySamples` behind the microphones.
public struct FrontEnd: ~Copyable {
    /// The recognizer's sample n is the microphones' sample n - 160.
    public static var delaySamples: Int { SpectrumSynthesizer.delaySamples }

    private let configuration: Configuration
    private let input: MicrophoneInput
    var echo: EchoStage
    /// The one channel's analysis, or the beam and what it is made of.
    private var analyzer = SpectrumAnalyzer()
    private var spectra: ArraySpectra
    /// Own memory: a value that may be absent and is never copied cannot be read in place.
    private let beam: UnsafeMutablePointer<Beamformer>?
    private var spectrum = Spectrum()
    private var noise = NoiseEstimator()
    private var detector = VoiceDetector()
    private var noiseSuppressor: NoiseSuppressor
    private var synthesizer = SpectrumSynthesizer()
    private var gain = GainControl()
    /// For diagnosis, renewed every 0.16 s.
    private var noiseLevel: Int16 = 0
    private var frame: UInt8 = 0

    /// Planar, `input.channels` x 160.
    private let cleaned: FixedArray<Int16>
    private let cancelled: FixedArray<Int16>

    public init(_ configuration: Configuration) {
        precondition((1...8).contains(configuration.microphones) && (0...36).contains(configuration.microphoneGainDecibels))
        precondition(configuration.geometry.map { $0.positions.count == configuration.microphones } ?? true)
        self.configuration = configuration
        input = MicrophoneInput(
            microphones: configuration.microphones, averages: configuration.geometry == nil || !configuration.formsBeam,
            gainDecibels: configuration.microphoneGainDecibels, filtersRumble: configuration.filtersRumble)
        spectra = ArraySpectra(microphones: input.channels)
        if let geometry = configuration.geometry, input.channels > 1 {
            let place = UnsafeMutablePointer<Beamformer>.allocate(capacity: 1)
            place.initialize(to: Beamformer(geometry: geometry))
            beam = place
        } else {
            beam = nil
        }
        echo = EchoStage(microphones: input.channels, tailMilliseconds: configuration.echoTailMilliseconds)
        noiseSuppressor = NoiseSuppressor(floorDecibels: configuration.noiseFloorDecibels)
        cleaned = FixedArray(count: 160 * input.channels, repeating: 0)
        cancelled = FixedArray(count: 160 * input.channels, repeating: 0)
    }

    deinit {
        beam?.deinitialize(count: 1)
        beam?.deallocate()
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
        verdict.clippedSamples = input.process(microphones, into: cleaned.base)
        cancel(farEnd, farEndCount, farEndOffset)
        formSpectrum()
        if configuration.cancelsEcho { echo.judge(spectrum, noise, voiceProbabilityQ15: detector.probabilityQ15) }
        if !echo.isAudible { noise.process(spectrum.logPowerQ16) }
        verdict.nearEndQ15 = echo.nearEndQ15
        verdict.speechProbabilityQ15 = min(detector.process(spectrum, noise), verdict.nearEndQ15)
        beam?.pointee.learn(spectra, maskQ15: detector.maskQ15, isEcho: echo.isAudible)
        suppress(into: recognizerOutput)
        if configuration.controlsGain {
            gain.process(recognizerOutput, speechProbabilityQ15: verdict.speechProbabilityQ15)
        }
        describe(&verdict, output: recognizerOutput)
        return verdict
    }

    /// The first that is well.
    private var referenceMicrophone: Int { beam?.pointee.referenceMicrophone ?? 0 }

    /// `cancelled` from `cleaned`.
    @_noAllocation @_noLocks
    private mutating func cancel(_ farEnd: UnsafePointer<Int16>, _ farEndCount: Int, _ farEndOffset: FarEndOffset) {
        if configuration.cancelsEcho {
            echo.cancel(
                cleaned.base, farEnd: farEnd, farEndCount: farEndCount, farEndOffset: farEndOffset,
                reference: referenceMicrophone, into: cancelled.base)
        } else {
            echo.listen(farEnd: farEnd, farEndCount: farEndCount, farEndOffset: farEndOffset)
            copy(cleaned.base, to: cancelled.base, count: cleaned.count)
        }
    }

    /// `spectrum` from `cancelled`.
    @_noAllocation @_noLocks
    private mutating func formSpectrum() {
        guard input.channels > 1 else { return analyzer.process(cancelled.base, into: &spectrum) }
        spectra.process(cancelled.base)
        beam?.pointee.form(spectra, into: &spectrum)
        spectrum.measure()
    }

    /// The recognizer's samples, 160 behind `cancelled`.
    @_noAllocation @_noLocks
    private mutating func suppress(into output: UnsafeMutablePointer<Int16>) {
        if configuration.suppressesResidualEcho { echo.apply(to: &spectrum, noise) }
        if configuration.noiseFloorDecibels < 0 {
            // Comfort noise is noise too.
            if configuration.suppressesResidualEcho && echo.mayHoldEcho { spectrum.measure() }
            noiseSuppressor.process(spectrum, noise, detector)
            synthesizer.process(spectrum, gainsQ15: noiseSuppressor.gainsQ15, into: output)
        } else {
            synthesizer.process(spectrum, into: output)
        }
    }

    @_noAllocation @_noLocks
    private mutating func describe(_ verdict: inout Verdict, output: UnsafePointer<Int16>) {
        verdict.farEndActive = echo.farEndSounds
        verdict.driftPartsPerMillionQ8 = echo.driftPartsPerMillionQ8
        if let beam {
            verdict.directionDegrees = beam.pointee.directionDegrees
            verdict.directionConfidenceQ15 = beam.pointee.directionConfidenceQ15
            verdict.deafMicrophones = beam.pointee.deafMicrophones
        }
        verdict.stages.farEndLevel = FrontEndMeter.level(echo.alignedFarEnd)
        let reference = referenceMicrophone &* 160
        verdict.stages.microphoneLevel = FrontEndMeter.level(UnsafePointer(cleaned.base + reference))
        verdict.stages.cancelledLevel = FrontEndMeter.level(UnsafePointer(cancelled.base + reference))
        verdict.stages.outputLevel = FrontEndMeter.level(output)
        if frame & 15 == 0 { noiseLevel = noise.level() }
        frame &+= 1
        verdict.stages.noiseLevel = noiseLevel
        verdict.stages.echoReturnLossEnhancementDecibelsQ8 = echo.enhancementDecibelsQ8
        verdict.stages.echoDelayMilliseconds = echo.delayMilliseconds
        verdict.stages.gainDecibelsQ8 = configuration.controlsGain ? gain.gainDecibelsQ8 : 0
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
