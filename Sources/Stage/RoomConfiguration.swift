import Glibc

/// How a program is given the room's card.
extension Room {
    /// The text of an ALSA configuration (`ALSA_CONFIG_PATH`) with the PCMs `room_mic` and `room_speaker`, both as
    /// `default`, which converts whatever rate and format it is asked for, and both by the number or id of their card
    /// (`hw:1`, `plughw:CARD=RoomMic`), with the controls that tell a card's id.
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
        ctl_type.room { lib "\(quoted(pluginPath))" }
        ctl.hw { \(Self.cardArgument) type room air "\(quoted(path))" card $CARD }
        pcm.hw { \(Self.cardArgument) \(Self.deviceArgument) \(numbered) }
        pcm.plughw { \(Self.cardArgument) \(Self.deviceArgument) type plug slave.pcm { \(numbered) } }

        """
    }

    private static let cardArgument = "@args.0 CARD @args.CARD { type string default \"0\" }"
    private static let deviceArgument = "@args.1 DEV @args.DEV { type integer default 0 }"

    private var numbered: String {
        "type asym capture.pcm { \(card("capture", settings.microphones)) card $CARD } "
            + "playback.pcm { \(card("playback", settings.loudspeaker)) card $CARD }"
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
