import Audio
import DSP

/// What is right by itself and wrong together.
struct Contradictions {
    private let configuration: Configuration
    private let isSet: (String) -> Bool

    /// - Parameter isSet: whether the file sets a key; what it does not set has its default.
    init(_ configuration: Configuration, isSet: @escaping (String) -> Bool) {
        self.configuration = configuration
        self.isSet = isSet
    }

    struct Found {
        /// The key to blame, and the other ones.
        var keys: [String]
        var message: String
    }

    var all: [Found] { pauses + microphones + lines }

    // MARK: The conversation's times

    private var pauses: [Found] {
        let times = configuration.conversation
        return [
            order(
                "conversation.first_pause_ms", times.firstPauseMilliseconds, "conversation.shortest_end_ms",
                times.shortestEndMilliseconds),
            order(
                "conversation.shortest_end_ms", times.shortestEndMilliseconds, "conversation.longest_end_ms",
                times.longestEndMilliseconds),
            order(
                "conversation.duck_after_ms", times.duckAfterMilliseconds, "conversation.pause_after_ms",
                times.pauseAfterMilliseconds),
        ].compactMap { $0 }
    }

    private func order(_ low: String, _ lowValue: Int, _ high: String, _ highValue: Int) -> Found? {
        guard lowValue > highValue else { return nil }
        let (lowName, highName) = (name(low), name(high))
        if isSet(high) || !isSet(low) {
            return Found(keys: [high, low], message: "\(highValue) is below \(lowName), \(lowValue); wants at least that")
        }
        return Found(keys: [low, high], message: "\(lowValue) is above \(highName), \(highValue); wants at most that")
    }

    // MARK: Microphones

    private var microphones: [Found] {
        let audio = configuration.audio
        var found: [Found] = []
        if audio.captureChannels > 0, let outside = audio.microphones.first(where: { $0 >= audio.captureChannels }) {
            found.append(
                Found(
                    keys: ["audio.microphones", "audio.capture_channels"],
                    message: "names channel \(outside), but \(name("audio.capture_channels")), \(audio.captureChannels),"
                        + " has the channels 0 to \(audio.captureChannels - 1)"))
        }
        let count = audio.microphones.isEmpty ? audio.captureChannels : audio.microphones.count
        if let wanted = Configuration.Audio.microphones(in: audio.geometry), count > 0, count != wanted {
            let source = audio.microphones.isEmpty ? "audio.capture_channels" : "audio.microphones"
            found.append(
                Found(
                    keys: ["audio.geometry", source],
                    message:
                        "\"\(audio.geometry)\" has \(wanted) microphones, but \(name(source)) gives \(count)"
                ))
        }
        return found
    }

    // MARK: GPIO lines

    private var lines: [Found] {
        let board = configuration.board
        let uses =
            [
                ("board.button.line", board.button.line), ("board.leds.listening", board.leds.listening),
                ("board.leds.thinking", board.leds.thinking), ("board.leds.speaking", board.leds.speaking),
                ("board.leds.error", board.leds.error),
            ] + board.leds.ring.map { ("board.leds.ring", $0) }
        var first: [Int: String] = [:]
        var found: [Found] = []
        for (key, line) in uses where line >= 0 {
            if let other = first[line] {
                let (blamed, named) = isSet(key) ? (key, other) : (other, key)
                found.append(
                    Found(keys: [blamed, named], message: "line \(line) is used by \(name(named)) already; one line each"))
            } else {
                first[line] = key
            }
        }
        return found
    }

    /// With a word on where a value comes from that the file does not show.
    private func name(_ key: String) -> String { isSet(key) ? key : "\(key) (by default)" }
}

extension Configuration.Audio {
    /// How many microphones a geometry has; nil when it takes any number.
    static func microphones(in geometry: String) -> Int? {
        geometry == "single" ? 1 : ArrayGeometry(named: geometry)?.positions.count
    }
}
