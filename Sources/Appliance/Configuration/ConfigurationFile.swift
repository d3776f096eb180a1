import Cloud
import Failures
import Glibc

extension Configuration {
    /// Where the shipped unit looks.
    public static let defaultPath = "/etc/linnet/linnet.toml"

    /// Reads a file.
    /// - Throws: ``ConfigurationRefused`` with everything that is wrong in it.
    public static func load(path: String) throws(ConfigurationRefused) -> Configuration {
        do {
            return try parse(text: readText(path), file: path)
        } catch let problem as ConfigurationProblem {
            throw ConfigurationRefused(problems: [problem])
        } catch let refused as ConfigurationRefused {
            throw refused
        } catch {
            throw ConfigurationRefused(problems: [ConfigurationProblem(file: path, "\(error)")])
        }
    }

    /// - Parameter file: the name used in error messages.
    public static func parse(text: String, file: String) throws(ConfigurationRefused) -> Configuration {
        var table: SettingsTable
        do { table = try SettingsTable(file: file, text: text) } catch { throw ConfigurationRefused(problems: [error]) }
        let configuration = taken(from: &table)
        table.refuseUnknown()
        guard table.problems.isEmpty else { throw ConfigurationRefused(problems: table.problems) }
        return configuration
    }

    /// Every key there is, dotted.
    public static var allKeys: [String] {
        guard var table = try? SettingsTable(file: "", text: "") else { return [] }
        _ = taken(from: &table)
        return table.known
    }

    private static func taken(from table: inout SettingsTable) -> Configuration {
        var all = Configuration()
        all.audio.take(from: &table)
        all.board.take(from: &table)
        all.conversation.take(from: &table)
        all.cloud.take(from: &table)
        table.flag("journal.words", &all.journal.words)
        table.flag("journal.stages", &all.journal.stages)
        return all
    }

    /// The largest settings file that is read.
    private static let sizeBound = 1 << 20

    private static func readText(_ path: String) throws(ConfigurationProblem) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            let hint = errno == ENOENT ? "; linnet.toml as shipped is a good start, or name another with --config" : ""
            throw ConfigurationProblem(file: path, "cannot be read: \(String(cString: strerror(errno)))\(hint)")
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: sizeBound + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + count, $0.count - count) }
            guard got >= 0 else { throw ConfigurationProblem(file: path, "cannot be read: \(String(cString: strerror(errno)))") }
            if got == 0 { break }
            count += got
        }
        guard count <= sizeBound else {
            throw ConfigurationProblem(file: path, "is larger than \(sizeBound >> 20) MiB: not a settings file")
        }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw ConfigurationProblem(file: path, "is not UTF-8 text")
        }
        return text
    }
}

extension Configuration.Audio {
    fileprivate mutating func take(from table: inout SettingsTable) {
        table.string("audio.capture", &capture)
        table.string("audio.playback", &playback)
        table.integer("audio.capture_channels", &captureChannels, 0...8)
        table.integer("audio.capture_rate_hz", &captureRateHz, among: [0, 16_000, 44_100, 48_000])
        table.integer("audio.playback_rate_hz", &playbackRateHz, among: [0, 16_000, 24_000, 44_100, 48_000])
        table.integers("audio.microphones", &microphones, 0...7, atMost: 8)
        table.string("audio.geometry", &geometry, among: Self.geometries)
        table.integer("audio.microphone_gain_db", &microphoneGainDecibels, among: [0, 6, 12, 18, 24, 30, 36])
        table.integer("audio.real_time_priority", &realTimePriority, 0...49)
    }
}

extension Configuration.Board {
    fileprivate mutating func take(from table: inout SettingsTable) {
        table.choice("board.driver", &driver)
        table.string("board.chip", &chip)
        table.integer("board.button.line", &button.line, -1...1023)
        table.flag("board.button.active_low", &button.activeLow)
        table.choice("board.button.bias", &button.bias)
        table.integer("board.button.debounce_ms", &button.debounceMilliseconds, 0...100, unit: "ms")
        table.integer("board.leds.listening", &leds.listening, -1...1023)
        table.integer("board.leds.thinking", &leds.thinking, -1...1023)
        table.integer("board.leds.speaking", &leds.speaking, -1...1023)
        table.integer("board.leds.error", &leds.error, -1...1023)
        table.flag("board.leds.active_low", &leds.activeLow)
    }
}

