import ArgumentParser
import Rehearsal

/// How the stand-ins behave, for every command that starts them.
struct ServiceOptions: ParsableArguments {
    enum Engine: String, ExpressibleByArgument, CaseIterable { case moonshine, echo }

    @Option(help: "Who listens: Moonshine, or an echo that hears one sentence in any speech, at once.") var recognizer = Engine
        .moonshine
    @Option(help: "What the echo hears.") var echoText = "What is the capital of Portugal?"
    @Option(help: "Where the recognizer is unpacked (default: the nearest .cache/speech).") var speechEngines: String?
    @Option(help: "flite's voice: slt, rms, awb or kal16.") var voice = "slt"
    @Option(help: "Added to the recognizer's own time.") var transcriptMs = 0
    @Option(help: "From request to first token.") var firstTokenMs = 60
    @Option(help: "From token to token.") var tokenMs = 5
    @Option(help: "Added to the voice's own time before its first audio.") var firstAudioMs = 0
    @Option(help: "From audio chunk (100 ms) to audio chunk.") var audioChunkMs = 20

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
        options.delays.transcriptMilliseconds = transcriptMs
        options.delays.firstTokenMilliseconds = firstTokenMs
        options.delays.tokenMilliseconds = tokenMs
        options.delays.firstAudioMilliseconds = firstAudioMs
        options.delays.audioChunkMilliseconds = audioChunkMs
        return options
    }
}
