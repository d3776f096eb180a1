import ArgumentParser
import Stage

struct DSPBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dsp",
        abstract:
            "Instructions per 10 ms of every stage of the front end, beside SpeexDSP's and WebRTC's code; callgrind counts.",
        usage: "linnet bench dsp [--seconds N] [--warm-up N] [--json [FILE]] [--picture FILE]")
    @Option(help: "How much of the scene is counted.") var seconds = 4
    @Option(help: "How much of it goes before.") var warmUp = 2
    @OptionGroup var output: BenchOutput

    func validate() throws {
        try BenchOutput.require(1...60, seconds, "--seconds")
        try BenchOutput.require(0...60, warmUp, "--warm-up")
    }

    func run() async throws {
        var settings = DSPBench.Settings()
        settings.seconds = seconds
        settings.warmUpSeconds = warmUp
        try output.show(await DSPBench.run(settings, programs: WorkFolder.programs, progress: BenchOutput.progress))
    }
}

struct HourBenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hour",
        abstract: "Processor time, memory and late frames of the whole front end over an hour of four microphones.",
        usage: "linnet bench hour [--seconds N] [--in WAV [--played WAV]] [--geometry NAME] [--json [FILE]] [--picture FILE]")
    @Option(help: "How long: less than an hour is as good for a look.") var seconds = 3600
    @Option(name: .customLong("in"), help: "A recording with a channel for each microphone, 16 bits at 16 kHz, for the room's.")
    var recording: String?
    @Option(help: "What the loudspeaker was sent meanwhile, on the same clock; one channel.") var played: String?
    @Option(help: "Where the microphones stand: unknown, circular4, linear:6:40mm and the like (default: circular4, the room's).")
    var geometry: String?
    @OptionGroup var output: BenchOutput

    func validate() throws {
        try BenchOutput.require(1...86_400, seconds, "--seconds")
        if played != nil, recording == nil { throw ValidationError("--played belongs to a recording: --in") }
    }

    func run() async throws {
        var settings = HourBench.Settings()
        settings.seconds = seconds
        settings.recording = recording
        settings.played = played
        settings.geometry = geometry
        try output.show(await HourBench.run(settings, programs: WorkFolder.programs, progress: BenchOutput.progress))
    }
}

// MARK: What the benches start

struct StagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dsp-stages", abstract: "The front end's stages at work on a scene, for callgrind.", shouldDisplay: false)
    @Option var talk: String
    @Option var idle: String
    @Option var warmUp: Int
    @Option var frames: Int

    func run() throws { try DSPStageProgram.run(talk: talk, idle: idle, warmUp: warmUp, frames: frames) }
}

struct ListenerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "front-end-listener", abstract: "The front end alone, fed through standard input.", shouldDisplay: false)
    @Option var microphones: Int
    @Option var geometry: String

    func run() throws {
        try BenchOutput.require(1...8, microphones, "--microphones")
        print(FrontEndListener.run(microphones: microphones, geometry: geometry).joined(separator: "\n"))
    }
}
