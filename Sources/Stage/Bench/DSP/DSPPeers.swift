import Glibc

/// Other people's code, by the drivers of `Tests/DSPPeers`, which `make dsp-bench` builds beside the programs.
struct DSPPeer {
    var name: String
    var program: String
    var argument: String

    static let all = [
        DSPPeer(name: "SpeexDSP noise suppression", program: "speexdsp", argument: "ns"),
        DSPPeer(name: "SpeexDSP noise suppression and voice detector", program: "speexdsp", argument: "ns-vad"),
        DSPPeer(name: "SpeexDSP echo canceller, 128 ms", program: "speexdsp", argument: "echo"),
        DSPPeer(name: "SpeexDSP echo canceller with residual, 128 ms", program: "speexdsp", argument: "echo-residual"),
        DSPPeer(name: "SpeexDSP fixed point, noise suppression", program: "speexdsp-fixed", argument: "ns"),
        DSPPeer(name: "SpeexDSP fixed point, echo with residual, 128 ms", program: "speexdsp-fixed", argument: "echo-residual"),
        DSPPeer(name: "WebRTC noise suppression", program: "webrtc", argument: "ns"),
        DSPPeer(name: "WebRTC voice detector", program: "webrtc", argument: "vad"),
        DSPPeer(name: "WebRTC echo canceller", program: "webrtc", argument: "aec"),
        DSPPeer(name: "WebRTC AECM (fixed point)", program: "webrtc", argument: "aecm"),
    ]

    /// Status of a driver whose library has no such thing.
    private static let missing = "ended with 3"

    /// Instructions per frame, or why there are none.
    func count(_ scene: String, warmUp: Int, frames: Int, folder: String, in work: WorkFolder) async -> (Double?, note: String?) {
        guard access("\(folder)/\(program)", X_OK) == 0 else { return (nil, "\(name): make dsp-bench has not built it") }
        do {
            let total = try await Callgrind.count(
                "\(folder)/\(program)", [argument, scene, String(warmUp), String(frames)], in: work)
            return (total / Double(frames), nil)
        } catch let error as InstructionCount.Unavailable where error.description.contains(Self.missing) {
            return (nil, "\(name): not in the installed version")
        } catch { return (nil, "\(name): \(error)") }
    }
}