extension Configuration.Conversation {
    fileprivate mutating func take(from table: inout SettingsTable) {
        table.string("conversation.instructions", &instructions)
        table.string("conversation.language", &language)
        table.flag("conversation.speculate", &speculate)
        table.integer("conversation.first_pause_ms", &firstPauseMilliseconds, 100...1000, unit: "ms")
        table.integer("conversation.shortest_end_ms", &shortestEndMilliseconds, 200...3000, unit: "ms")
        table.integer("conversation.longest_end_ms", &longestEndMilliseconds, 200...3000, unit: "ms")
        table.integer("conversation.follow_up_s", &followUpSeconds, 0...30, unit: "s")
        table.integer("conversation.no_speech_s", &noSpeechSeconds, 2...30, unit: "s")
        table.integer("conversation.longest_question_s", &longestQuestionSeconds, 5...60, unit: "s")
        table.flag("conversation.barge_in", &bargeIn)
        table.integer("conversation.duck_after_ms", &duckAfterMilliseconds, 20...500, unit: "ms")
        table.integer("conversation.pause_after_ms", &pauseAfterMilliseconds, 40...1000, unit: "ms")
        table.flag("conversation.web_search", &webSearch)
        if longestEndMilliseconds < shortestEndMilliseconds {
            table.wrong(
                "conversation.longest_end_ms", "\(longestEndMilliseconds) is below shortest_end_ms, \(shortestEndMilliseconds)")
        }
        if pauseAfterMilliseconds < duckAfterMilliseconds {
            table.wrong(
                "conversation.pause_after_ms", "\(pauseAfterMilliseconds) is below duck_after_ms, \(duckAfterMilliseconds)")
        }
    }
}

extension Configuration.Cloud {
    fileprivate mutating func take(from table: inout SettingsTable) {
        table.string("cloud.ca_file", &caFile)
        table.address("cloud.deepgram.url", &deepgram.url)
        table.string("cloud.deepgram.model", &deepgram.model)
        table.strings("cloud.deepgram.keyterms", &deepgram.keyterms, atMost: 100)
        table.address("cloud.groq.url", &groq.url)
        table.string("cloud.groq.model", &groq.model)
        table.integer("cloud.groq.maximum_tokens", &groq.maximumTokens, 50...4000)
        table.integer("cloud.groq.first_token_deadline_ms", &groq.firstTokenDeadlineMilliseconds, 500...30_000, unit: "ms")
        table.address("cloud.gemini.url", &gemini.url)
        table.string("cloud.gemini.model", &gemini.model)
        table.string("cloud.gemini.api_version", &gemini.apiVersion, among: Gemini.apiVersions)
        table.integer("cloud.gemini.first_token_deadline_ms", &gemini.firstTokenDeadlineMilliseconds, 500...30_000, unit: "ms")
        table.address("cloud.tavily.url", &tavily.url)
        table.string("cloud.tavily.search_depth", &tavily.searchDepth, among: Tavily.searchDepths)
        table.integer("cloud.tavily.maximum_results", &tavily.maximumResults, 1...10)
        table.integer("cloud.tavily.deadline_ms", &tavily.deadlineMilliseconds, 500...15_000, unit: "ms")
        table.address("cloud.cartesia.url", &cartesia.url)
        table.string("cloud.cartesia.model", &cartesia.model)
        table.string("cloud.cartesia.voice", &cartesia.voice)
    }
}

extension SettingsTable {
    /// Scheme, host and port of a provider; plain text on the wire for loopback alone.
    fileprivate mutating func address(_ key: String, _ target: inout String) {
        var text = target
        string(key, &text)
        do {
            _ = try ProviderAddress(parsing: text)
            target = text
        } catch {
            wrong(key, error.detail)
        }
    }
}
