import Audio
import DSP

/// What is allowed in a settings file and most likely not meant.
struct SettingsWarnings {
    private let reader: SettingsReader
    private let text: String

    init(_ reader: SettingsReader, text: String) {
        self.reader = reader
        self.text = text
    }

    var all: [ConfigurationProblem] { secretsInComments + lightsWithoutBoard + ringWithoutDirection + hiddenCertificates }

    private func warning(_ key: String?, line: Int? = nil, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(file: reader.file, line: line ?? key.flatMap { reader.lines[$0] }, key: key, message)
    }

    private var secretsInComments: [ConfigurationProblem] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap { index, line in
            guard let mark = line.firstIndex(of: "#"), let owner = SecretShape.owner(of: line[mark...]),
                SecretShape.owner(of: line[..<mark]) == nil
            else { return nil }
            return warning(
                nil, line: index + 1, "the comment holds what looks like a key; " + SecretShape.advice(for: owner.credential))
        }
    }

    private var lightsWithoutBoard: [ConfigurationProblem] {
        guard reader.configuration.board.driver == .none, reader.isRight("board.driver") else { return [] }
        let lines = reader.configuration.board
        let lit =
            !lines.leds.ring.isEmpty
            || [lines.leds.listening, lines.leds.thinking, lines.leds.speaking, lines.leds.error].contains { $0 >= 0 }
        let isButtonSet = reader.lines["board.button.line"] != nil && lines.button.line != Configuration.Board.Button().line
        guard lit || isButtonSet else { return [] }
        return [warning("board.driver", "is \"none\": button and lights are not used; on a board it is \"gpiod\"")]
    }

    private var ringWithoutDirection: [ConfigurationProblem] {
        let (audio, ring) = (reader.configuration.audio, reader.configuration.board.leds.ring)
        let isDirectionKnown = audio.frontEnd.formsBeam && ArrayGeometry(named: audio.geometry) != nil
        guard !ring.isEmpty, !isDirectionKnown, reader.isRight("board.leds.ring"), reader.isRight("audio.geometry") else {
            return []
        }
        let why = "a direction is known only with audio.front_end.beam and an audio.geometry like \"circular4\""
        return [warning("board.leds.ring", "stays dark: \(why)")]
    }

    /// The shipped unit has no homes and a temporary directory of its own.
    private var hiddenCertificates: [ConfigurationProblem] {
        let path = reader.configuration.cloud.caFile
        guard reader.isRight("cloud.ca_file"), !path.isEmpty else { return [] }
        if path.first != "/" {
            return [warning("cloud.ca_file", "is not a path from the root: it is looked for where the daemon is started")]
        }
        guard let root = ["/home/", "/root/", "/tmp/", "/var/tmp/", "/run/user/"].first(where: path.hasPrefix) else { return [] }
        return [warning("cloud.ca_file", "lies below \(root), which the shipped unit cannot see; /etc/linnet is a good place")]
    }
}
