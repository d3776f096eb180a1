/// What Deepgram says on a live connection.
struct ListenMessages {
    let parameters: ListenParameters
    let requestID: String

    enum Kind { case interim, settled, endOfSpeech, finalizeAnswer }

    /// - Parameters:
    ///   - range: the audio that the result covers, samples of the connection.
    ///   - speech: where in it the words are.
    func results(_ words: String, _ kind: Kind, range: Range<Int>, speech: Range<Int>?) -> JSONValue {
        let transcript = parameters.isPunctuated ? words : Self.bare(words)
        let timed = speech.map { TimedWord.spread(words, from: seconds($0.lowerBound), to: seconds($0.upperBound)) } ?? []
        return [
            "type": "Results", "channel_index": [0, 1], "duration": .number(seconds(range.count)),
            "start": .number(seconds(range.lowerBound)), "is_final": .bool(kind != .interim),
            "speech_final": .bool(kind == .endOfSpeech), "from_finalize": .bool(kind == .finalizeAnswer),
            "channel": [
                "alternatives": [
                    [
                        "transcript": .text(transcript), "confidence": .number(words.isEmpty ? 0 : 0.98),
                        "words": .list(timed.map(word)),
                    ]
                ]
            ],
            "metadata": [
                "request_id": .text(requestID), "model_uuid": .text(Identifier.uuid(seed: parameters.model)),
                "model_info": ["name": "linnet-rehearse", "version": "1", "arch": .text(parameters.model)],
            ],
        ]
    }

    func speechStarted(at sample: Int) -> JSONValue {
        ["type": "SpeechStarted", "channel": [0, 1], "timestamp": .number(seconds(sample))]
    }

    func utteranceEnd(lastWordEnd sample: Int) -> JSONValue {
        ["type": "UtteranceEnd", "channel": [0, 1], "last_word_end": .number(seconds(sample))]
    }

    func metadata(received samples: Int) -> JSONValue {
        [
            "type": "Metadata", "transaction_key": "deprecated", "request_id": .text(requestID),
            "sha256": .text(String(repeating: "0", count: 64)), "created": "2026-01-01T00:00:00.000Z",
            "duration": .number(seconds(samples)), "channels": 1,
        ]
    }

    func configured(_ keyterms: [String]) -> JSONValue {
        ["type": "ConfigureSuccess", "request_id": .text(requestID), "keyterms": .list(keyterms.map { .text($0) })]
    }

    func notConfigured(_ code: String, _ why: String) -> JSONValue {
        ["type": "ConfigureFailure", "request_id": .text(requestID), "code": .text(code), "description": .text(why)]
    }

    func notUnderstood(_ message: String, _ why: String) -> JSONValue {
        ["type": "Error", "variant": "SchemaError", "description": .text(why), "message": .text(message)]
    }

    private func word(_ timed: TimedWord) -> JSONValue {
        var fields: [String: JSONValue] = [
            "word": .text(Self.bare(timed.text)), "start": .number(timed.startSeconds), "end": .number(timed.endSeconds),
            "confidence": 0.97,
        ]
        if parameters.isPunctuated { fields["punctuated_word"] = .text(timed.text) }
        return .object(fields)
    }

    private func seconds(_ samples: Int) -> Double { Double(samples) / Double(parameters.rateHz) }

    /// Lower case, no punctuation but what is inside words.
    private static func bare(_ words: String) -> String {
        words.lowercased().split(separator: " ").map { word in
            var word = word
            while let last = word.last, last.isPunctuation { word.removeLast() }
            while let first = word.first, first.isPunctuation { word.removeFirst() }
            return String(word)
        }.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
