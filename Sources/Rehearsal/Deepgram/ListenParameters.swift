/// The query of `/v1/listen`, read as strictly as Deepgram reads it.
struct ListenParameters: Equatable {
    /// Raw audio; containers and codecs are beyond this stand-in.
    enum Encoding: String {
        case int16 = "linear16"
        case float32 = "linear32"

        var bytesPerSample: Int { self == .int16 ? 2 : 4 }
    }

    var model = ""
    var encoding = Encoding.int16
    var rateHz = 0
    var wantsInterim = false
    /// Silence that ends an utterance; nil = off. Deepgram's default is 10.
    var endpointingMilliseconds: Int? = 10
    var utteranceEndMilliseconds: Int?
    var wantsSpeechStarted = false
    var isPunctuated = false
    var keyterms: [String] = []
    /// Names that the documentation does not know; whether Deepgram refuses them is unverified.
    var unknownNames: [String] = []

    /// A value that Deepgram answers with 400.
    struct Invalid: Error, Equatable {
        var reason: String
        /// A model that is not served may be a matter of configuration; everything else is the client's doing.
        var isClientsFault = true
    }

    static let keytermTokenBound = 500

    private static let flags: Set = [
        "interim_results", "vad_events", "smart_format", "punctuate", "numerals", "multichannel", "mip_opt_out",
        "profanity_filter", "filler_words", "no_delay", "diarize", "dictation", "measurements",
    ]
    private static let free: Set = [
        "language", "version", "tag", "redact", "diarize_model", "extra", "search", "replace",
    ]
    private static let encodings: Set = [
        "linear16", "linear32", "flac", "alaw", "mulaw", "amr-nb", "amr-wb", "opus", "ogg-opus", "speex", "g729",
    ]

    init(query: String) throws(Invalid) {
        var hasEncoding = false
        var hasKeywords = false
        for (name, value) in QueryString.pairs(of: query) {
            hasEncoding = hasEncoding || name == "encoding"
            hasKeywords = hasKeywords || name == "keywords"
            try take(name, value)
        }
        guard !model.isEmpty else { throw Invalid(reason: "model is required") }
        guard hasEncoding else { throw Invalid(reason: "encoding is required: this stand-in hears raw audio alone") }
        guard rateHz > 0 else { throw Invalid(reason: "sample_rate is required with encoding") }
        guard utteranceEndMilliseconds == nil || wantsInterim else {
            throw Invalid(reason: "utterance_end_ms needs interim_results=true")
        }
        guard keyterms.isEmpty || takesKeyterms else { throw Invalid(reason: "keyterm is for nova-3 alone") }
        guard !hasKeywords || !takesKeyterms else { throw Invalid(reason: "keywords is not for nova-3: it has keyterm") }
        guard Self.tokens(in: keyterms) <= Self.keytermTokenBound else {
            throw Invalid(reason: "keyterm: more than \(Self.keytermTokenBound) tokens")
        }
    }

    /// For a handshake that was refused before; never served.
    static let unread = ListenParameters()
    private init() { rateHz = 16_000 }

    var takesKeyterms: Bool { model.hasPrefix("nova-3") }

    /// Roughly what a tokenizer makes of them: a token for up to four letters of a word.
    static func tokens(in keyterms: [String]) -> Int {
        keyterms.flatMap { $0.split(separator: " ") }.reduce(0) { $0 + ($1.utf8.count + 3) / 4 }
    }

    private mutating func take(_ name: String, _ value: String) throws(Invalid) {
        switch name {
        case "model": try takeModel(value)
        case "encoding": encoding = try Self.encoding(value)
        case "sample_rate": rateHz = try Self.number(name, value, in: 8000...48_000)
        case "channels":
            guard try Self.number(name, value, in: 1...64) == 1 else { throw Invalid(reason: "this stand-in hears one channel") }
        case "endpointing": endpointingMilliseconds = try Self.endpointing(value)
        case "utterance_end_ms": utteranceEndMilliseconds = try Self.number(name, value, in: 1000...5000)
        case "keyterm": keyterms.append(value)
        case "keywords": break
        case "language": try Self.check(language: value)
        case _ where Self.flags.contains(name): take(flag: name, try Self.flag(name, value))
        case _ where Self.free.contains(name): break
        default: unknownNames.append(name)
        }
    }

    private mutating func take(flag name: String, _ value: Bool) {
        switch name {
        case "interim_results": wantsInterim = value
        case "vad_events": wantsSpeechStarted = value
        case "smart_format", "punctuate": isPunctuated = isPunctuated || value
        default: break
        }
    }

    private mutating func takeModel(_ value: String) throws(Invalid) {
        guard value.hasPrefix("nova-3") || value.hasPrefix("nova-2") else {
            throw Invalid(reason: "No such model/language/tier combination found: '\(value)'.", isClientsFault: value.isEmpty)
        }
        model = value
    }

    private static func check(language: String) throws(Invalid) {
        guard (2...8).contains(language.count), language.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { throw Invalid(reason: "language=\(language) is no language") }
    }

    private static func encoding(_ value: String) throws(Invalid) -> Encoding {
        guard encodings.contains(value) else { throw Invalid(reason: "encoding=\(value) is unknown") }
        guard let encoding = Encoding(rawValue: value) else {
            throw Invalid(reason: "encoding=\(value): this stand-in hears linear16 and linear32 alone")
        }
        return encoding
    }

    private static func endpointing(_ value: String) throws(Invalid) -> Int? {
        value == "false" ? nil : try number("endpointing", value, in: 0...60_000)
    }

    private static func number(_ name: String, _ value: String, in range: ClosedRange<Int>) throws(Invalid) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw Invalid(reason: "\(name)=\(value) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func flag(_ name: String, _ value: String) throws(Invalid) -> Bool {
        switch value {
        case "true": true
        case "false": false
        default: throw Invalid(reason: "\(name)=\(value) is neither true nor false")
        }
    }
}
