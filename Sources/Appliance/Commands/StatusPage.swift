/// `linnet status` as a person reads it.
struct StatusPage {
    private let status: StatusReport

    init(_ status: StatusReport) { self.status = status }

    var text: String {
        (device + [frontEnd, last, "session     \(status.sessionID)"] + troubles).joined(separator: "\n")
    }

    private var device: [String] {
        [
            "linnet \(status.version)  \(status.state), up \(duration(status.uptimeSeconds)), \(status.turns) turns",
            "microphones \(row(status.capture))",
            "loudspeaker \(row(status.playback))",
            "board       \(status.board)\(status.lights.isEmpty ? "" : ", lights: \(status.lights)")",
        ]
    }

    private func row(_ device: StatusReport.Device) -> String {
        let since = device.state == "closed" ? "" : " for \(duration(device.stateSeconds))"
        let format = device.format.isEmpty ? "" : ", \(device.format)"
        let reopens = device.reopens == 0 ? "" : ", back \(device.reopens) times"
        return "\(device.name): \(device.state)\(since)\(format), \(device.xruns) xruns\(reopens)"
    }

    private var frontEnd: String {
        var parts = ["\(status.frontEnd.frames) frames", "\(status.frontEnd.lateFrames) late"]
        if let erle = status.frontEnd.echoReturnLossEnhancementDecibels {
            parts.append("echo cancelled by \(Int(erle.rounded())) dB")
        }
        if let delay = status.frontEnd.echoDelayMilliseconds { parts.append("echo after \(delay) ms") }
        if let ppm = status.frontEnd.clockOffsetPartsPerMillion { parts.append("clocks \(Int(ppm.rounded())) ppm apart") }
        if let direction = status.frontEnd.directionDegrees { parts.append("talker at \(direction) degrees") }
        if let gain = status.frontEnd.gainDecibels { parts.append("level \(gain < 0 ? "" : "+")\(Int(gain.rounded())) dB") }
        for microphone in status.frontEnd.deafMicrophones ?? [] {
            parts.append("microphone \(microphone) DEAD OR DEAF, left out")
        }
        return "front end   " + parts.joined(separator: ", ")
    }

    private var last: String {
        guard let turn = status.lastTurn else { return "last turn   none yet" }
        let wait = turn.voiceToVoiceMilliseconds.map { ", answered after \(Int($0.rounded())) ms" } ?? ""
        return "last turn   \(turn.number): \(turn.outcome)\(wait)"
    }

    private var troubles: [String] { status.troubles.map { "! \($0)" } }

    private func duration(_ seconds: Int) -> String {
        seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}
