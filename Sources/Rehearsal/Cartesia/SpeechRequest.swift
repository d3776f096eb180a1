/// A message of a client on Cartesia's socket.
enum SpeechMessage: Equatable {
    case speak(SpeechRequest)
    case cancel(context: String)
}

/// A piece of text for a context, read as strictly as Cartesia reads it.
struct SpeechRequest: Equatable {
    enum Encoding: String {
        case int16 = "pcm_s16le"
        case float32 = "pcm_f32le"
    }

    var context: String
    var transcript: String
    var isContinued = false
    var isFlush = false
    var bufferMilliseconds = 3000
    var rateHz: Int
    var encoding: Encoding
    var wantsTimestamps = false
    /// Everything that must stay the same within a context.
    var constants: [String: JSONValue]
    /// What the documentation does not know.
    var unknownFields: [String]
}

/// Cartesia's rules about a generation request.
struct SpeechRequestRules {
    private static let variable: Set = ["transcript", "continue", "flush", "duration", "max_buffer_delay_ms"]
    private static let constant: Set = [
        "context_id", "model_id", "voice", "language", "output_format", "add_timestamps", "add_phoneme_timestamps",
        "use_normalized_timestamps", "generation_config", "speed", "pronunciation_dict_id", "pronunciation_dict_ids",
    ]
    private static let rates: Set = [8000, 16_000, 22_050, 24_000, 44_100, 48_000]
    private static let plainVoiceSince = "2026-08-14"

    let version: String

    func read(_ text: String) throws(CartesiaError) -> SpeechMessage {
        guard let fields = JSONValue(parsing: text.utf8)?.fields else {
            throw CartesiaError(message: "the message is no JSON object")
        }
        guard let context = fields["context_id"]?.string, !context.isEmpty else {
            throw CartesiaError(message: "context_id is required")
        }
        if fields["cancel"] != nil {
            guard try flag(fields, "cancel"), fields.count == 2 else {
                throw CartesiaError(message: "a cancel has context_id and cancel:true, nothing else")
            }
            return .cancel(context: context)
        }
        return .speak(try request(fields, context))
    }

    private func request(_ fields: [String: JSONValue], _ context: String) throws(CartesiaError) -> SpeechRequest {
        guard let transcript = fields["transcript"]?.string else { throw CartesiaError(message: "transcript is required") }
        guard let model = fields["model_id"]?.string else { throw CartesiaError(message: "model_id is required") }
        guard model.hasPrefix("sonic") else {
            throw .notFound("model_not_found", "Model not found", "no model '\(model)'")
        }
        try checkVoice(fields["voice"])
        try checkManner(fields)
        let (rateHz, encoding) = try format(fields["output_format"])
        var request = SpeechRequest(
            context: context, transcript: transcript, rateHz: rateHz, encoding: encoding,
            constants: fields.filter { !Self.variable.contains($0.key) },
            unknownFields: fields.keys.filter { !Self.variable.contains($0) && !Self.constant.contains($0) }.sorted())
        request.isContinued = try flag(fields, "continue")
        request.isFlush = try flag(fields, "flush")
        request.wantsTimestamps = try flag(fields, "add_timestamps")
        _ = try flag(fields, "add_phoneme_timestamps")
        if let delay = fields["max_buffer_delay_ms"] {
            guard let milliseconds = delay.int, (0...5000).contains(milliseconds) else {
                throw CartesiaError(message: "max_buffer_delay_ms must be a whole number from 0 to 5000")
            }
            request.bufferMilliseconds = milliseconds
        }
        return request
    }

    private func checkVoice(_ voice: JSONValue?) throws(CartesiaError) {
        guard let voice else { throw CartesiaError(message: "voice is required") }
        let id: String?
        if version >= Self.plainVoiceSince {
            id = voice.string ?? (voice.fields?.keys.sorted() == ["id"] ? voice["id"]?.string : nil)
        } else {
            id = voice["mode"]?.string == "id" ? voice["id"]?.string : nil
        }
        guard let id else { throw CartesiaError(message: "voice has not the shape of version \(version)") }
        guard Identifier.isUUID(id) else {
            throw .notFound("voice_not_found", "Voice not found", "no voice '\(id)'")
        }
    }

    private func checkManner(_ fields: [String: JSONValue]) throws(CartesiaError) {
        if let language = fields["language"], language.string.map({ (2...3).contains($0.count) }) != true {
            throw CartesiaError(message: "language must be a code such as en")
        }
        if let speed = fields["speed"], speed.string.map({ ["slow", "normal", "fast"].contains($0) }) != true {
            throw CartesiaError(message: "speed must be slow, normal or fast")
        }
        guard let manner = fields["generation_config"] else { return }
        for (name, range) in [("speed", 0.6...1.5), ("volume", 0.5...2.0)] {
            guard let value = manner[name] else { continue }
            guard value.double.map(range.contains) == true else {
                throw CartesiaError(message: "generation_config.\(name) must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
    }

    private func format(_ format: JSONValue?) throws(CartesiaError) -> (Int, SpeechRequest.Encoding) {
        guard let format, format.fields != nil else { throw CartesiaError(message: "output_format is required") }
        guard format["container"]?.string == "raw" else {
            throw CartesiaError(message: "output_format.container must be raw here")
        }
        guard let rateHz = format["sample_rate"]?.int, Self.rates.contains(rateHz) else {
            throw CartesiaError(message: "output_format.sample_rate must be one of \(Self.rates.sorted())")
        }
        guard let encoding = format["encoding"]?.string.flatMap(SpeechRequest.Encoding.init(rawValue:)) else {
            throw CartesiaError(message: "output_format.encoding must be pcm_s16le or pcm_f32le (this stand-in knows no other)")
        }
        return (rateHz, encoding)
    }

    private func flag(_ fields: [String: JSONValue], _ name: String) throws(CartesiaError) -> Bool {
        guard let value = fields[name], value != .null else { return false }
        guard let flag = value.flag else { throw CartesiaError(message: "\(name) must be true or false") }
        return flag
    }
}
