import Glibc
import Rehearsal

/// Starts stand-ins for one test and stops them afterwards.
func withServices<T>(
    _ recognizer: RecognizerChoice = .echo("Hello there."), _ change: (inout RehearsalOptions) -> Void = { _ in },
    _ body: (RehearsalServer) async throws -> T
) async throws -> T {
    var options = RehearsalOptions()
    options.recognizer = recognizer
    options.delays.firstTokenMilliseconds = 1
    options.delays.tokenMilliseconds = 0
    change(&options)
    let server = try await RehearsalServer.start(options)
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

extension RehearsalServer {
    static let listenQuery = "model=nova-3&encoding=linear16&sample_rate=16000&channels=1&interim_results=true&smart_format=true"

    func listen(_ more: String = "endpointing=false", key: String = "rehearsal-deepgram-key") throws -> RawWebSocket {
        try RawWebSocket(
            addresses.deepgram, "/v1/listen?\(Self.listenQuery)&\(more)", headers: ["Authorization: Token \(key)"])
    }

    func speech(version: String = "2026-03-01", key: String = "rehearsal-cartesia-key") throws -> RawWebSocket {
        try RawWebSocket(
            addresses.cartesia, "/tts/websocket", headers: ["Cartesia-Version: \(version)", "Authorization: Bearer \(key)"])
    }

    func ask(_ body: String, key: String = "rehearsal-groq-key") throws -> HTTPReply {
        try HTTPReply.to(
            addresses.groq, "POST", "/openai/v1/chat/completions",
            headers: ["Authorization: Bearer \(key)", "Content-Type: application/json"], body: body)
    }
}

/// Blocks the calling thread: a client's rhythm must not depend on who else uses the cooperative pool.
func pause(milliseconds: Int) { usleep(useconds_t(milliseconds * 1000)) }

enum Sound {
    static func silence(seconds: Double) -> [Int16] { [Int16](repeating: 0, count: Int(seconds * 16_000)) }

    /// White noise, the same every time; `level` is its peak.
    static func noise(seconds: Double, peak: Int) -> [Int16] {
        var state: UInt32 = 12_345
        return (0..<Int(seconds * 16_000)).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(Int(state >> 16) % (2 * peak + 1) - peak)
        }
    }

    /// Something that an energy gate takes for speech: bursts of noise, like syllables.
    static func babble(seconds: Double) -> [Int16] {
        noise(seconds: seconds, peak: 6000).enumerated().map { index, sample in
            Int16(Double(sample) * max(0, sin(Double(index) / 16_000 * 2 * .pi * 4)))
        }
    }
}

extension RawWebSocket {
    /// Sends sound in frames of 20 ms, as fast as the socket takes it.
    func send(sound: [Int16]) throws {
        for start in stride(from: 0, to: sound.count, by: 320) {
            try send(samples: Array(sound[start..<min(start + 320, sound.count)]))
        }
    }
}
