import Audio
import CPlatform
import DSP
import Hardware

/// What the front end's thread does with one block of the microphones: input stage, far end on the microphones' time,
/// front end, one clean frame, one step of the reflex. Owns all its memory; never allocates, locks or waits.
struct FrontEndChain: ~Copyable {
    /// A frame later than this after its last sample was captured is counted as late.
    private static let lateNanoseconds: Int64 = 20_000_000
    /// The aligned far end runs ahead of what the stamps say by 1 ms (16 samples), so that an echo path which they
    /// make too short stays causal.
    private static let leadSamples = 16.0
    /// Beyond the microphones' time the front end's interpolation wants a little more (2 ms).
    private static let lookaheadMilliseconds = 2

    private let captureRateHz: Int
    private let playbackRateHz: Int
    /// From the microphones' clock, at 16 kHz, to the endpoint's.
    private let clockOffset: Int64
    private var inputStage: InputStage
    private var frontEnd: FrontEnd
    private var farEnd: FarEndFeed
    private var relation: ClockRelation
    private var reflex = ReflexMachine()
    private let block: UnsafeMutablePointer<Int32>
    private let microphones: UnsafeMutablePointer<Int16>
    private let far: UnsafeMutablePointer<Int16>
    private let clean: UnsafeMutablePointer<Int16>

    // Uncounted references, because counting can lock: whoever owns the chain keeps their objects alive.
    private let captureRing: Unmanaged<StampedRing>
    private let controls: Unmanaged<PlaybackControls>
    private let frames: Unmanaged<CleanFrameRing>
    private let lever: Unmanaged<ReflexLever>
    private let gauges: Unmanaged<FrontEndGauges>
    private let snapshot: Unmanaged<EchoPathSnapshot>

    /// Capture, playback and front end must agree: a channel map within the device's channels, rates that `DSP` knows.
    init(
        capture: any MicrophoneCapture, playback: any LoudspeakerPlayback, settings: BoxEndpointSettings, lever: ReflexLever,
        frames: CleanFrameRing, gauges: FrontEndGauges, snapshot: EchoPathSnapshot, frontEnd: consuming FrontEnd,
        clockOffset: Int64
    ) {
        self.clockOffset = clockOffset
        let map = settings.microphoneChannels
        guard let stage = InputStage(rateHz: capture.format.rateHz, channels: capture.format.channels, channelMap: map),
            let feed = FarEndFeed(ring: playback.farEnd, rateHz: playback.format.rateHz)
        else { preconditionFailure("capture, playback and the front end agree on formats before they are joined") }
        captureRateHz = capture.format.rateHz
        playbackRateHz = playback.format.rateHz
        inputStage = stage
        farEnd = feed
        self.frontEnd = frontEnd
        relation = ClockRelation(microphoneRateHz: captureRateHz, loudspeakerRateHz: playbackRateHz)
        captureRing = .passUnretained(capture.ring)
        controls = .passUnretained(playback.controls)
        self.frames = .passUnretained(frames)
        self.lever = .passUnretained(lever)
        self.gauges = .passUnretained(gauges)
        self.snapshot = .passUnretained(snapshot)
        block = Self.zeroed(capture.ring.samplesPerBlock)
        microphones = Self.zeroed(map.count * SpeechFormat.frameSamples)
        far = Self.zeroed(FarEndFeed.outputCapacity)
        clean = Self.zeroed(SpeechFormat.frameSamples)
    }

    deinit {
        block.deallocate()
        microphones.deallocate()
        far.deallocate()
        clean.deallocate()
    }

    private static func zeroed<Sample: FixedWidthInteger>(_ count: Int) -> UnsafeMutablePointer<Sample> {
        let samples = UnsafeMutablePointer<Sample>.allocate(capacity: count)
        samples.initialize(repeating: 0, count: count)
        return samples
    }

    /// One block of the microphones through the whole chain; false when none waits.
    @_noAllocation @_noLocks
    mutating func processBlock() -> Bool {
        let target = block
        guard let stamp = captureRing._withUnsafeGuaranteedRef({ $0.read(into: target) }) else { return false }
        gauges._withUnsafeGuaranteedRef { $0.noteBlock() }
        relation.noteMicrophone(stamp, frames: inputStage.blockFrames)
        inputStage.process(UnsafePointer(block), into: microphones)
        farEnd.gather(into: &relation)
        let offset = placeFarEnd(stamp)
        let verdict = frontEnd.process(
            microphones: UnsafePointer(microphones), farEnd: UnsafePointer(far), farEndCount: offset.count,
            farEndOffset: offset.offset, recognizerOutput: clean)
        publish(stamp, verdict)
        if snapshot._withUnsafeGuaranteedRef({ $0.isAsked }) { copyEchoPath() }
        return true
    }

