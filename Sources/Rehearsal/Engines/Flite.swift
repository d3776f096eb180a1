import Synchronization

/// The C library behind ``FliteVoice``: Debian's libflite1, version 2.2.
final class Flite: Sendable {
    private typealias Item = OpaquePointer
    private typealias Initialize = @convention(c) () -> Int32
    private typealias Register = @convention(c) (UnsafePointer<CChar>?) -> OpaquePointer?
    private typealias Synthesize = @convention(c) (UnsafePointer<CChar>, OpaquePointer) -> OpaquePointer?
    private typealias Wave = @convention(c) (OpaquePointer) -> UnsafeRawPointer?
    private typealias Delete = @convention(c) (OpaquePointer) -> Void
    private typealias Relation = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> OpaquePointer?
    private typealias Step = @convention(c) (Item) -> Item?
    private typealias Number = @convention(c) (Item, UnsafePointer<CChar>) -> Float
    private typealias Text = @convention(c) (Item, UnsafePointer<CChar>) -> UnsafePointer<CChar>?

    private struct Calls {
        var synthesize: Synthesize
        var wave: Wave
        var delete: Delete
        var relation: Relation
        var head: Step
        var next: Step
        var number: Number
        var text: Text
    }

    private struct State: @unchecked Sendable {  // only ever touched inside the mutex that holds it
        var voices: [String: OpaquePointer] = [:]
    }

    static let shared: Result<Flite, RehearsalError> = Result { () throws(RehearsalError) in try Flite() }

    private static let advice = "install Debian's libflite1 (scripts/dependencies.sh)"
    private static let known = ["slt", "rms", "awb", "kal16"]

    private let calls: Calls
    /// flite's voices and lexicon have state: one at a time.
    private let state = Mutex(State())

    private init() throws(RehearsalError) {
        let library = try DynamicLibrary("libflite.so.1", advice: Self.advice)
        _ = try library.function("flite_init", as: Initialize.self)()
        calls = Calls(
            synthesize: try library.function("flite_synth_text", as: Synthesize.self),
            wave: try library.function("utt_wave", as: Wave.self),
            delete: try library.function("delete_utterance", as: Delete.self),
            relation: try library.function("utt_relation", as: Relation.self),
            head: try library.function("relation_head", as: Step.self),
            next: try library.function("item_next", as: Step.self),
            number: try library.function("flite_ffeature_float", as: Number.self),
            text: try library.function("flite_ffeature_string", as: Text.self))
    }

    func load(_ voice: String) throws(RehearsalError) {
        guard Self.known.contains(voice) else {
            throw RehearsalError("flite has no voice '\(voice)': \(Self.known.joined(separator: ", "))")
        }
        try state.withLock { state throws(RehearsalError) in
            guard state.voices[voice] == nil else { return }
            let library = try DynamicLibrary("libflite_cmu_us_\(voice).so.1", advice: Self.advice)
            guard let loaded = try library.function("register_cmu_us_\(voice)", as: Register.self)(nil) else {
                throw RehearsalError("flite cannot load its voice '\(voice)'")
            }
            state.voices[voice] = loaded
        }
    }

    func speak(_ text: String, voice: String) throws(RehearsalError) -> SynthesizedSpeech {
        let speech = state.withLock { state -> SynthesizedSpeech? in
            guard let voice = state.voices[voice], let utterance = calls.synthesize(text, voice) else { return nil }
            defer { calls.delete(utterance) }
            return wave(utterance).map { SynthesizedSpeech(samples: $0.samples, rateHz: $0.rateHz, words: words(utterance)) }
        }
        guard let speech else { throw RehearsalError("flite could not speak \(text.count) characters") }
        return speech
    }

    /// `cst_wave` is { type, sample_rate, num_samples, num_channels, samples }.
    private func wave(_ utterance: OpaquePointer) -> (samples: [Int16], rateHz: Int)? {
        guard let wave = calls.wave(utterance) else { return nil }
        let rateHz = Int(wave.load(fromByteOffset: 8, as: Int32.self))
        let count = Int(wave.load(fromByteOffset: 12, as: Int32.self))
        guard let samples = wave.load(fromByteOffset: 24, as: UnsafePointer<Int16>?.self) else { return ([], rateHz) }
        return (Array(UnsafeBufferPointer(start: samples, count: count)), rateHz)
    }

    /// Tokens are the text's own words; each has spoken words below it, those have syllables, and these have timed segments.
    private func words(_ utterance: OpaquePointer) -> [TimedWord] {
        guard let relation = calls.relation(utterance, "Token"), let first = calls.head(relation) else { return [] }
        return sequence(first: first, next: calls.next).compactMap { token in
            let end = calls.number(token, "daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end")
            guard end > 0 else { return nil }
            let start = calls.number(token, "daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end")
            let text = ["prepunctuation", "name", "punc"].map { part(token, $0) }.joined()
            return TimedWord(text: text, startSeconds: Double(start), endSeconds: Double(end))
        }
    }

    /// A feature as text; flite says "0" for what is not there.
    private func part(_ token: Item, _ feature: String) -> String {
        let text = calls.text(token, feature).map { String(cString: $0) } ?? ""
        return text == "0" && feature != "name" ? "" : text
    }
}
