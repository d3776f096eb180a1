import Synchronization

/// Moonshine tiny-en through the C interface of the wheel `moonshine-voice` 0.1.0.
final class MoonshineRecognizer: SpeechRecognizer {
    private typealias Load =
        @convention(c) (
            UnsafePointer<CChar>, UInt32, UnsafeRawPointer?, UInt64, Int32
        ) -> Int32
    private typealias Transcribe =
        @convention(c) (
            Int32, UnsafePointer<Float>, UInt64, Int32, UInt32, UnsafeMutablePointer<UnsafeRawPointer?>
        ) -> Int32
    private typealias Explain = @convention(c) (Int32) -> UnsafePointer<CChar>?
    private typealias Free = @convention(c) (Int32) -> Void

    /// The version of the interface whose structures are read below.
    private static let interfaceVersion: Int32 = 30_000
    private static let tinyEnglish: UInt32 = 0
    /// The segment comes cut already (``SpeechGate``): without these the library cuts it again and returns copies of the sound.
    private static let options = [("vad_threshold", "0"), ("identify_speakers", "false"), ("return_audio_data", "false")]

    private let transcribe: Transcribe
    private let explain: Explain
    private let free: Free
    private let transcriber: Int32
    /// The library keeps the last transcript until the next call.
    private let turn = Mutex(())

    /// Loads the model; takes about a second.
    init(folder: String?) throws(RehearsalError) {
        let package = try SpeechEngines.locate(folder) + "/moonshine_voice"
        let library = try DynamicLibrary("\(package)/libmoonshine.so", advice: SpeechEngines.advice)
        let load = try library.function("moonshine_load_transcriber_from_files", as: Load.self)
        transcribe = try library.function("moonshine_transcribe_without_streaming", as: Transcribe.self)
        explain = try library.function("moonshine_error_to_string", as: Explain.self)
        free = try library.function("moonshine_free_transcriber", as: Free.self)
        transcriber = Self.withOptions { options, count in
            load("\(package)/assets/tiny-en", Self.tinyEnglish, options, count, Self.interfaceVersion)
        }
        guard transcriber >= 0 else {
            throw RehearsalError("Moonshine cannot load its model in \(package): \(Self.words(explain(transcriber)))")
        }
    }

    deinit { free(transcriber) }

    func recognize(_ samples: [Int16]) throws(RehearsalError) -> String {
        let sound = samples.map { Float($0) / 32_768 }
        let (status, words) = turn.withLock { _ -> (Int32, String) in
            var transcript: UnsafeRawPointer?
            let status = transcribe(transcriber, sound, UInt64(sound.count), 16_000, 0, &transcript)
            return (status, Self.text(of: transcript))
        }
        guard status >= 0 else { throw RehearsalError("Moonshine failed: \(Self.words(explain(status)))") }
        return words
    }

    /// `transcript_t` is { lines, count }; a `transcript_line_t` of 88 bytes begins with its text.
    private static func text(of transcript: UnsafeRawPointer?) -> String {
        guard let transcript, let lines = transcript.load(as: UnsafeRawPointer?.self) else { return "" }
        let count = Int(transcript.load(fromByteOffset: 8, as: UInt64.self))
        return (0..<count)
            .map { words(lines.load(fromByteOffset: $0 * 88, as: UnsafePointer<CChar>?.self)) }
            .filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// An array of { name, value } pairs of C strings.
    private static func withOptions<R>(_ body: (UnsafeRawPointer?, UInt64) -> R) -> R {
        var bytes: [CChar] = []
        let offsets = options.flatMap { [$0.0, $0.1] }.map { text in
            defer { bytes += text.utf8CString }
            return bytes.count
        }
        return bytes.withUnsafeBufferPointer { strings in
            let pointers = offsets.map { offset in strings.baseAddress.map { $0 + offset } }
            return pointers.withUnsafeBytes { body($0.baseAddress, UInt64(options.count)) }
        }
    }

    private static func words(_ text: UnsafePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }
}