    /// Into the snapshot. On the front end's thread, or when that has ended.
    @_noAllocation @_noLocks
    func copyEchoPath() {
        frontEnd.saveEchoPath(into: snapshot._withUnsafeGuaranteedRef { $0.bytes })
        snapshot._withUnsafeGuaranteedRef { $0.answer() }
    }

    private struct PlacedFarEnd {
        var count: Int
        var offset: FarEndOffset
    }

    /// Feeds the far end on to the microphones' time, and says where their first sample stands on it.
    @_noAllocation @_noLocks
    private mutating func placeFarEnd(_ stamp: FrameStamp) -> PlacedFarEnd {
        guard relation.isSet else {
            for i in 0..<SpeechFormat.frameSamples { far[i] = 0 }
            return PlacedFarEnd(count: SpeechFormat.frameSamples, offset: FarEndOffset(samples: 0, fractionQ15: 0))
        }
        let position = relation.position(ofMicrophone: Double(stamp.firstSample) - Double(inputStage.delayFrames))
        let lead = Self.leadSamples * Double(playbackRateHz) / Double(SpeechFormat.rateHz)
        let ahead = Double(playbackRateHz / 100 + playbackRateHz * Self.lookaheadMilliseconds / 1000) + lead
        let count = farEnd.feed(upTo: Int64(position + ahead), into: far)
        let distance = farEnd.distance(to: position + lead) + Double(count)
        let drift = relation.driftPartsPerMillion
        gauges._withUnsafeGuaranteedRef { $0.noteDrift(partsPerMillion: drift) }
        return PlacedFarEnd(count: count, offset: FarEndOffset(distance))
    }

    @_noAllocation @_noLocks
    private mutating func publish(_ stamp: FrameStamp, _ verdict: FrontEnd.Verdict) {
        let delay = inputStage.delayFrames + FrontEnd.delaySamples * captureRateHz / SpeechFormat.rateHz
        let first = clockOffset + (stamp.firstSample - Int64(delay)) * Int64(SpeechFormat.rateHz) / Int64(captureRateHz)
        let time = relation.time(ofMicrophone: Double(stamp.firstSample - Int64(delay)))
        let isLate = ln_monotonic_ns() - stamp.time.nanoseconds > 10_000_000 + Self.lateNanoseconds
        actOnReflex(frame: time, verdict)
        let samples = UnsafePointer(clean)
        let wasTaken = frames._withUnsafeGuaranteedRef {
            $0.push(
                stamp: FrameStamp(firstSample: first, time: time), samples: samples,
                speechProbabilityQ15: verdict.speechProbabilityQ15, farEndActive: verdict.farEndActive)
        }
        gauges._withUnsafeGuaranteedRef {
            $0.note(verdict, isLate: isLate, isDropped: !wasTaken)
            $0.noteEnd(
                sample: first + Int64(SpeechFormat.frameSamples),
                time: time.advanced(byMilliseconds: SpeechFormat.frameMilliseconds))
        }
    }

    /// The reflex counts frames by the instants at which they began.
    @_noAllocation @_noLocks
    private mutating func actOnReflex(frame time: MonotonicTime, _ verdict: FrontEnd.Verdict) {
        let replySounds = controls._withUnsafeGuaranteedRef { $0.replySounds }
        let limits = lever._withUnsafeGuaranteedRef { $0.limits }
        let action = reflex.step(
            frame: time.nanoseconds, probabilityQ15: verdict.speechProbabilityQ15, replySounds: replySounds, limits: limits)
        switch action {
        case .duck(let start): command(.reflexDuck, speechStart: start)
        case .pause(let start): command(.reflexPause, speechStart: start)
        case .unduck: controls._withUnsafeGuaranteedRef { $0.post(.reflexUnduck) }
        case nil: break
        }
    }

    @_noAllocation @_noLocks
    private mutating func command(_ command: PlaybackCommand, speechStart: Int64) {
        lever._withUnsafeGuaranteedRef { $0.setSpeechStart(speechStart) }
        controls._withUnsafeGuaranteedRef { $0.post(command) }
    }
}
