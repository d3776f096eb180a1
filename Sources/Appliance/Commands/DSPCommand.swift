import ArgumentParser
import Audio
import DSP

/// The file tools: the daemon's own stages on sound files, 10 ms at a time, so that nothing that comes later can change what came before.
struct DSPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dsp", abstract: "The daemon's signal processing on sound files.",
        subcommands: [Denoise.self, VAD.self, AEC.self, WholeFrontEnd.self, PictureCommand.self])

    struct Denoise: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "denoise", abstract: "Suppress noise: mono in, mono out, 16 kHz.")
        @Option(name: .customLong("in"), help: "WAV of any rate and channel count; channels are averaged.") var input: String
        @Option(name: .customLong("out"), help: "WAV to write: 16 kHz, mono.") var output: String

        func run() throws {
            var configuration = FrontEnd.Configuration(microphones: 1)
            configuration.cancelsEcho = false
            configuration.suppressesResidualEcho = false
            configuration.noiseFloorDecibels = -30  // for ears; recognizers hear no better
            configuration.controlsGain = false
            let sound = try SoundFile.speech(input)
            try SoundFile.write(FileFrontEnd(configuration).process([sound], farEnd: nil).recognizer, to: output)
        }
    }

    struct VAD: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vad", abstract: "Speech probability, 0 to 1, one line per 10 ms.")
        @Option(name: .customLong("in"), help: "WAV of any rate and channel count; channels are averaged.") var input: String

        func run() throws {
            let sound = try SoundFile.speech(input)
            let front = FileFrontEnd(FrontEnd.Configuration(microphones: 1))
            for probability in front.process([sound], farEnd: nil).probabilitiesQ15 {
                print(SoundFile.fraction(probability))
            }
        }
    }

    struct AEC: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "aec", abstract: "Cancel the loudspeaker's echo: microphone and what was played in, near end out.")
        @Option(help: "WAV of the microphone.") var mic: String
        @Option(help: "WAV of what the loudspeaker was sent, on the same clock.") var ref: String
        @Option(name: .customLong("out"), help: "WAV to write: 16 kHz, mono.") var output: String

        func run() throws {
            var configuration = FrontEnd.Configuration(microphones: 1)
            configuration.echoTailMilliseconds = 240  // a file's delay is not known beforehand
            configuration.controlsGain = false
            let (microphone, played) = (try SoundFile.speech(mic), try SoundFile.speech(ref))
            try SoundFile.write(FileFrontEnd(configuration).process([microphone], farEnd: played).recognizer, to: output)
        }
    }

    struct WholeFrontEnd: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "front-end", abstract: "The whole front end: up to 8 microphones in, what the recognizer hears out.")
        @Option(name: .customLong("in"), help: "WAV with a channel for each microphone.") var input: String
        @Option(help: "WAV of what the loudspeaker was sent, on the same clock.") var ref: String?
        @Option(help: "Where the microphones stand: unknown, single, linear4, circular4, linear:6:40mm, circular:6:46mm.")
        var geometry = "unknown"
        @Option(
            name: .customLong("noise-floor-db"), parsing: .unconditional,
            help: "How far noise is suppressed, -40 to 0, as the setting noise_floor_db: 0 for recognizers, -12 for ears.")
        var noiseFloorDecibels = 0
        @Flag(inversion: .prefixedNo, help: "Speech at -20 dB full scale, as the setting level_control.")
        var levelControl = true
        @Option(name: .customLong("out"), help: "WAV to write: 16 kHz, mono.") var output: String

        func validate() throws {
            if let wrong = TextRule.geometry(geometry) { throw ValidationError("--geometry: \(wrong)") }
            let range = Configuration.Audio.FrontEnd.noiseFloorRange
            guard range.contains(noiseFloorDecibels) else {
                throw ValidationError(
                    "--noise-floor-db: \(noiseFloorDecibels) is outside \(range.lowerBound) to \(range.upperBound) dB")
            }
        }

        func run() throws {
            let microphones = try SoundFile.channels(input)
            guard (1...8).contains(microphones.count) else {
                throw ValidationError("\(input) has \(microphones.count) channels; the front end takes 1 to 8 microphones")
            }
            let played = try ref.map(SoundFile.speech)
            var configuration = FrontEnd.Configuration(microphones: microphones.count)
            configuration.geometry = ArrayGeometry(named: geometry)
            configuration.noiseFloorDecibels = noiseFloorDecibels
            configuration.controlsGain = levelControl
            if let wanted = Configuration.Audio.microphones(in: geometry), wanted != microphones.count {
                throw ValidationError("\(geometry) has \(wanted) microphones, but \(input) has \(microphones.count) channels")
            }
            let front = FileFrontEnd(configuration)
            try SoundFile.write(front.process(microphones, farEnd: played).recognizer, to: output)
        }
    }
}
