import Audio

/// The program that `linnet bench dsp` runs under callgrind: every stage at work on a scene, each by way of a C function of its
/// own, whose inclusive cost callgrind gives.
public enum DSPStageProgram {
    /// Callgrind collects while a function of this name is on the stack.
    static let counted = "linnet_dsp_*"

    /// - Parameters:
    ///   - talk, idle: WAV files of `DSPScene.channels` channels.
    ///   - warmUp: frames before anything is counted.
    ///   - frames: frames that count.
    public static func run(talk: String, idle: String, warmUp: Int, frames: Int) throws {
        let (talk, idle) = (try WAVFile.read(path: talk), try WAVFile.read(path: idle))
        talk.samples.withUnsafeBufferPointer { talk in
            idle.samples.withUnsafeBufferPointer { idle in
                guard let talk = scene(talk), let idle = scene(idle) else { return }
                DSPStages(talk: talk, idle: idle).run(warmUp: warmUp, counted: frames, CallgrindCounter())
            }
        }
    }

    private static func scene(_ samples: UnsafeBufferPointer<Int16>) -> DSPScene? {
        let frames = samples.count / (160 * DSPScene.channels)
        return frames > 0 ? samples.baseAddress.map { DSPScene($0, frames: frames) } : nil
    }
}

extension DSPStage {
    /// The C function in which callgrind finds the stage.
    var symbol: String {
        switch self {
        case .highPass: "linnet_dsp_high_pass"
        case .cancelEcho: "linnet_dsp_cancel_echo"
        case .analyse: "linnet_dsp_analyse"
        case .estimateNoise: "linnet_dsp_estimate_noise"
        case .detectVoice: "linnet_dsp_detect_voice"
        case .judgeEcho: "linnet_dsp_judge_echo"
        case .suppressNoise: "linnet_dsp_suppress_noise"
        case .suppressNoiseByNetworks: "linnet_dsp_suppress_noise_by_networks"
        case .synthesize: "linnet_dsp_synthesize"
        case .controlGain: "linnet_dsp_control_gain"
        case .fourMicrophones: "linnet_dsp_four_microphones"
        case .fourMicrophonesIdle: "linnet_dsp_four_microphones_idle"
        case .oneMicrophone: "linnet_dsp_one_microphone"
        case .oneMicrophoneIdle: "linnet_dsp_one_microphone_idle"
        }
    }
}

private final class CallgrindCounter: DSPCounter {
    /// By the stages' raw values. Called through pointers, so that each keeps its name in the program.
    private let functions: [@convention(c) (UnsafeMutableRawPointer) -> Void] = [
        highPass, cancelEcho, analyse, estimateNoise, detectVoice, judgeEcho, suppressNoise,
        suppressNoiseByNetworks, synthesize, controlGain, fourMicrophones, fourMicrophonesIdle, oneMicrophone, oneMicrophoneIdle,
    ]

    override func count(_ stage: DSPStage, of stages: DSPStages) {
        functions[stage.rawValue](Unmanaged.passUnretained(stages).toOpaque())
    }
}

private func perform(_ stage: DSPStage, _ work: UnsafeMutableRawPointer) {
    Unmanaged<DSPStages>.fromOpaque(work).takeUnretainedValue().perform(stage)
}

@_cdecl("linnet_dsp_high_pass") @inline(never)
private func highPass(_ work: UnsafeMutableRawPointer) { perform(.highPass, work) }
@_cdecl("linnet_dsp_cancel_echo") @inline(never)
private func cancelEcho(_ work: UnsafeMutableRawPointer) { perform(.cancelEcho, work) }
@_cdecl("linnet_dsp_analyse") @inline(never)
private func analyse(_ work: UnsafeMutableRawPointer) { perform(.analyse, work) }
@_cdecl("linnet_dsp_estimate_noise") @inline(never)
private func estimateNoise(_ work: UnsafeMutableRawPointer) { perform(.estimateNoise, work) }
@_cdecl("linnet_dsp_detect_voice") @inline(never)
private func detectVoice(_ work: UnsafeMutableRawPointer) { perform(.detectVoice, work) }
@_cdecl("linnet_dsp_judge_echo") @inline(never)
private func judgeEcho(_ work: UnsafeMutableRawPointer) { perform(.judgeEcho, work) }
@_cdecl("linnet_dsp_suppress_noise") @inline(never)
private func suppressNoise(_ work: UnsafeMutableRawPointer) { perform(.suppressNoise, work) }
@_cdecl("linnet_dsp_suppress_noise_by_networks") @inline(never)
private func suppressNoiseByNetworks(_ work: UnsafeMutableRawPointer) { perform(.suppressNoiseByNetworks, work) }
@_cdecl("linnet_dsp_synthesize") @inline(never)
private func synthesize(_ work: UnsafeMutableRawPointer) { perform(.synthesize, work) }
@_cdecl("linnet_dsp_control_gain") @inline(never)
private func controlGain(_ work: UnsafeMutableRawPointer) { perform(.controlGain, work) }
@_cdecl("linnet_dsp_four_microphones") @inline(never)
private func fourMicrophones(_ work: UnsafeMutableRawPointer) { perform(.fourMicrophones, work) }
@_cdecl("linnet_dsp_four_microphones_idle") @inline(never)
private func fourMicrophonesIdle(_ work: UnsafeMutableRawPointer) { perform(.fourMicrophonesIdle, work) }
@_cdecl("linnet_dsp_one_microphone") @inline(never)
private func oneMicrophone(_ work: UnsafeMutableRawPointer) { perform(.oneMicrophone, work) }
@_cdecl("linnet_dsp_one_microphone_idle") @inline(never)
private func oneMicrophoneIdle(_ work: UnsafeMutableRawPointer) { perform(.oneMicrophoneIdle, work) }
