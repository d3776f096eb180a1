import Glibc
import Rehearsal
import Testing

/// One server with Moonshine for the suite: its model takes a second to load.
private actor Listener {
    static let shared = Listener()
    private var server: RehearsalServer?

    func get() async throws -> RehearsalServer {
        if let server { return server }
        var options = RehearsalOptions()
        options.recognizer = .moonshine()
        let server = try await RehearsalServer.start(options)
        self.server = server
        return server
    }
}

@Suite("What the stand-in hears", .serialized)
struct HearingTests {
    /// What is heard when `sound` is sent and finalized, and all messages.
    private func hear(_ sound: [Int16]) async throws -> (words: String, messages: [Fields]) {
        let socket = try await Listener.shared.get().listen()
        try socket.send(sound: sound)
        try socket.send(#"{"type":"Finalize"}"#)
        let messages = socket.messages(seconds: 20) { $0.flag("from_finalize") == true }
        return (messages.last?.transcript ?? "nothing came", messages)
    }

    @Test func `A recorded person is understood`() async throws {
        let sound = try ["digits/17", "letters/plus", "digits/5", "letters/equals"].flatMap { try RecordedPrompt.load($0) }
        let words = try await hear(sound).words.lowercased()
        #expect(words.contains("17") || words.contains("seventeen"))
        #expect(words.contains("5") || words.contains("five"))
        #expect(words.contains("plus") || words.contains("+"))
    }

    @Test(arguments: [
        ("rms", "What is the capital of Portugal?", "capital of portugal"),
        ("awb", "How many legs does a spider have?", "spider"),
        ("awb", "How long do I have to boil an egg?", "egg"), ("rms", "Tell me about the first landing on the moon.", "moon"),
    ])
    func `A sentence that flite speaks is understood`(voice: String, text: String, gist: String) async throws {
        let speech = try FliteVoice(voice).synthesize(text)
        let (words, messages) = try await hear(speech.at16kHz)
        #expect(words.lowercased().contains(gist), "\(words)")
        let seconds = Double(speech.at16kHz.count) / 16_000
        #expect((messages.last?.number("channel.alternatives.0.words.0.end") ?? 99) < seconds)
        #expect(messages.last?.has("channel.alternatives.0.words.0.punctuated_word") == true)
    }

    @Test func `Silence, a fan and a click have no words in them`() async throws {
        let click = Sound.silence(seconds: 1) + Sound.noise(seconds: 0.03, peak: 20_000) + Sound.silence(seconds: 1)
        for sound in [Sound.silence(seconds: 2), Sound.noise(seconds: 2.5, peak: 300), click] {
            #expect(try await hear(sound).words == "")
        }
    }

    @Test func `Speech over a steady fan is understood`() async throws {
        let speech = try FliteVoice("rms").synthesize("What is the capital of Spain?").at16kHz
        let fan = Sound.noise(seconds: 2.8, peak: 200)
        let sound = fan.enumerated().map { index, sample in
            index >= 8000 && index - 8000 < speech.count ? Int16(clamping: Int(sample) + Int(speech[index - 8000]) / 2) : sample
        }
        #expect(try await hear(sound).words.lowercased().contains("capital of spain"))
    }

    @Test func `The recognizer's time stands in the log`() async throws {
        let server = try await Listener.shared.get()
        _ = try await hear(try RecordedPrompt.load("digits/7"))
        let heard = server.log.events.last { $0.kind == .recognized }
        #expect((heard?.milliseconds ?? 0) > 1 && (heard?.samples ?? 0) > 4000)
    }

    @Test func `A prompt that is not installed is named`() {
        #expect {
            try RecordedPrompt.load("digits/no-such")
        } throws: { "\($0)".contains("digits/no-such") && "\($0)".contains("asterisk-core-sounds-en-g722") }
    }
}

@Suite("Voices and rates")
struct VoiceTests {
    @Test func `A voice tells where its words stand`() throws {
        let speech = try FliteVoice("slt").synthesize("Hello there, it costs 22 euros.")
        #expect(speech.words.map(\.text) == ["Hello", "there,", "it", "costs", "22", "euros."])
        #expect(zip(speech.words, speech.words.dropFirst()).allSatisfy { $0.endSeconds <= $1.startSeconds + 1e-6 })
        #expect(speech.words.last.map { $0.endSeconds <= Double(speech.samples.count) / Double(speech.rateHz) } == true)
    }

    @Test func `G.722 is decoded bit by bit as another decoder does it`() {
        var state: UInt32 = 1
        let codes = (0..<400).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let samples = G722Decoder.decode(codes)
        #expect(samples.suffix(4) == [-10_651, -8272, 19_589, 3322])
        // FNV-1a over the little-endian samples that libavcodec's decoder makes of the same bytes.
        let hash = samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
            .reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        #expect(hash == 0xdfdd_a9b6_a58b_35d5)
    }

    @Test func `An unknown voice is refused by name`() {
        #expect(throws: RehearsalError.self) { try FliteVoice("hal") }
    }

    @Test(arguments: [8000, 22_050, 24_000, 44_100, 48_000])
    func `A tone keeps its pitch and level at another rate`(rateHz: Int) {
        func tone(_ rateHz: Int) -> [Int16] {
            (0..<rateHz).map { Int16((10_000 * sin(2 * .pi * 1000 * Double($0) / Double(rateHz))).rounded()) }
        }
        let made = SynthesizedSpeech(samples: tone(rateHz), rateHz: rateHz).at16kHz
        let wanted = tone(16_000)
        #expect(abs(made.count - wanted.count) <= 1)
        let worst = zip(made, wanted).dropFirst(200).dropLast(200).map { abs(Int($0) - Int($1)) }.max() ?? 99
        #expect(worst <= 12)
    }

    @Test func `What a lower rate cannot carry is filtered away`() {
        let high = (0..<48_000).map { Int16(10_000 * sin(2 * .pi * 11_000 * Double($0) / 48_000)) }
        let made = SynthesizedSpeech(samples: high, rateHz: 48_000).at16kHz
        #expect((made.dropFirst(200).dropLast(200).map { abs(Int($0)) }.max() ?? 99) < 20)
    }
}
