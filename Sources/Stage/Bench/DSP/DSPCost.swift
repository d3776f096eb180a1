/// One line of `linnet bench dsp`: what a frame of 10 ms takes.
package struct DSPCost {
    package enum Group: String, CaseIterable {
        case stage = "Each stage of Linnet, one microphone"
        case sum = "What they add up to, and the whole front end"
        case peer = "Other people's C and C++ code"
    }

    var name: String
    var group: Group
    var method: String
    /// Instructions by the processor they were counted for; nil where they could not be.
    var x86: Double?
    var arm: Double?
    var atMost: Double?

    package init(name: String, group: Group, method: String, x86: Double? = nil, arm: Double? = nil, atMost: Double? = nil) {
        (self.name, self.group, self.method) = (name, group, method)
        (self.x86, self.arm, self.atMost) = (x86, arm, atMost)
    }

    /// Nil without a target, or without a count.
    var isHeld: Bool? { atMost.flatMap { target in x86.map { $0 <= target } } }
}

extension DSPStage {
    var name: String {
        switch self {
        case .highPass: "gain and high-pass"
        case .cancelEcho: "echo canceller, \(DSPStages.tailMilliseconds) ms"
        case .analyse: "spectrum"
        case .estimateNoise: "noise estimate"
        case .detectVoice: "voice network, with the mask"
        case .judgeEcho: "residual echo"
        case .suppressNoise: "noise suppressor, statistics alone"
        case .suppressNoiseByNetworks: "noise suppressor, with the gain network"
        case .synthesize: "synthesis"
        case .controlGain: "level control"
        case .fourMicrophones: "front end, four microphones"
        case .fourMicrophonesIdle: "front end, four microphones, no far end"
        case .oneMicrophone: "front end, one microphone"
        case .oneMicrophoneIdle: "front end, one microphone, no far end"
        }
    }

    /// What the issue that built this asked of it.
    var atMost: Double? {
        switch self {
        case .fourMicrophones: 1_500_000
        case .fourMicrophonesIdle: 500_000
        default: nil
        }
    }
}

/// Stages that together do what one of the peers does.
struct DSPSum {
    var name: String
    var stages: [DSPStage]
    var atMost: Double

    static let all = [
        DSPSum(
            name: "noise suppression, without a network", stages: [.analyse, .estimateNoise, .suppressNoise, .synthesize],
            atMost: 90_000),
        DSPSum(
            name: "noise suppression, with the networks",
            stages: [.analyse, .estimateNoise, .detectVoice, .suppressNoiseByNetworks, .synthesize], atMost: 300_000),
        DSPSum(name: "voice detector", stages: [.analyse, .estimateNoise, .detectVoice], atMost: 150_000),
        DSPSum(
            name: "echo canceller with residual suppression",
            stages: [.cancelEcho, .analyse, .estimateNoise, .judgeEcho, .synthesize], atMost: 300_000),
    ]
}
