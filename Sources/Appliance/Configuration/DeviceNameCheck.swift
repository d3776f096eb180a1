import Hardware

/// Asks whether a sound device's name means anything to ALSA.
public struct DeviceNameCheck: Sendable {
    public enum Direction: Sendable { case capture, playback }

    public enum Answer: Sendable, Equatable {
        case known
        /// The name is right, its card is not there now; in words.
        case waitedFor(String)
        /// No device can ever be opened by this name; in words, with what would be right.
        case unknown(String)
    }

    let answer: @Sendable (String, Direction) -> Answer

    public init(_ answer: @escaping @Sendable (String, Direction) -> Answer) { self.answer = answer }

    /// alsa-lib's own configuration (`ALSA_CONFIG_PATH` and `~/.asoundrc` work as for any ALSA program).
    public static let alsa = DeviceNameCheck { name, direction in
        words(ALSANames.answer(for: name, direction == .capture ? .capture : .playback), name, direction)
    }

    static func words(_ answer: ALSANames.Answer, _ name: String, _ direction: Direction) -> Answer {
        let lister = direction == .capture ? "arecord -L" : "aplay -L"
        switch answer {
        case .known: return .known
        case .cardAbsent(let card, let present):
            let there = present.isEmpty ? "no card is there" : "there are \(present.joined(separator: ", "))"
            return .waitedFor("the card \"\(card)\" is not there now and will be waited for; \(there)")
        case .undefined(let reason, let names):
            let near = nearestFirst(to: name, among: names).prefix(3)
            let hint = (near.isEmpty ? ["default"] : near).map { "\"\($0)\"" }.joined(separator: ", ")
            return .unknown(
                "no sound device can be called \(SettingValue.quoted(name)): \(reason); nearest are \(hint) (`\(lister)` lists all)"
            )
        case .noConfiguration(let reason):
            return .unknown(
                "ALSA's configuration cannot be read (\(reason)): install libasound2-data, or correct ALSA_CONFIG_PATH")
        }
    }
}
