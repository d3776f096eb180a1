import Glibc

/// How a program is given the room's card.
extension Room {
    /// The text of an ALSA configuration (`ALSA_CONFIG_PATH`) with the PCMs `room_mic` and `room_speaker`, and both as
    /// `default`, which converts whatever rate and format it is asked for.
    /// - Parameter pluginPath: `libasound_module_pcm_room.so`.
    public func configuration(pluginPath: String) -> String {
        """
        pcm_type.room { lib "\(quoted(pluginPath))" }
        pcm.\(Self.microphoneName) { \(card("capture", settings.microphones)) }
        pcm.\(Self.loudspeakerName) { \(card("playback", settings.loudspeaker)) }
        pcm.default {
            type asym
            capture.pcm { type plug slave.pcm "\(Self.microphoneName)" }
            playback.pcm { type plug slave.pcm "\(Self.loudspeakerName)" }
        }

        """
    }

    private func card(_ role: String, _ card: CardSettings) -> String {
        "type room air \"\(quoted(path))\" role \(role) channels \(card.channels) rate \(card.rateHz) "
            + "format S\(card.sampleBits)_LE ppm \(card.clockPartsPerMillion)"
    }

    private func quoted(_ path: String) -> String { path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }

    public struct NoPlugin: Error, CustomStringConvertible {
        public var looked: [String]
        public var description: String {
            "the virtual card is missing: build the product asound_module_pcm_room; looked for \(looked.joined(separator: ", "))"
        }
    }

    /// The plugin beside the running program (or its test bundle), where SwiftPM builds it.
    public static func pluginPath() throws(NoPlugin) -> String {
        let name = "libasound_module_pcm_room.so"
        var directory = programDirectory()
        var looked: [String] = []
        for _ in 0..<3 {
            let candidate = "\(directory)/\(name)"
            if access(candidate, R_OK) == 0 { return candidate }
            looked.append(candidate)
            directory = String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)])
        }
        throw NoPlugin(looked: looked)
    }

    private static func programDirectory() -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &bytes, bytes.count))
        let program = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
    }
}
