extension Configuration {
    /// Every key there is, in the order of the shipped file.
    public static let settings: [Setting] = audioSettings + boardSettings + conversationSettings + cloudSettings + journalSettings

    /// Their names, dotted.
    public static var allKeys: [String] { settings.map(\.key) }

    private static let audioSettings: [Setting] = [
        .text("audio.capture", \.audio.capture, TextRule.device),
        .text("audio.playback", \.audio.playback, TextRule.device),
        .whole("audio.capture_channels", \.audio.captureChannels, 0...8),
        .whole("audio.capture_rate_hz", \.audio.captureRateHz, among: [0, 16_000, 44_100, 48_000], unit: "Hz"),
        .whole("audio.playback_rate_hz", \.audio.playbackRateHz, among: [0, 16_000, 24_000, 44_100, 48_000], unit: "Hz"),
        .wholes("audio.microphones", \.audio.microphones, 0...7, atMost: 8),
        .text("audio.geometry", \.audio.geometry, TextRule.geometry),
        .whole("audio.microphone_gain_db", \.audio.microphoneGainDecibels, among: [0, 6, 12, 18, 24, 30, 36], unit: "dB"),
        .whole("audio.real_time_priority", \.audio.realTimePriority, 0...49),
        .flag("audio.front_end.echo_canceller", \.audio.frontEnd.cancelsEcho),
        .flag("audio.front_end.residual_echo_suppressor", \.audio.frontEnd.suppressesResidualEcho),
        .flag("audio.front_end.beam", \.audio.frontEnd.formsBeam),
        .flag("audio.front_end.level_control", \.audio.frontEnd.controlsGain),
        .whole("audio.front_end.noise_floor_db", \.audio.frontEnd.noiseFloorDecibels, Audio.FrontEnd.noiseFloorRange, unit: "dB"),
    ]

    private static let boardSettings: [Setting] = [
        .choice("board.driver", \.board.driver),
        .text("board.chip", \.board.chip, TextRule.name("the path, name or label of the GPIO chip")),
        .whole("board.button.line", \.board.button.line, -1...1023),
        .flag("board.button.active_low", \.board.button.activeLow),
        .choice("board.button.bias", \.board.button.bias),
        .whole("board.button.debounce_ms", \.board.button.debounceMilliseconds, 0...100, unit: "ms"),
        .whole("board.leds.listening", \.board.leds.listening, -1...1023),
        .whole("board.leds.thinking", \.board.leds.thinking, -1...1023),
        .whole("board.leds.speaking", \.board.leds.speaking, -1...1023),
        .whole("board.leds.error", \.board.leds.error, -1...1023),
        .wholes("board.leds.ring", \.board.leds.ring, 0...1023, atMost: 16),
        .flag("board.leds.active_low", \.board.leds.activeLow),
    ]

    private static let conversationSettings: [Setting] = [
        .text("conversation.instructions", \.conversation.instructions, TextRule.instructions),
        .text("conversation.language", \.conversation.language, TextRule.language),
        .flag("conversation.speculate", \.conversation.speculate),
        .whole("conversation.first_pause_ms", \.conversation.firstPauseMilliseconds, 100...1000, unit: "ms"),
        .whole("conversation.shortest_end_ms", \.conversation.shortestEndMilliseconds, 200...3000, unit: "ms"),
        .whole("conversation.longest_end_ms", \.conversation.longestEndMilliseconds, 200...3000, unit: "ms"),
        .whole("conversation.follow_up_s", \.conversation.followUpSeconds, 0...30, unit: "s"),
        .whole("conversation.no_speech_s", \.conversation.noSpeechSeconds, 2...30, unit: "s"),
        .whole("conversation.longest_question_s", \.conversation.longestQuestionSeconds, 5...60, unit: "s"),
        .flag("conversation.barge_in", \.conversation.bargeIn),
        .whole("conversation.duck_after_ms", \.conversation.duckAfterMilliseconds, 20...500, unit: "ms"),
        .whole("conversation.pause_after_ms", \.conversation.pauseAfterMilliseconds, 40...1000, unit: "ms"),
        .flag("conversation.web_search", \.conversation.webSearch),
    ]

    private static let cloudSettings: [Setting] = [
        .text("cloud.ca_file", \.cloud.caFile, CertificateFile.wrong),
        .text("cloud.deepgram.url", \.cloud.deepgram.url, AddressRule.webSocket.wrong),
        .text("cloud.deepgram.model", \.cloud.deepgram.model, TextRule.name("the id of a model")),
        .texts("cloud.deepgram.keyterms", \.cloud.deepgram.keyterms, atMost: 100, each: TextRule.keyterm),
        .text("cloud.groq.url", \.cloud.groq.url, AddressRule.http.wrong),
        .text("cloud.groq.model", \.cloud.groq.model, TextRule.name("the id of a model")),
        .whole("cloud.groq.maximum_tokens", \.cloud.groq.maximumTokens, 50...4000),
        .whole("cloud.groq.first_token_deadline_ms", \.cloud.groq.firstTokenDeadlineMilliseconds, 500...30_000, unit: "ms"),
        .text("cloud.gemini.url", \.cloud.gemini.url, AddressRule.http.wrong),
        .text("cloud.gemini.model", \.cloud.gemini.model, TextRule.name("the id of a model")),
        .choice("cloud.gemini.api_version", \.cloud.gemini.apiVersion, among: Cloud.Gemini.apiVersions),
        .whole("cloud.gemini.first_token_deadline_ms", \.cloud.gemini.firstTokenDeadlineMilliseconds, 500...30_000, unit: "ms"),
        .text("cloud.tavily.url", \.cloud.tavily.url, AddressRule.http.wrong),
        .choice("cloud.tavily.search_depth", \.cloud.tavily.searchDepth, among: Cloud.Tavily.searchDepths),
        .whole("cloud.tavily.maximum_results", \.cloud.tavily.maximumResults, 1...10),
        .whole("cloud.tavily.deadline_ms", \.cloud.tavily.deadlineMilliseconds, 500...15_000, unit: "ms"),
        .text("cloud.cartesia.url", \.cloud.cartesia.url, AddressRule.webSocket.wrong),
        .text("cloud.cartesia.model", \.cloud.cartesia.model, TextRule.name("the id of a model")),
        .text("cloud.cartesia.voice", \.cloud.cartesia.voice, TextRule.name("the id of a voice")),
    ]

    private static let journalSettings: [Setting] = [
        .flag("journal.words", \.journal.words),
        .flag("journal.stages", \.journal.stages),
    ]
}
