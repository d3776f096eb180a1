/// Everything between the far end and the microphones: alignment, the canceller of all microphones, what it leaves.
///
///     far end ─▶ history, drift ─▶ spectra, shared ─┐
///     microphones ──────────────────────────────────┴▶ canceller ──▶ residuals ─▶ (array, beam) ─▶ `judge` ─▶ gains, near end
///
/// Per frame call `cancel`, then, with the spectrum of the beam made of the residuals, `judge`, then `apply`. All three sleep
/// while there is no far end.
public struct EchoStage: ~Copyable {
    var history = FarEndHistory()
    private var spectra: FarEndSpectra
    var canceller: EchoCanceller
    var residualEcho = EchoResidual()
    private var suppressor = EchoSuppressor()
    private var meter = FrontEndMeter()
    var bulkDelay: BulkDelay
    /// Frames until what the canceller left has died away in the detector's memory too.
    private var echoFrames = 0
    private var reference = 0
    private let far = FixedArray<Int16>(count: 160, repeating: 0)

    /// - Parameters:
    ///   - microphones: 1...8.
    ///   - tailMilliseconds: how long an echo can last behind its bulk delay: a multiple of 20 in 20...320.
    public init(microphones: Int, tailMilliseconds: Int) {
        spectra = FarEndSpectra(tailMilliseconds: tailMilliseconds)
        bulkDelay = BulkDelay(tailMilliseconds: tailMilliseconds)
        canceller = EchoCanceller(tailMilliseconds: tailMilliseconds, microphones: microphones)
    }

    /// Whether something that the loudspeaker played can still echo within the canceller's reach.
    public var isAwake: Bool { spectra.isAwake }
    /// Whether the loudspeaker sounded within the last 100 ms.
    public var farEndSounds: Bool { spectra.isSounding }
    /// Whether the canceller was awake within the last half second: a detector's memory of an echo outlasts the echo.
    public var mayHoldEcho: Bool { echoFrames > 0 }
    /// Whether echo is expected to stand above the noise in the newest frame, so that it must not be learned as noise.
    public var isAudible: Bool { mayHoldEcho && residualEcho.isAudible }
    /// Whether the frame holds more than echo and noise, 0...32767 = 0...1; 32767 when nothing can echo.
    public var nearEndQ15: Int16 { mayHoldEcho ? residualEcho.nearEndQ15 : .max }
    /// Echo return loss enhancement of the reference microphone by the canceller alone, dB in Q8, over the frames with a far end.
    public var enhancementDecibelsQ8: Int16 { meter.enhancementDecibelsQ8() }
    /// How fast the loudspeaker's clock runs against the microphones', parts per million in Q8.
    public var driftPartsPerMillionQ8: Int32 { history.driftPartsPerMillionQ8 }
    /// From the loudspeaker's converter to the beginning of the echo, ms in steps of 10; -1 as long as it is not known.
    public var delayMilliseconds: Int16 { Int16(truncatingIfNeeded: bulkDelay.echoFrames < 0 ? -1 : 10 &* bulkDelay.echoFrames) }
    /// The far end of this frame, aligned to the microphones; 160 samples.
    public var alignedFarEnd: UnsafePointer<Int16> { UnsafePointer(far.base) }

    /// Only follows the far end, for `farEndSounds` and the clocks: what a front end without a canceller still wants to know.
    @_noAllocation @_noLocks
    public mutating func listen(farEnd: UnsafePointer<Int16>, farEndCount: Int, farEndOffset: FarEndOffset) {
        history.process(played: farEnd, count: farEndCount, offset: farEndOffset, into: far.base)
        spectra.process(far.base)
    }

    /// Takes the echo out of one frame of all microphones.
    ///
    /// - Parameters:
    ///   - planar: `microphones` x 160 samples.
    ///   - farEnd: the samples newly played since the last call, on the loudspeaker's clock at nominal 16 kHz.
    ///   - farEndCount: 0...1600.
    ///   - farEndOffset: where the frame's first sample stands on the loudspeaker's clock, counted from `farEnd[0]`.
    ///   - reference: the microphone by which residual echo is judged; one that is well.
    ///   - residuals: receives `microphones` x 160 samples; no delay. Must not be `planar`.
    @_noAllocation @_noLocks
    public mutating func cancel(
        _ planar: UnsafePointer<Int16>, farEnd: UnsafePointer<Int16>, farEndCount: Int, farEndOffset: FarEndOffset,
        reference: Int = 0, into residuals: UnsafeMutablePointer<Int16>
    ) {
        history.process(played: farEnd, count: farEndCount, offset: farEndOffset, into: far.base)
        spectra.process(far.base)
        if spectra.isAwake { followDelay(planar + reference &* 160, reference) }
        canceller.process(planar, far: spectra, reference: reference, into: residuals)
        echoFrames = spectra.isAwake ? 50 : max(echoFrames &- 1, 0)
        self.reference = reference
        guard mayHoldEcho else { return }
        let (heard, left) = (planar + reference &* 160, residuals + reference &* 160)
        if spectra.isSounding {
            meter.note(microphone: FrontEndMeter.energy(heard), residual: FrontEndMeter.energy(left))
        }
    }

    /// Lets the far end lag by more or less when the echo stands outside of the canceller's reach.
    @_noAllocation @_noLocks
    private mutating func followDelay(_ microphone: UnsafePointer<Int16>, _ reference: Int) {
        bulkDelay.process(
            farEnd: far.base, microphone: microphone, enhancementDecibelsQ8: meter.enhancementDecibelsQ8(),
            isPathSuspect: canceller.isPathSuspect(microphone: reference))
        guard history.bulkDelaySamples != bulkDelay.samples else { return }
        // What was learned lies elsewhere now; and it cancelled nothing, or the far end would have stayed.
        history.bulkDelaySamples = bulkDelay.samples
        canceller.reset()
    }

    /// Compares what is left with what can be left: renews `nearEndQ15`, `isAudible` and what `apply` does.
    ///
    /// - Parameters:
    ///   - beam: the frame's spectrum, made of the residuals.
    ///   - noise: the noise in it.
    ///   - voiceProbabilityQ15: the detector's, of the beam's frame before, 0...32767.
    @_noAllocation @_noLocks
    public mutating func judge(_ beam: borrowing Spectrum, _ noise: borrowing NoiseEstimator, voiceProbabilityQ15: Int16) {
        guard mayHoldEcho else { return residualEcho.sleep() }
        residualEcho.process(
            echoPower: canceller.echoPower(reference: reference), residualSpectrum: beam,
            expectedMisalignment: canceller.expectedMisalignment,
            isPathSuspect: canceller.isPathSuspect(microphone: reference), noiseEstimator: noise,
            voiceProbabilityQ15: voiceProbabilityQ15)
        suppressor.process(residualEcho)
    }

    /// Takes the residual echo out of the frame that was judged; the noise that goes with it is made up for.
    @_noAllocation @_noLocks
    public mutating func apply(to beam: inout Spectrum, _ noise: borrowing NoiseEstimator) {
        guard mayHoldEcho else { return }
        suppressor.apply(to: &beam, noise)
    }
}
