import ArgumentParser
import Rehearsal

/// How the stand-ins behave, for every command that starts them.
struct ServiceOptions: ParsableArguments {
    enum Engine: String, ExpressibleByArgument, CaseIterable { case moonshine, echo }
    enum DelayProfile: String, ExpressibleByArgument, CaseIterable { case published, none }

    @Option(help: "Who listens: Moonshine, or an echo that hears one sentence in any speech, at once.") var recognizer = Engine
        .moonshine
    @Option(help: "What the echo hears.") var echoText = "What is the capital of Portugal?"
    @Option(help: "Where the recognizer is unpacked (default: the nearest .cache/speech).") var speechEngines: String?
    @Option(help: "flite's voice: slt, rms, awb or kal16.") var voice = "slt"
    @Option(help: "All delays: as the services have published them, or none but the engines' own; instead of those below.")
    var delays: DelayProfile?
    @Option(help: "From settled audio to its words, the recognizer's own time included.") var transcriptMs = 0
    @Option(help: "From request to first token.") var firstTokenMs = 60
    @Option(help: "From token to token.") var tokenMs = 5
    @Option(help: "From text to its first audio, the voice's own time included.") var firstAudioMs = 0
    @Option(help: "From audio chunk (100 ms) to audio chunk.") var audioChunkMs = 20

    @Option(
        name: .customLong("fault"), help: "Something that goes wrong, such as groq:503*2; may be given several times.",
        transform: { try Fault(parsing: $0) })
    var faults: [Fault] = []
    @Flag(help: "Serves over TLS (wss, https); `ca` in the addresses is the authority to trust.") var tls = false

    func options() throws -> RehearsalOptions {
        for (name, value) in [
            ("transcript-ms", transcriptMs), ("first-token-ms", firstTokenMs), ("token-ms", tokenMs),
            ("first-audio-ms", firstAudioMs), ("audio-chunk-ms", audioChunkMs),
        ] where !(0...60_000).contains(value) {
            throw ValidationError("--\(name) must be from 0 to 60000")
        }
        var options = RehearsalOptions()
        options.recognizer = recognizer == .moonshine ? .moonshine(folder: speechEngines) : .echo(echoText)
        options.voice = voice
        options.faults = faults
        options.isSecure = tls
        options.delays = chosenDelays
        return options
    }

    private var chosenDelays: RehearsalOptions.Delays {
        switch delays {
        case .published: return .published
        case .some(.none): return .none
        case nil: break
        }
        var delays = RehearsalOptions.Delays()
        delays.transcriptMilliseconds = transcriptMs
        delays.firstTokenMilliseconds = firstTokenMs
        delays.tokenMilliseconds = tokenMs
        delays.firstAudioMilliseconds = firstAudioMs
        delays.audioChunkMilliseconds = audioChunkMs
        return delays
    }
}
