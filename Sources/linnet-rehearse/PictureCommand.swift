import ArgumentParser
import Audio
import Stage

/// `linnet dsp picture`: what a stage took away and what it left.
struct PictureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture", abstract: "Sounds as spectrograms, one above the other, in one picture (SVG).",
        usage: "linnet dsp picture --in A.wav [--in B.wav …] --out P.svg [--title TEXT] [--label TEXT …]")
    @Option(name: .customLong("in"), help: "WAV of any rate and channel count; several times for several panels.")
    var inputs: [String] = []
    @Option(help: "What a panel shows, in the order of --in (default: the file's name).") var label: [String] = []
    @Option(help: "What the picture shows.") var title = "Spectrograms"
    @Option(name: .customLong("out"), help: "SVG to write.") var output: String

    func validate() throws {
        guard !inputs.isEmpty else { throw ValidationError("--in names a sound to draw; give it once or several times") }
        guard output.hasSuffix(".svg") else { throw ValidationError("--out must end with .svg: \(output)") }
    }

    func run() throws {
        let panels = try inputs.enumerated().map { index, path in
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return SpectrogramPicture.Panel(
                title: label.indices.contains(index) ? label[index] : name,
                samples: try SoundConversion.speech(WAVFile.read(path: path)))
        }
        try BenchOutput.write(SpectrogramPicture(title: title, panels: panels).svg(), to: output)
    }
}

/// What `make dsp-examples` begins with.
struct SoundsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "example-sounds", abstract: "Writes the sounds that docs/examples begin with.", shouldDisplay: false)
    @Option(name: .customLong("out"), help: "Folder to write into.") var output: String

    func run() throws { try ExampleSounds.write(into: output) }
}
